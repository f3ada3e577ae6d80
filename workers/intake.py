"""Intake: turns a NATS message into a workflow, and what is no message into a dead letter."""

import asyncio
import logging

import click
from nats.aio.msg import Msg
from pydantic import ValidationError

from mesh.bus import Bus
from mesh.errands import errand_of
from mesh.errors import Permanent, Transient, Unavailable
from mesh.letters import Letters
from mesh.personal.message import removed_from, spared
from mesh.protocol import MAX_ENVELOPE_BYTES, Message, ProtocolError, misfit
from mesh.revival import Revival
from mesh.riding import riding
from mesh.settings import Settings
from mesh.store import History, migrate
from mesh.streams import ACK_WAIT
from mesh.temporal import Journeys, connect
from mesh.together import following
from workers.acceptance import Acceptance
from workers.burial import Burial
from workers.process import run
from workers.watcher import Watcher

log = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds until JetStream delivers a message again that could not be started. Below ACK_WAIT on purpose."""

assert PAUSE < ACK_WAIT  # noqa: S101 - two constants of two modules must agree


@click.command()
def intake() -> None:
    """Serve the intake."""
    run(serve)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Take messages until `stop` is set; what is in hand then is delivered again by JetStream."""
    await migrate(settings)
    client = await connect(settings)
    async with (
        Bus.open(settings, "intake") as bus,
        History.open(settings) as history,
        asyncio.TaskGroup() as group,
    ):
        book = Acceptance(history)
        door = Intake(bus, Journeys(client), book, rides=settings.rides)
        watcher = Watcher(Letters(bus), Revival(client), Burial(bus, history))
        works = (book.write(), bus.pull(settings.intake_in_flight, door.take), watcher.watch(settings.dead_sweep))
        tasks = [group.create_task(work) for work in works]
        await stop.wait()
        for task in tasks:
            task.cancel()


class Intake:
    """Takes one delivery at a time: validate, note the acceptance, start the workflow, then acknowledge."""

    def __init__(self, bus: Bus, journeys: Journeys, book: Acceptance, *, rides: bool = False) -> None:
        self._bus = bus
        self._journeys = journeys
        self._book = book
        self._rides = rides

    async def take(self, delivery: Msg) -> None:
        """Acknowledge a delivery only when its workflow is durable or it is kept as a dead letter.

        Without Temporal, NATS or the history it waits in JetStream: a message that cannot be noted could not be
        answered either, for its answer goes into the same history.
        """
        try:
            await self._take(delivery)
        except (Unavailable, Transient) as error:
            log.warning("message %s waits: %s", delivery.metadata.sequence.stream, error)
            await delivery.nak(delay=PAUSE)

    async def _take(self, delivery: Msg) -> None:
        try:
            message = read(delivery.subject, delivery.data)
        except ProtocolError as error:
            await self._bury(delivery, str(error))
            return
        message = riding(message, allowed=self._rides)
        if errand_of(message) is None:
            message = following(message, await self._book.accept(message))
        try:
            started = await self._journeys.start(message)
        except Permanent as error:
            await self._bury(delivery, str(error), message)
            return
        if not started:
            log.info("message %s has a workflow already", message.message_id)
        await self._acknowledge(delivery)

    async def _bury(self, delivery: Msg, reason: str, message: Message | None = None) -> None:
        """Keep it as a dead letter; what could be read was accepted, so its customer gets an apology."""
        place = delivery.metadata.sequence.stream
        log.warning("message %s on %s is a dead letter: %s", place, delivery.subject, reason)
        # First the copy, then term(): on a work queue term() deletes the payload.
        await self._bus.bury(
            # Whole, unless it held what may not be kept.
            message.model_dump_json().encode() if message and removed_from(message) else delivery.data,
            kind="invalid",
            reason=reason,
            key=f"{delivery.metadata.stream}:{place}",
            place=f"{delivery.metadata.stream}:{place}",
            attempts=str(delivery.metadata.num_delivered or ""),
            subject=delivery.subject,
        )
        if message is not None and errand_of(message) is None:
            await self._book.apologise(message, self._bus)
        await delivery.term()

    async def _acknowledge(self, delivery: Msg) -> None:
        try:
            await delivery.ack_sync(timeout=2)
        except TimeoutError:
            # It will come again and find its workflow.
            log.warning("the acknowledgement of %s was not confirmed", delivery.metadata.sequence.stream)


def read(subject: str, data: bytes) -> Message:
    """The message in these bytes, at the actor that it was published to.

    Raises:
        ProtocolError: too large, or not a message; says what is wrong without quoting it.
    """
    if len(data) > MAX_ENVELOPE_BYTES:
        raise ProtocolError(f"{len(data):,} bytes are too large for a message; the limit is {MAX_ENVELOPE_BYTES:,}")
    try:
        message = Message.model_validate_json(data)
        # Whoever publishes on NATS himself has not been through the gateway.
        return spared(message.with_route(message.route.enter(subject.rsplit(".", 1)[-1])))
    except ValidationError as error:
        raise ProtocolError(f"this is not a message: {misfit(error)}") from None
