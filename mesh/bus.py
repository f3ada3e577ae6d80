"""NATS: the stream of messages, the stream of replies, the dead letters, and progress on core NATS."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NATSError
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy, StreamConfig
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from mesh.errors import Unavailable
from mesh.protocol import Message, queue_of
from mesh.registers import BUCKETS, Registers
from mesh.registers import unavailable as _unavailable
from mesh.replies import Progress, Reply
from mesh.settings import Settings
from mesh.streams import INTAKE, INTAKE_CONSUMER, MESSAGES, REPLIES, STREAMS, events_subject, response_subject

log = logging.getLogger(__name__)

PUBLISH_TIMEOUT = 3.0
OPEN_TIMEOUT = 5.0


class Bus(Registers):
    """One connection per process. Whatever NATS refuses or fails to confirm is `Unavailable`."""

    def __init__(self, client: Client, stream: JetStreamContext) -> None:
        self._client = client
        self._stream = stream

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, name: str) -> AsyncIterator[Self]:
        """Connect and make sure that the streams are there; afterwards it reconnects for ever.

        Raises:
            Unavailable: no server answers at the address.
        """
        try:
            # Told to reconnect for ever, the client also tries for ever to connect the first time.
            async with asyncio.timeout(OPEN_TIMEOUT):
                client = await nats.connect(
                    settings.nats_target,
                    name=name,
                    connect_timeout=2,
                    allow_reconnect=True,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.25,
                    error_cb=_log_error,
                )
        except (NATSError, OSError) as error:
            raise Unavailable(f"NATS does not answer at {settings.nats_target}: start it or set NATS_URL") from error
        try:
            bus = cls(client, client.jetstream(timeout=PUBLISH_TIMEOUT))
            await bus.ensure_streams()
            yield bus
        finally:
            # Closing fails where the server is gone; there is nothing left to close then.
            with contextlib.suppress(NATSError, OSError):
                await client.close()

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    async def ensure_streams(self) -> None:
        """Create the streams and the intake's consumer, or bring them to today's configuration."""
        with _unavailable("NATS JetStream is not usable"):
            for config in (*STREAMS, *BUCKETS):
                await self._ensure_stream(config)
            await self._stream.add_consumer(MESSAGES, INTAKE_CONSUMER)

    async def _ensure_stream(self, config: StreamConfig) -> None:
        try:
            known = await self._stream.stream_info(str(config.name))
        except NotFoundError:
            await self._stream.add_stream(config)
        else:
            # How often it is replicated is the operator's decision.
            await self._stream.update_stream(replace(config, num_replicas=known.config.num_replicas))

    # -- messages

    async def publish(self, message: Message) -> None:
        """Hand a message to the mesh; when this returns it is on disk.

        Raises:
            Unavailable: NATS did not confirm it. It may have been stored all the same: repeat with the same id.
        """
        subject = queue_of(message.route.here[0])
        await self.publish_raw(subject, message.model_dump_json().encode(), message.message_id)

    async def publish_raw(self, subject: str, data: bytes, message_id: str) -> None:
        await self._store(subject, data, {"Nats-Msg-Id": message_id})

    async def pull(self, slots: int, take: Callable[[Msg], Awaitable[None]]) -> None:
        """Serve the messages stream for ever, `slots` messages at the same time."""
        async with asyncio.TaskGroup() as group:
            for _ in range(slots):
                group.create_task(self._pull_one_by_one(take))

    async def _pull_one_by_one(self, take: Callable[[Msg], Awaitable[None]]) -> None:
        # One subscription for each slot: each waits for a single message, which JetStream answers at once.
        subscription = await self._stream.pull_subscribe_bind(INTAKE, MESSAGES)
        while True:
            try:
                # Short, because a request that was open when NATS restarted is never answered.
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

    # -- dead letters

    async def bury(self, data: bytes, *, kind: str, reason: str, key: str, **about: str) -> None:
        """Keep what the mesh could not finish, whole, with the reason and `about` as headers.

        Args:
            data: the message exactly as it was.
            kind: one word for the sort of failure; a token of the subject.
            reason: what went wrong, in words.
            key: what makes a second burial of the same thing the same (deduplicated).
            about: more facts, e.g. `subject`, `actor`, `attempts`.
        """
        facts = {f"Mesh-{name.title()}": _header(value) for name, value in {"reason": reason, **about}.items()}
        await self._store(f"ecommerce.support.dead.{kind}", data, {"Nats-Msg-Id": key, **facts})

    # -- replies

    async def reply(self, reply: Reply) -> None:
        """Publish a reply once: a repetition within two minutes is dropped by JetStream."""
        subject = response_subject(reply.session_id)
        await self._store(subject, reply.model_dump_json().encode(), {"Nats-Msg-Id": reply.reply_id})

    async def reply_behind(self, reply: Reply, fence: int) -> bool:
        """Publish a reply once, unless the fence of its session was raised since it was read at `fence`."""
        subject, data = response_subject(reply.session_id), reply.model_dump_json().encode()
        return await self.store_behind(subject, data, reply.reply_id, reply.session_id, fence)

    async def newest_reply(self) -> int:
        """The place of the newest reply in the stream; 0 when there was none yet."""
        with _unavailable("the reply stream cannot be read"):
            return int((await self._stream.stream_info(REPLIES)).state.last_seq)

    async def replies_after(self, session_id: str, sequence: int) -> tuple[Reply, ...]:
        """The stored replies of a session behind this place in the stream, in order."""
        found: list[Reply] = []
        with _unavailable("the reply stream cannot be read"):
            while True:
                try:
                    kept = await self._stream.get_msg(
                        REPLIES, seq=sequence + 1, subject=response_subject(session_id), direct=True, next=True
                    )
                except NotFoundError:
                    return tuple(found)
                sequence = kept.seq or 0
                found.append(Reply.model_validate_json(kept.data or b"").model_copy(update={"sequence": sequence}))

    async def watch_replies(self, take: Callable[[Reply], None]) -> None:
        """Call `take` for every reply of every session from now on, once and in order, through restarts of NATS."""
        seen = await self.newest_reply()
        with _unavailable("the reply stream cannot be watched"):

            async def on_message(delivery: Msg) -> None:
                nonlocal seen
                sequence = delivery.metadata.sequence.stream
                if sequence <= seen:
                    return
                seen = sequence
                try:
                    take(Reply.model_validate_json(delivery.data).model_copy(update={"sequence": sequence}))
                except ValidationError:
                    log.warning("passed over an unreadable reply on %s", delivery.subject)

            watch = await self._stream.subscribe(
                response_subject("*"),
                cb=on_message,
                stream=REPLIES,
                ordered_consumer=True,
                config=ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=seen + 1),
                # Two missed heartbeats make the client ask for a new consumer: what a restart of NATS costs.
                idle_heartbeat=1,
            )
            # The client starts a new consumer behind the last message that it saw. When it saw none yet
            # that would be the whole stream.
            if (place := watch._sub._jsi) is not None:  # noqa: SLF001 - the client offers no other way
                place._sseq = seen  # noqa: SLF001

    # -- progress

    async def progress(self, event: Progress) -> None:
        """Tell who works now; at most once, never an error."""
        try:
            await self._client.publish(events_subject(event.session_id), event.model_dump_json().encode())
        except NATSError as error:
            log.debug("progress not told: %s", type(error).__name__)

    async def watch_progress(self, take: Callable[[Progress], None]) -> None:
        """Call `take` for every progress event of every session from now on."""

        async def on_message(delivery: Msg) -> None:
            try:
                take(Progress.model_validate_json(delivery.data))
            except ValidationError:
                log.debug("passed over an unreadable event on %s", delivery.subject)

        await self._client.subscribe(events_subject("*"), cb=on_message)

    # -- health

    async def depth(self) -> dict[str, int]:
        """How many messages each stream holds."""
        with _unavailable("NATS JetStream is not usable"):
            found = [await self._stream.stream_info(str(config.name)) for config in STREAMS]
        return {str(info.config.name): info.state.messages for info in found}

    async def intakes(self) -> int:
        """How many slots of intake wait for a message now."""
        with _unavailable("NATS JetStream is not usable"):
            return (await self._stream.consumer_info(MESSAGES, INTAKE)).num_waiting or 0

    async def _store(self, subject: str, data: bytes, headers: dict[str, str]) -> None:
        if not self._client.is_connected:
            raise Unavailable("NATS is away")
        with _unavailable("NATS did not confirm the message"):
            await self._stream.publish(subject, data, headers=headers)


def _header(text: str) -> str:
    # On one line and in ASCII: clients read other headers in different ways.
    return " ".join(text.split()).encode("ascii", "backslashreplace").decode()[:1000]


async def _taken(delivery: Msg, take: Callable[[Msg], Awaitable[None]]) -> None:
    try:
        await take(delivery)
    except NATSError as error:
        # It was not acknowledged: JetStream delivers it again after ACK_WAIT.
        log.warning("a delivery was not answered: %s", type(error).__name__)


async def _log_error(error: Exception) -> None:
    log.warning("NATS: %s", type(error).__name__)
