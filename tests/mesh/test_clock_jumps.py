"""Clocks of our processes that jump, where the code reads them: leases, the fence, the age of dead letters."""

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from mesh.bus import Bus
from mesh.dead import DeadLetter, Wanted
from mesh.delivery import Answer, deliver
from mesh.desk import Desk, Held, NotHeld
from mesh.store import History
from tests.conftest import until
from tests.fakes import a_message

AUTOMATIC = Answer(text="It arrives on Monday.", status="resolved")
HOUR = timedelta(hours=1)
JUMPS = (HOUR, -HOUR)


class Clock:
    """The clock of the process that acts next."""

    def __init__(self) -> None:
        self.off = timedelta()

    def now(self, zone: tzinfo | None = None) -> datetime:
        return datetime.now(zone) + self.off


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    for place in ("mesh.desk", "mesh.delivery"):
        monkeypatch.setattr(f"{place}.datetime", found)
    return found


@pytest.mark.parametrize("jump", JUMPS)
async def test_no_automatic_reply_passes_a_claim_though_the_clock_of_the_delivery_jumps(
    bus: Bus, history: History, clock: Clock, jump: timedelta
) -> None:
    await Desk(bus).claim("s-1", "Ann")
    clock.off = jump
    assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert await bus.replies_after("s-1", 0) == ()


@pytest.mark.parametrize("jump", JUMPS)
async def test_no_automatic_reply_passes_a_claim_that_was_made_while_the_clock_of_the_desk_was_off(
    bus: Bus, history: History, clock: Clock, jump: timedelta
) -> None:
    clock.off = jump
    await Desk(bus).claim("s-1", "Ann")
    clock.off = timedelta()
    assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_jump_takes_a_conversation_from_nobody_and_their_heartbeat_goes_on(
    bus: Bus, clock: Clock, jump: timedelta
) -> None:
    await Desk(bus).claim("s-1", "Ann")
    clock.off = jump
    with pytest.raises(Held):
        await Desk(bus).claim("s-1", "Bob")
    assert (await Desk(bus).renew("s-1", "Ann")).agent == "Ann"
    clock.off = timedelta()
    with pytest.raises(Held):
        await Desk(bus).claim("s-1", "Bob")


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_lease_ends_though_the_clock_of_who_wrote_it_was_off(bus: Bus, clock: Clock, jump: timedelta) -> None:
    clock.off = jump
    desk = Desk(bus, lease=0.05)
    await desk.claim("s-1", "Ann")
    clock.off = timedelta()

    async def free() -> bool:
        return await desk.holder("s-1") is None

    await until(free)
    with pytest.raises(NotHeld):
        await desk.renew("s-1", "Ann")


async def test_a_claim_of_a_version_that_noted_no_time_of_writing_holds_until_the_time_it_names(bus: Bus) -> None:
    now = datetime.now(UTC)
    for held, ends in (("s-1", now + HOUR), ("s-2", now - HOUR)):
        value = f'{{"agent": "Ann", "since": "{now.isoformat()}", "until": "{ends.isoformat()}"}}'
        assert await bus.write("ECOMMERCE_SUPPORT_DESK", held, value.encode(), 0)
    assert [await Desk(bus).taken(one) for one in ("s-1", "s-2")] == [True, False]


def test_a_dead_letter_from_the_future_is_young() -> None:
    now = datetime.now(UTC)
    letter = DeadLetter(sequence=1, kind="unfinished", at=now + HOUR)
    assert Wanted(since=timedelta(minutes=1)).fits(letter, now)
    assert not Wanted(older=timedelta()).fits(letter, now)
