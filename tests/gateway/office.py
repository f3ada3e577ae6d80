"""A desk with two gateways that assign, in process and over real registers, and people as their windows speak."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from nats.js.api import StreamConfig

from gateway.assigning import Assigner
from mesh.assignment.seats import Seat, Seats
from mesh.bus import Bus
from mesh.floor import Floor, Presence
from mesh.people import Person
from mesh.protocol import Message
from mesh.registers import PEOPLE
from mesh.replies import Progress
from mesh.settings import Settings
from tests.conftest import until
from tests.fakes import FakeJourneys
from tests.gateway.at_desk import escalated
from tests.gateway.house import Reached
from tests.gateway.indoors import a_whole_edge
from tests.gateway.signing import PASSWORD


@dataclass
class Office:
    """Two gateways that assign, on connections of their own."""

    buses: tuple[Bus, Bus]
    journeys: FakeJourneys
    assigners: list[Assigner] = field(default_factory=list)

    @property
    def bus(self) -> Bus:
        return self.buses[0]

    async def here(self, person: str, *skills: str, window: str = "w-1", **more: object) -> None:
        given = {"person": person, "display_name": person.title(), "skills": skills, **more}
        await Floor(self.bus).show(Presence.model_validate(given), window)

    async def leaves(self, person: str, window: str = "w-1") -> None:
        await Floor(self.bus).leave(person, window)

    async def waits(self, number: int, urgency: str = "high", **intent: str) -> Message:
        message = escalated(f"m-{number}", urgency, 0).model_copy(update={"session_id": f"s-{number}"})
        message = message.enriched({"intent": {"intent": "refund_request", **intent}})
        self.journeys.open[message.message_id] = message
        self.tell(message)
        return message

    def tell(self, message: Message, actor: str = "human_agent") -> None:
        for assigner in self.assigners:
            assigner.take_progress(Progress(message_id=message.message_id, session_id=message.session_id, actor=actor))

    def goes_on(self, message: Message) -> None:
        del self.journeys.open[message.message_id]
        self.tell(message, "response_aggregator")

    async def seat(self, number: int = 1) -> Seat | None:
        return await Seats(self.bus).of(f"s-{number}")

    async def is_of(self, person: str, number: int = 1, state: str = "offered") -> Seat:
        async def found() -> Seat | None:
            seat = await self.seat(number)
            return seat if seat and (seat.person, seat.state) == (person, state) else None

        seat: Seat = await until(found)
        return seat

    async def loads_are(self, **loads: int) -> None:
        async def so() -> bool:
            return await Seats(self.bus).loads() == loads

        await until(so)

    def offers(self) -> float:
        samples = (one._edge.metrics.assignments.collect() for one in self.assigners)
        return sum(
            found.value for metric in samples for one in metric for found in one.samples if found.name.endswith("total")
        )


@asynccontextmanager
async def an_office(bus: Bus, settings: Settings, *team: Person) -> AsyncIterator[Office]:
    async with Bus.open(settings, "second") as second, AsyncExitStack() as edges:
        found = Office((bus, second), FakeJourneys())
        for one in found.buses:
            whole = a_whole_edge(settings, bus=one, temporal=Reached(settings, found.journeys))
            edge = await edges.enter_async_context(whole)
            for person in team:
                await edge.people.add(person, PASSWORD)
            found.assigners.append(Assigner(edge))
        for assigner in found.assigners:
            await assigner.open()
            edges.push_async_callback(assigner.close)
        yield found


async def forgetful(bus: Bus) -> None:
    """NATS forgets who is here after a second and a half."""
    known = (await bus._stream.stream_info(f"KV_{PEOPLE}")).config
    assert isinstance(known, StreamConfig)
    await bus._stream.update_stream(replace(known, max_age=1.5, duplicate_window=1.5))
