"""Taking messages off the queue: one at a time in each slot, for ever, whoever leads the queue."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NATSError

from mesh.errors import Unavailable
from mesh.patience import PatientStream, Renewals
from mesh.streams import ACK_WAIT, INTAKE, MESSAGES

log = logging.getLogger(__name__)

ELECTED = f"$JS.EVENT.ADVISORY.CONSUMER.LEADER_ELECTED.{MESSAGES}.{INTAKE}"
STILL_WORKING = ACK_WAIT / 3


class Pulling:
    """The part of `Bus` that takes messages."""

    _client: Client
    _stream: PatientStream
    _renewals: Renewals

    async def pull(self, slots: int, take: Callable[[Msg], Awaitable[None]]) -> None:
        """Serve the messages stream for ever, `slots` messages at the same time."""
        # Whoever leads the consumer next knows nothing of what was asked of the last.
        await self._client.subscribe(ELECTED, cb=renewing(self._renewals))
        async with asyncio.TaskGroup() as group:
            for _ in range(slots):
                group.create_task(self._pull_one_by_one(take))

    async def _pull_one_by_one(self, take: Callable[[Msg], Awaitable[None]]) -> None:
        # One subscription for each slot: each waits for a single message, which JetStream answers at once.
        subscription = await self._stream.pull_subscribe_bind(INTAKE, MESSAGES)
        while True:
            try:
                # Short, because a request that was open when NATS restarted is never answered.
                with self._renewals.wait() as limit:
                    async with limit:
                        found = await subscription.fetch(1, timeout=5)
            except TimeoutError:
                continue
            except NATSError as error:
                if self._client.is_closed:
                    raise Unavailable(
                        "NATS has closed the connection for good: this process must start again"
                    ) from error
                log.warning("waiting for NATS: %s", type(error).__name__)
                await asyncio.sleep(0.5)
                continue
            for delivery in found:
                await _taken(delivery, take)


def renewing(renewals: Renewals) -> Callable[..., Coroutine[Any, Any, None]]:
    """A callback of the client that lets everybody ask anew, whatever it is called with."""

    async def renew(*_: object) -> None:
        renewals.renew()

    return renew


async def _taken(delivery: Msg, take: Callable[[Msg], Awaitable[None]]) -> None:
    try:
        with _held(delivery):
            await take(delivery)
    except NATSError as error:
        # It was not acknowledged: JetStream delivers it again after ACK_WAIT.
        log.warning("a delivery was not answered: %s", type(error).__name__)


@contextlib.contextmanager
def _held(delivery: Msg) -> Iterator[None]:
    """Say from time to time that it is being worked at: what a dead process held is delivered again the sooner."""
    loop = asyncio.get_running_loop()
    telling: list[asyncio.Task[None]] = []
    # Nearly all are done before the first time: a task for each would cost more than the work.
    timer = loop.call_later(STILL_WORKING, lambda: telling.append(loop.create_task(_still_working(delivery))))
    try:
        yield
    finally:
        timer.cancel()
        for task in telling:
            task.cancel()


async def _still_working(delivery: Msg) -> None:
    while True:
        # Answered meanwhile, or not connected: then there is nothing to say.
        with contextlib.suppress(NATSError):
            await delivery.in_progress()
        await asyncio.sleep(STILL_WORKING)
