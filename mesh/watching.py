"""Following the stream of replies: each once and in order, whatever becomes of the server that tells of them."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from nats.aio.msg import Msg
from nats.errors import Error as NATSError
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from mesh.patience import PatientStream, patiently
from mesh.registers import unavailable
from mesh.replies import Reply
from mesh.streams import REPLIES, response_subject

log = logging.getLogger(__name__)

LOOK: Final = 1.0
"""Seconds between two looks of our own. A consumer whose server has died needs a leader to be made anew."""


class _Place:
    """How far the replies were told."""

    def __init__(self, seen: int, take: Callable[[Reply], None]) -> None:
        self.seen = seen
        self._take = take

    def tell(self, sequence: int, data: bytes, subject: str) -> None:
        """Pass a reply on, unless that was done."""
        if sequence <= self.seen:
            return
        self.seen = sequence
        try:
            self._take(Reply.model_validate_json(data).model_copy(update={"sequence": sequence}))
        except ValidationError:
            log.warning("passed over an unreadable reply on %s", subject)


class Watching:
    """The part of `Bus` that follows the replies."""

    _stream: PatientStream
    _looking: set[asyncio.Task[None]]

    async def newest_reply(self) -> int:
        """The place of the newest reply in the stream; 0 when there was none yet."""
        with unavailable("the reply stream cannot be read"):
            return int((await self._stream.stream_info(REPLIES)).state.last_seq)

    async def replies_after(self, session_id: str, sequence: int) -> tuple[Reply, ...]:
        """The stored replies of a session behind this place in the stream, in order."""
        found: list[Reply] = []
        # Any server that keeps the stream answers directly, and one of several may lag behind what was confirmed.
        alone = not self._stream.patience
        with unavailable("the reply stream cannot be read"):
            while True:
                try:
                    kept = await self._stream.get_msg(
                        REPLIES, seq=sequence + 1, subject=response_subject(session_id), direct=alone, next=True
                    )
                except NotFoundError:
                    return tuple(found)
                sequence = kept.seq or 0
                found.append(Reply.model_validate_json(kept.data or b"").model_copy(update={"sequence": sequence}))

    async def watch_replies(self, take: Callable[[Reply], None]) -> None:
        """Call `take` for every reply of every session from now on, once and in order, through restarts of NATS."""
        place = _Place(await self.newest_reply(), take)
        with unavailable("the reply stream cannot be watched"):
            await patiently(lambda: self._listen(place), self._stream.patience)
        self._looking.add(asyncio.create_task(self._look(place)))

    async def _listen(self, place: _Place) -> None:
        async def on_message(delivery: Msg) -> None:
            place.tell(delivery.metadata.sequence.stream, delivery.data, delivery.subject)

        watch = await self._stream.subscribe(
            response_subject("*"),
            cb=on_message,
            stream=REPLIES,
            ordered_consumer=True,
            config=ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=place.seen + 1),
            # Two missed heartbeats make the client ask for a new consumer: what a restart of NATS costs.
            idle_heartbeat=1,
        )
        # The client starts a new consumer behind the last message that it saw. When it saw none yet
        # that would be the whole stream.
        if (known := watch._sub._jsi) is not None:  # noqa: SLF001 - the client offers no other way
            known._sseq = place.seen  # noqa: SLF001

    async def _look(self, place: _Place) -> None:
        """Read what the consumer did not bring, for ever: any server that keeps the stream can tell."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                while True:
                    kept = await self._stream.get_msg(
                        REPLIES, seq=place.seen + 1, subject=response_subject("*"), direct=True, next=True
                    )
                    place.tell(kept.seq or 0, kept.data or b"", kept.subject or "")
            except NotFoundError:
                continue
            except (NATSError, OSError) as error:
                log.debug("the replies cannot be read now: %s", type(error).__name__)
