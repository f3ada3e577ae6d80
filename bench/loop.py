"""A closed loop: each client begins its next turn when the last one has ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bench.chat import Result

Turn = Callable[[int], Awaitable[str | None]]
"""One turn of the client with this number; what went wrong, or None."""


async def closed(clients: int, seconds: float, turn: Turn) -> Result:
    """Let this many clients take turns for this long."""
    result = Result()
    begin = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(clients):
            group.create_task(_client(number, begin + seconds, turn, result))
    result.seconds = time.perf_counter() - begin
    return result


async def _client(number: int, end: float, turn: Turn, result: Result) -> None:
    while (begin := time.perf_counter()) < end:
        if wrong := await turn(number):
            result.errors[wrong] += 1
        else:
            result.latencies.append(time.perf_counter() - begin)
