"""What waits is offered to who is there: two gateways' assigners over real registers, people as their windows speak."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from gateway.assigning import Assigner
from mesh.assignment.pace import Answered, Queue, Served
from mesh.assignment.seats import Seats
from mesh.assignment.table import DEFAULT
from mesh.bus import Bus
from mesh.desk import Desk
from mesh.floor import Floor
from mesh.people import Person
from mesh.protocol import Message
from mesh.replies import Progress, Reply
from mesh.settings import Settings
from tests.conftest import until
from tests.fakes import FakeJourneys
from tests.gateway.at_desk import NOON, escalated
from tests.gateway.house import Reached
from tests.gateway.indoors import an_edge
from tests.gateway.office import Office, an_office, forgetful
from tests.mesh.assignment.people import a_need, somebody


@pytest.fixture
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who says nothing for a second or two is gone."""
    monkeypatch.setattr("mesh.assignment.roster.PRESENT", 1.5)
    monkeypatch.setattr("mesh.assignment.roster.GOODBYE", 0.1)
    monkeypatch.setattr("mesh.assignment.roster.MARGIN", 0.0)


@pytest.fixture
async def office(bus: Bus, ports_settings: Settings) -> AsyncIterator[Office]:
    ann = Person(name="ann", display_name="Ann Miller", roles=("agent",))
    async with an_office(bus, ports_settings, ann) as found:
        yield found


async def test_what_comes_to_a_person_is_offered_once_to_who_suits_best(office: Office) -> None:
    await office.here("ann", "technical")
    await office.here("bob", "billing")
    await office.waits(1)
    seat = await office.is_of("bob")
    assert (seat.skill, seat.why, seat.reserved) == ("billing", ("billing", "1 of 4"), True)
    assert await Seats(office.bus).loads() == {"bob": 1}
    assert office.offers() == 1


async def test_language_tier_and_acquaintance_decide(office: Office) -> None:
    message = escalated("m-1", "high", 0)
    customer = message.payload.customer_email or ""
    await Served(office.bus).answered(customer, "cem", Answered(at=NOON, seconds=1))
    await office.here("ann", "billing")
    await office.here("bob", "billing", "vip", languages=("de",))
    await office.here("cem", "billing", languages=("de",))
    await office.waits(1, language="de")
    # VIP weighs 5, not to be the one whom the customer knows 4.
    seat = await office.is_of("bob")
    assert seat.why == ("billing", "German", "vip customers", "1 of 4")


async def test_what_waited_before_anybody_came_is_offered_to_who_comes_the_most_urgent_first(office: Office) -> None:
    await office.waits(1, "low")
    await office.waits(2, "critical")
    await office.here("ann", "billing", capacity=1)
    await office.is_of("ann", 2)
    assert await office.seat(1) is None
    await office.here("bob", "billing", capacity=1)
    await office.is_of("bob", 1)


async def test_what_is_over_frees_the_place_for_what_waits(office: Office) -> None:
    await office.here("ann", "billing", capacity=1)
    first = await office.waits(1)
    await office.is_of("ann", 1)
    await office.waits(2)
    await Seats(office.bus).take("s-1", "m-1", "ann")
    office.goes_on(first)
    await Seats(office.bus).free("s-1", "ann")
    await office.is_of("ann", 2)
    assert await Seats(office.bus).loads() == {"ann": 1}


async def test_who_goes_away_is_asked_no_more_and_keeps_what_they_have(office: Office) -> None:
    await office.here("ann", "billing")
    await office.waits(1)
    await office.waits(2)
    await office.is_of("ann", 1)
    await office.is_of("ann", 2)
    await Seats(office.bus).take("s-1", "m-1", "ann")
    await Desk(office.bus).claim("s-1", "ann")
    await office.here("bob", "info")
    await office.here("ann", "billing", state="away")
    await office.is_of("bob", 2)
    await office.is_of("ann", 1, "taken")
    await office.loads_are(ann=1, bob=1)


async def test_who_comes_gets_a_share_of_what_nobody_has_taken_up(office: Office) -> None:
    await office.here("ann", "billing", capacity=6)
    for number in range(4):
        await office.waits(number)
    await office.loads_are(ann=4)
    await Seats(office.bus).take("s-0", "m-0", "ann")
    await Desk(office.bus).claim("s-0", "ann")
    await office.here("bob", "billing", capacity=6)
    await office.loads_are(ann=2, bob=2)
    await office.is_of("ann", 0, "taken")


async def test_what_somebody_reads_is_not_moved_under_their_eyes(office: Office) -> None:
    await office.here("ann", "info", looking="s-1")
    await office.waits(1)
    await office.is_of("ann")
    await office.here("bob", "billing")
    await office.waits(2)
    await office.is_of("bob", 2)
    await office.is_of("ann", 1)
    await office.here("ann", "info")
    await office.is_of("bob", 1)


@pytest.mark.usefixtures("short_silence")
async def test_what_a_silent_person_had_is_offered_to_others_and_their_claim_ends(office: Office) -> None:
    await forgetful(office.bus)
    told: list[Progress] = []
    await office.bus.watch_progress(told.append)
    for number in (1, 2):
        await office.waits(number)

    async def offered() -> bool:
        await office.here("ann", "billing")
        return await Seats(office.bus).loads() == {"ann": 2}

    async def seen_with_it() -> bool:
        await office.here("ann", "billing")
        seat = await office.seat(1)
        return seat is not None and seat.attended

    await until(offered)
    await Seats(office.bus).take("s-1", "m-1", "ann")
    await Desk(office.bus).claim("s-1", "ann")
    await Desk(office.bus).note("m-1", "ann", "She called, too.")
    await until(seen_with_it)

    async def moved() -> bool:
        await office.here("bob", "info")
        seats = [await office.seat(number) for number in (1, 2)]
        return all(seat is not None and (seat.person, seat.state) == ("bob", "offered") for seat in seats)

    await until(moved)
    assert await Seats(office.bus).loads() == {"bob": 2}
    assert await Desk(office.bus).holder("s-1") is None
    await until(lambda: asyncio.sleep(0, told))
    assert [(event.session_id, event.state, event.by) for event in told] == [("s-1", "left", "Ann Miller")]
    assert [note.text for note in await Desk(office.bus).notes("m-1")] == ["She called, too."]


@pytest.mark.usefixtures("short_silence")
async def test_who_claims_without_ever_being_at_the_desk_keeps_it_as_long_as_the_claim_is_kept(office: Office) -> None:
    await office.waits(1)
    await Seats(office.bus).take("s-1", "m-1", "robot")
    await Desk(office.bus).claim("s-1", "robot")

    async def all_are_sure_who_is_there() -> bool:
        return all(assigner.roster.sure for assigner in office.assigners)

    await until(all_are_sure_who_is_there)
    await office.here("ann", "billing")
    await office.waits(2)
    await office.is_of("ann", 2)
    await office.is_of("robot", 1, "taken")
    held = await Desk(office.bus).holder("s-1")
    assert held
    assert held.agent == "robot"


async def test_the_place_of_a_claim_that_was_never_made_or_not_kept_is_empty_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.assigning.SWEEP", 0.2)
    monkeypatch.setattr("gateway.silence.CLAIMING", timedelta(0))
    await Desk(office.bus).claim("s-2", "robot")
    await Seats(office.bus).take("s-2", "m-2", "robot")
    await Seats(office.bus).take("s-1", "m-1", "ann")
    await office.loads_are(robot=1)
    await Desk(office.bus).release("s-2", "robot")
    await office.loads_are()


async def test_an_offer_of_what_waits_no_more_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.assigning.SWEEP", 0.2)
    monkeypatch.setattr("gateway.needs.LISTED", 0.0)
    await office.here("ann", "billing")
    message = await office.waits(1)
    await office.is_of("ann")
    # Nobody tells: its deadline has passed, or an operator has moved it.
    del office.journeys.open[message.message_id]
    await office.loads_are()


async def test_an_offer_that_has_ended_and_finds_nobody_else_makes_nobody_busy(office: Office) -> None:
    await office.here("ann", "demo")
    looks: list[str] = []
    for assigner in office.assigners:
        look = assigner._look

        async def noted(look: Callable[[], Awaitable[None]] = look) -> None:
            looks.append("looked")
            await look()

        assigner._look = noted  # type: ignore[method-assign]
    await office.waits(1)
    ended = DEFAULT.model_copy(update={"offer_seconds": -1.0})
    await Seats(office.bus).offer(a_need("s-1"), [somebody("ann", "billing")], ended)
    await asyncio.sleep(2)
    assert (await office.is_of("ann")).skill == "billing"
    assert len(looks) < 20


async def test_a_claim_that_no_seat_knows_of_is_counted_and_not_offered(office: Office) -> None:
    await Desk(office.bus).claim("s-1", "cem")
    await office.here("ann", "billing")
    await office.waits(1)
    await office.is_of("cem", 1, "taken")
    assert await Seats(office.bus).loads() == {"cem": 1}


async def test_what_is_passed_on_goes_to_the_skill_that_was_named(office: Office) -> None:
    await office.here("ann", "billing")
    await office.here("bob", "german")
    await office.waits(1)
    await office.is_of("ann")
    await Seats(office.bus).take("s-1", "m-1", "ann")
    await Floor(office.bus).pass_on("m-1", "german", "ann")
    await Seats(office.bus).free("s-1", "ann", passed=True)
    seat = await office.is_of("bob")
    assert (seat.skill, seat.why[0]) == ("german", "german")


async def test_everybody_can_read_how_it_stands_at_the_desk(office: Office) -> None:
    await office.here("ann", "billing", capacity=1)
    await office.waits(1)
    await office.waits(2)
    await office.waits(3)

    async def stands() -> bool:
        kept = (await office.bus.read("ECOMMERCE_SUPPORT_SEATS", "queue")).value
        return kept is not None and Queue.model_validate_json(kept) == Queue(waiting=2, people=1, places=1, taken=1)

    await until(stands)


async def test_without_temporal_nothing_is_offered_and_afterwards_all_is(office: Office) -> None:
    office.journeys.down = True
    await office.here("ann", "billing")
    await office.waits(1)
    assert await office.seat(1) is None
    office.journeys.down = False
    await office.is_of("ann")


async def test_with_nobody_at_the_desk_nothing_is_asked_of_temporal(bus: Bus, ports_settings: Settings) -> None:
    asked: list[str] = []

    class Noting(FakeJourneys):
        async def message(self, message_id: str) -> Message | None:
            asked.append(message_id)
            return await super().message(message_id)

    assigner = Assigner(an_edge(ports_settings, bus=bus, temporal=Reached(ports_settings, Noting())))
    assigner._held = 0
    await assigner.open()
    assigner.take_progress(Progress(message_id="m-1", session_id="s-1", actor="human_agent"))

    async def counted() -> bool:
        return assigner.waiting({}) == 1 and assigner._queue.waiting == 1

    await until(counted)
    assert asked == []
    reply = {
        "reply_id": "m-1:3",
        "message_id": "m-1",
        "session_id": "s-1",
        "text": "x",
        "status": "resolved",
        "at": NOON,
    }
    assigner.take_reply(Reply.model_validate({**reply, "author": "human"}))
    assert assigner.waiting({}) == 0
    await assigner.close()
