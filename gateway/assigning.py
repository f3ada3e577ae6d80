"""Offering what waits to who is there. Any number of gateways do it at once: each decision is a comparison, one wins.

It waits to be told: of a message that comes to a person, of somebody who comes or goes, of a place that becomes free;
else it wakes when an offer ends or somebody falls silent. With nobody at the desk and nothing in hands it sleeps.
"""

import asyncio
import logging
from collections.abc import Mapping
from time import monotonic
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import HTTPConnection

from gateway.edge import Edge
from gateway.giving import Giving
from gateway.needs import Needs
from gateway.silence import Silence
from gateway.waiting_list import PERSON
from mesh.assignment.pace import Queue, Served
from mesh.assignment.roster import Roster
from mesh.assignment.seats import PLACE, Seat, Seats
from mesh.assignment.table import Table, table_in
from mesh.errors import Transient, Unavailable
from mesh.registers import PEOPLE, SEATS, TRANSFERS
from mesh.replies import Progress, Reply

log = logging.getLogger(__name__)

SWEEP: Final = 20.0
"""Seconds between two looks at everything while somebody is at the desk: hints may be lost."""
SETTLE: Final = 0.15
"""Seconds from a hint to the decision: hints come in swarms, and a conversation that is answered moves on first."""
UNSURE: Final = 0.25
"""Seconds until NATS is asked again whether it has forgotten somebody who is silent."""
AGAIN: Final = 3.0
"""Seconds until the next attempt after NATS or Temporal did not answer."""


class Assigner:
    """Watches the desk and gives out what waits on it."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._seats, self._served = Seats(edge.bus), Served(edge.bus)
        self.needs, self.roster = Needs(edge), Roster()
        self._silence = Silence(edge, self.roster, self._seats)
        self._hinted = asyncio.Event()
        self._ends: list[float] = []
        # What was given out before we began is looked at once.
        self._held, self._swept = 1, monotonic() - SWEEP
        self._connections = 0
        self._troubled = False
        self._queue = Queue()
        self._working: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to hear and to decide.

        Raises:
            Unavailable: NATS cannot be watched.
        """
        await self._edge.bus.hear(f"$KV.{PEOPLE}.>", self._take_presence)
        await self._edge.bus.hear(f"$KV.{SEATS}.{PLACE}.>", self._take_seat)
        await self._edge.bus.hear(f"$KV.{TRANSFERS}.>", self._take_transfer)
        self._connections = self._edge.bus.connections
        self._working = asyncio.create_task(self._work())
        self._working.add_done_callback(_tell_end)

    async def close(self) -> None:
        working, self._working = self._working, None
        while working and not working.done():
            # More than once: the NATS client answers a cancellation with an error of its own.
            working.cancel()
            await asyncio.wait([working], timeout=1)

    def waiting(self, seats: Mapping[str, Seat]) -> int:
        """How many conversations wait that are nobody's."""
        held = {session_id for session_id, seat in seats.items() if seat.state != "open"}
        return len(self.needs.by_session().keys() - held) + self.needs.unread

    # -- what is heard

    def take_progress(self, event: Progress) -> None:
        if event.actor == PERSON:
            if event.by is None:
                self.needs.hear(event.message_id)
                self._hinted.set()
        elif event.message_id in self.needs:
            self._moved_on(event.message_id)

    def take_reply(self, reply: Reply) -> None:
        if reply.author == "human" and reply.message_id in self.needs:
            self._moved_on(reply.message_id)

    def _moved_on(self, message_id: str) -> None:
        self.needs.drop(message_id)
        self._hinted.set()

    def _take_presence(self, subject: str, data: bytes) -> None:
        if self.roster.hear(subject, data):
            self._hinted.set()

    def _take_seat(self, _subject: str, _data: bytes) -> None:
        # Perhaps of somebody who claims without being at the desk: whose claim ends is looked for, too.
        self._held = self._held or 1
        self._hinted.set()

    def _take_transfer(self, subject: str, _data: bytes) -> None:
        message_id = subject.rpartition(".")[2]
        if message_id in self.needs:
            self.needs.hear(message_id)
            self._hinted.set()

    # -- the loop

    async def _work(self) -> None:
        while True:
            hinted = await self._wait()
            try:
                if self._due(hinted=hinted):
                    await self._look()
                self._troubled = False
            except (Unavailable, Transient) as error:
                if not self._troubled:
                    log.warning("nothing is assigned now: %s", error)
                self._troubled = True
                await asyncio.sleep(AGAIN)
                self._hinted.set()

    async def _wait(self) -> bool:
        """Whether there was a hint, or only time has passed."""
        try:
            async with asyncio.timeout(self._pause()):
                await self._hinted.wait()
        except TimeoutError:
            return False
        await asyncio.sleep(SETTLE)
        self._hinted.clear()
        return True

    def _pause(self) -> float | None:
        now = monotonic()
        ends = [now + UNSURE] if self._silence.unsure else []
        ends += [self._swept + SWEEP] if self._busy else []
        silence = self.roster.next_silence
        ends += [*self._ends, *([] if silence is None else [now + silence])]
        return max(0.05, min(ends) - now) if ends else None

    def _due(self, *, hinted: bool) -> bool:
        if self._connections != self._edge.bus.connections:
            self._connections = self._edge.bus.connections
            self.roster.doubt()
        silent, now = self.roster.forget(), monotonic()
        ended = any(end <= now for end in self._ends)
        swept = self._busy and now - self._swept >= SWEEP
        return hinted or silent or ended or swept or self._silence.unsure

    @property
    def _busy(self) -> bool:
        return bool(self._held or self.roster.here())

    async def _look(self) -> None:
        table = table_in(self._edge.settings.knowledge_dir)
        if not self._busy:
            await self._tell({}, table)
            return
        # First, because it needs NATS alone.
        seats = await self._seats.all()
        if await self._silence.end(seats):
            seats = await self._seats.all()
        await self._read(table, seats)
        giving = Giving(self._edge, self.needs, self.roster, table)
        await giving.offer(seats)
        await giving.even_out(await self._seats.all())
        await self._tell(await self._seats.all(), table)

    async def _read(self, table: Table, seats: Mapping[str, Seat]) -> None:
        if monotonic() - self._swept < SWEEP:
            await self.needs.read_heard(table)
            return
        await self.needs.list_all(table)
        await self.needs.read_heard(table)
        await self._silence.clear(seats, set(self.needs.by_session()))
        self._swept = monotonic()

    async def _tell(self, seats: Mapping[str, Seat], table: Table) -> None:
        people = self.roster.candidates(table)
        names = {one.person for one in people}
        held = {session_id: seat for session_id, seat in seats.items() if seat.state != "open"}
        await self._remember(held)
        queue = Queue(
            waiting=self.waiting(held),
            people=len(people),
            places=sum(one.capacity for one in people),
            taken=sum(seat.person in names for seat in held.values()),
        )
        self._edge.metrics.active.set(len(held) + queue.waiting)
        if queue != self._queue:
            await self._served.stands(queue)
            self._queue = queue

    async def _remember(self, held: Mapping[str, Seat]) -> None:
        """When the offers end, by our own clock. One that has ended and found nobody is looked at with the next."""
        self._held = len(held)
        ends = [seat.until for seat in held.values() if seat.until]
        now = await self._edge.bus.clock() if ends else None
        self._ends = [monotonic() + (end - now).total_seconds() for end in ends if now and end > now]


def _tell_end(working: asyncio.Task[None]) -> None:
    if not working.cancelled() and (error := working.exception()):
        log.error("nothing is assigned by this gateway any more", exc_info=error)


def assigner_of(connection: HTTPConnection) -> Assigner:
    assigner = connection.state.assigner
    assert isinstance(assigner, Assigner)  # noqa: S101 - the lifespan put it there
    return assigner


TheAssigner = Annotated[Assigner, Depends(assigner_of)]
