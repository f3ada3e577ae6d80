"""NATS: the stream of messages, the stream of replies, the dead letters, and progress on core NATS."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Self

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NATSError
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from mesh.effects import effect
from mesh.errors import Unavailable
from mesh.nodes import Standing, standing
from mesh.patience import PatientStream, Renewals
from mesh.protocol import Message, queue_of
from mesh.pulling import Pulling, renewing
from mesh.registers import BUCKETS, Registers
from mesh.registers import unavailable as _unavailable
from mesh.replies import Progress, Reply
from mesh.settings import Settings
from mesh.streams import (
    INTAKE,
    INTAKE_CONSUMER,
    MESSAGES,
    STREAMS,
    events_subject,
    response_subject,
)
from mesh.watching import Watching

log = logging.getLogger(__name__)

OPEN_TIMEOUT = 5.0
ASK_TIMEOUT = 1.0
ONE: dict[str, Any] = {"connect_timeout": 2, "reconnect_time_wait": 0.25}
"""How a client behaves towards a single server."""
SEVERAL: dict[str, Any] = {
    "connect_timeout": 1, "reconnect_time_wait": 0.25, "ping_interval": 0.75, "max_outstanding_pings": 2
}  # fmt: skip
"""How it behaves towards several: one that has stopped without a word is left after two seconds for another."""


class Bus(Registers, Pulling, Watching):
    """One connection per process. Whatever NATS refuses or fails to confirm is `Unavailable`."""

    def __init__(self, client: Client, stream: PatientStream, renewals: Renewals | None = None) -> None:
        self._client = client
        self._stream = stream
        self._renewals = renewals or Renewals()
        self._looking = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, name: str) -> AsyncIterator[Self]:
        """Connect and make sure that the streams are there; afterwards it reconnects for ever, to any of the servers.

        Raises:
            Unavailable: no server answers at the address.
        """
        try:
            # Told to reconnect for ever, the client also tries for ever to connect the first time.
            async with asyncio.timeout(OPEN_TIMEOUT):
                client = await nats.connect(
                    settings.nats_targets,
                    name=name,
                    allow_reconnect=True,
                    max_reconnect_attempts=-1,
                    error_cb=_log_error,
                    reconnected_cb=renewing(renewals := Renewals()),
                    **(ONE if len(settings.nats_targets) == 1 else SEVERAL),
                )
        except (NATSError, OSError) as error:
            raise Unavailable(f"NATS does not answer at {settings.nats_target}: start it or set NATS_URL") from error
        bus = cls(client, PatientStream(client, servers=len(settings.nats_targets)), renewals)
        try:
            await bus.ensure_streams(settings.stream_replicas)
            yield bus
        finally:
            for looking in bus._looking:
                looking.cancel()
            # Closing fails where the server is gone; there is nothing left to close then.
            with contextlib.suppress(NATSError, OSError):
                await client.close()

    @property
    def connected(self) -> bool:
        return self._client.is_connected

    async def ensure_streams(self, replicas: int | None = None) -> None:
        """Create the streams and the intake's consumer, or bring them to today's configuration.

        Args:
            replicas: how many servers keep each; None: as many as do now.
        """
        with _unavailable("NATS JetStream is not usable"):
            for config in (*STREAMS, *BUCKETS):
                await self._ensure_stream(config, replicas)
            await self._stream.add_consumer(MESSAGES, INTAKE_CONSUMER)

    async def _ensure_stream(self, config: StreamConfig, replicas: int | None) -> None:
        try:
            known = await self._stream.stream_info(str(config.name))
        except NotFoundError:
            await self._stream.add_stream(replace(config, num_replicas=replicas or 1))
        else:
            # Unless it is set, how often it is replicated is the operator's decision.
            await self._stream.update_stream(replace(config, num_replicas=replicas or known.config.num_replicas))

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

    async def standing(self) -> Standing:
        """Who keeps the streams. Not patient: it is asked to see who is away."""

        async def ask(what: str) -> bytes:
            with _unavailable("NATS JetStream does not answer"):
                return bytes((await self._client.request(f"$JS.API.{what}", timeout=ASK_TIMEOUT)).data)

        return await standing(ask)

    async def intakes(self) -> int:
        """How many slots of intake wait for a message now."""
        with _unavailable("NATS JetStream is not usable"):
            return (await self._stream.consumer_info(MESSAGES, INTAKE)).num_waiting or 0

    async def waiting(self) -> int:
        """How many messages wait for intake, or are in its hands."""
        with _unavailable("NATS JetStream is not usable"):
            found = await self._stream.consumer_info(MESSAGES, INTAKE)
        return (found.num_pending or 0) + (found.num_ack_pending or 0)

    async def _store(self, subject: str, data: bytes, headers: dict[str, str]) -> None:
        effect("publish")
        self._demand_connection()
        with _unavailable("NATS did not confirm the message"):
            await self._stream.publish(subject, data, headers=headers)


def _header(text: str) -> str:
    # On one line and in ASCII: clients read other headers in different ways.
    return " ".join(text.split()).encode("ascii", "backslashreplace").decode()[:1000]


async def _log_error(error: Exception) -> None:
    log.warning("NATS: %s", type(error).__name__)
