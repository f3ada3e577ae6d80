"""JetStream on several servers: what no leader answers now is asked again, for a new one is elected within seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NATSTimeoutError
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError, NoStreamResponseError, ServiceUnavailableError

PATIENCE: Final = 9.5
"""Seconds that one request may wait for a leader: the servers elect one within nine after the last has gone."""
ATTEMPT: Final = 1.5
"""Seconds until a request that nobody answered is sent again: its server may have died with it in hand."""
ALONE: Final = 3.0
"""Seconds that a request to a single server may take. Asking again helps nobody there."""
PAUSE: Final = 0.1
SHORT: Final = 0.01
IN_PROCESS: Final = frozenset({10158, 10163, 10164})
"""JetStream's codes where another write, or the first sending of this one, is not settled yet: soon it tells how."""
OFFLINE: Final = frozenset({10007, 10009, 10118, 10119, 10194, 10195})
"""JetStream's codes for a server that does not know yet who leads, or has not loaded the stream."""

T = TypeVar("T")


class PatientStream(JetStreamContext):
    """JetStream whose requests outlive its leader.

    Whoever publishes gives each message an id: sent twice, it is stored once.
    """

    def __init__(self, client: Client, *, servers: int) -> None:
        super().__init__(client, timeout=ATTEMPT if servers > 1 else ALONE)
        self.patience = PATIENCE if servers > 1 else 0.0

    async def publish(self, *args: Any, **more: Any) -> PubAck:  # noqa: ANN401 - as the client's
        """As the client's, and again until a leader has stored it."""
        return await patiently(lambda: super(PatientStream, self).publish(*args, **more), self.patience)

    async def ask(self, what: str, body: bytes = b"") -> bytes:
        """The answer of JetStream's own API, as it is; `what` is the subject behind `$JS.API.`."""

        async def asked() -> bytes:
            return bytes((await self._nc.request(f"$JS.API.{what}", body, timeout=self._timeout)).data)

        return await patiently(asked, self.patience)

    async def _api_request(self, req_subject: str, req: bytes = b"", timeout: float = ATTEMPT) -> dict[str, Any]:  # noqa: ASYNC109
        return await patiently(
            lambda: super(PatientStream, self)._api_request(req_subject, req, timeout), self.patience
        )


async def patiently(work: Callable[[], Awaitable[T]], seconds: float) -> T:
    """What `work` returns, tried again for so many seconds while nobody leads."""
    end = time.monotonic() + seconds
    while True:
        try:
            return await work()
        except (NATSTimeoutError, NoRespondersError, NoStreamResponseError, APIError) as error:
            if time.monotonic() >= end or not _passing(error):
                raise
            pause = SHORT if isinstance(error, APIError) and error.err_code in IN_PROCESS else PAUSE
        await asyncio.sleep(pause)


def _passing(error: Exception) -> bool:
    """Whether an error ends when a leader is found."""
    if isinstance(error, APIError) and not isinstance(error, ServiceUnavailableError):
        return error.err_code in IN_PROCESS | OFFLINE
    return True


class Renewals:
    """Ends waits that nobody will answer any more: those that were open when the leader or the connection went."""

    def __init__(self) -> None:
        self._open: set[asyncio.Timeout] = set()

    @contextmanager
    def wait(self) -> Iterator[asyncio.Timeout]:
        """A limit for one wait, to be entered: it ends with `TimeoutError` when everything is to be asked anew."""
        limit = asyncio.timeout(None)
        self._open.add(limit)
        try:
            yield limit
        finally:
            self._open.discard(limit)

    def renew(self) -> None:
        """Let everybody ask anew."""
        for limit in self._open:
            if limit.when() is None and not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())
