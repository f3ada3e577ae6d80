"""The dead letters as they lie in JetStream: read, deleted; and what JetStream itself gives up."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

from nats.aio.msg import Msg
from nats.errors import Error as NATSError
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from pydantic import BaseModel, ValidationError

from mesh.bus import Bus
from mesh.dead import DeadLetter
from mesh.errors import Unavailable
from mesh.streams import DEAD, ENTRANCE, INTAKE, MESSAGES

log = logging.getLogger(__name__)

GONE = "no message found"
"""What JetStream says, as a server error, when the message to delete is not there."""
DELETED = "Unacknowledged message was deleted"
"""What JetStream says of a message that somebody took out; and, with several servers, of one whose acknowledgement was
known to the server that died, and not yet to the one that leads the consumer now."""
GRAVES = "ecommerce.support.dead.*"
ADVISORIES = tuple(f"$JS.EVENT.ADVISORY.CONSUMER.{kind}.{MESSAGES}.*" for kind in ("MAX_DELIVERIES", "MSG_TERMINATED"))


class Advisory(BaseModel):
    """JetStream says that it will not deliver a message any more."""

    type: str
    consumer: str
    stream_seq: int
    deliveries: int = 0
    reason: str = ""

    @property
    def why(self) -> str:
        what = "was terminated" if self.type.endswith("terminated") else "was delivered as often as it may be"
        return f"the message {what} at the consumer {self.consumer}" + (f": {self.reason}" if self.reason else "")


class Letters:
    """The stream of dead letters. Raises `Unavailable` when NATS cannot tell."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._stream = bus._stream  # noqa: SLF001 - the other half of the bus, which has a file of its own for its size
        self._client = bus._client  # noqa: SLF001 - likewise

    async def after(self, sequence: int = 0) -> AsyncIterator[DeadLetter]:
        """Every letter behind this place in the stream, oldest first."""
        while (found := await self._get(DEAD, sequence + 1, GRAVES)) is not None:
            sequence = found.seq or 0
            yield _letter(found)

    async def get(self, sequence: int) -> DeadLetter | None:
        """The letter at this place; None when there is none."""
        found = await self._get(DEAD, sequence, GRAVES)
        return _letter(found) if found is not None and found.seq == sequence else None

    async def delete(self, sequence: int) -> None:
        """Take a letter out; one that is gone already stays gone."""
        await self._delete(DEAD, sequence)

    # -- what JetStream gave up

    async def bury(self, place: int, why: str, deliveries: int) -> None:
        """Keep a message that JetStream gave up, and take it off the queue; nothing when it is kept already."""
        key = f"{MESSAGES}:{place}"
        found = await self._get(MESSAGES, place, ENTRANCE)
        given_up = found is not None and found.seq == place
        if any([letter.place == key async for letter in self.after()]):
            if given_up:
                await self._delete(MESSAGES, place)
            return
        data, subject = (found.data or b"", found.subject or "") if found and given_up else (b"", "")
        await self._bus.bury(
            data, kind="undelivered", reason=why, key=key, place=key, subject=subject, attempts=str(deliveries)
        )
        log.warning("message %s is a dead letter: %s", place, why)
        if given_up:
            await self._delete(MESSAGES, place)

    async def given_up(self) -> dict[int, int]:
        """The messages on the queue that no consumer will be given again: place and, where known, deliveries.

        Only known while nothing is in hand; otherwise empty.
        """
        try:
            info = await self._stream.consumer_info(MESSAGES, INTAKE)
        except (NATSError, OSError) as error:
            raise Unavailable(f"the intake's consumer cannot be read: {type(error).__name__}") from error
        if info.num_ack_pending or info.delivered is None:
            return {}
        found: dict[int, int] = {}
        place = 0
        while (kept := await self._get(MESSAGES, place + 1, ENTRANCE)) and (kept.seq or 0) <= info.delivered.stream_seq:
            place = kept.seq or 0
            found[place] = info.config.max_deliver or 0
        return found

    async def queued(self, place: int) -> bytes | None:
        """What lies on the queue at this place; None when it is gone."""
        found = await self._get(MESSAGES, place, ENTRANCE)
        return (found.data or b"") if found is not None and found.seq == place else None

    async def settle(self, place: int) -> None:
        """Take a message off the queue that was handled already."""
        await self._delete(MESSAGES, place)

    async def watch(self, take: Callable[[Advisory], Awaitable[None]]) -> None:
        """Call `take` for every message that JetStream gives up from now on."""

        async def on_message(delivery: Msg) -> None:
            try:
                advisory = Advisory.model_validate_json(delivery.data)
                if not (self._stream.patience and advisory.reason == DELETED):
                    await take(advisory)
            except (ValidationError, Unavailable) as error:
                # The sweep finds what is missed here.
                log.warning("passed over an advisory on %s: %s", delivery.subject, type(error).__name__)

        for subject in ADVISORIES:
            await self._client.subscribe(subject, cb=on_message)

    async def _get(self, stream: str, sequence: int, subject: str) -> RawStreamMsg | None:
        """The message at this place, or the next one behind it."""
        try:
            return await self._stream.get_msg(stream, seq=sequence, subject=subject, next=True)
        except NotFoundError:
            return None
        except (NATSError, OSError) as error:
            raise Unavailable(f"the stream {stream} cannot be read: {type(error).__name__}") from error

    async def _delete(self, stream: str, sequence: int) -> None:
        try:
            await self._stream.delete_msg(stream, sequence)
        except (NATSError, OSError) as error:
            if GONE in str(error):
                return
            raise Unavailable(f"the stream {stream} cannot be changed: {type(error).__name__}") from error


def _letter(found: RawStreamMsg) -> DeadLetter:
    at = getattr(found, "time", None) or datetime.now(UTC)
    return DeadLetter.read(found.seq or 0, found.subject or "", found.headers or {}, found.data or b"", at)
