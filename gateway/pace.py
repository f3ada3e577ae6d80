"""How much one address, session or customer may do before they are asked to wait."""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from gateway.problems import Problem
from mesh.rates import Rates

TOO_MUCH = "That was too much in a short time: wait {wait} s."


class Full(Exception):  # noqa: N818 - it is a state of affairs
    """No more sockets for this one."""


class Sockets:
    """The open sockets of this gateway, by address and by customer."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        # A socket ends with its process: nobody else counts its frames.
        self.frames = Rates()

    @contextmanager
    def one_more(self, key: str, limit: int) -> Iterator[None]:
        """Count a socket while the block runs.

        Raises:
            Full: there are as many as there may be.
        """
        if self._open[key] >= limit:
            raise Full(key)
        self._open[key] += 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]


async def demand_pace(rates: Rates, rate: str, *key: str) -> None:
    """Count one event of whoever the key names.

    Raises:
        Problem: 429 with Retry-After, there were too many.
    """
    wait = await rates.wait(rate, *key)
    if wait:
        raise too_many(wait)


def too_many(wait: float) -> Problem:
    seconds = math.ceil(wait)
    headers = {"Retry-After": str(seconds)}
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, TOO_MUCH.format(wait=seconds), headers, retry_after=seconds)
