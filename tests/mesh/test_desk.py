"""One conversation, one person: claims under a race, leases, and the fence that a claim raises."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bench.takeovers import claim_race, takeover_race
from mesh.bus import Bus
from mesh.delivery import Answer, deliver
from mesh.desk import GRACE, Desk, Held, Hold, NotHeld
from mesh.errors import Unavailable
from mesh.protocol import Message, Route
from mesh.registers import DESK, Register
from mesh.settings import Settings
from mesh.store import History
from mesh.streams import REPLIES
from tests.fakes import FakeBus, MemoryRegisters, a_message

AUTOMATIC = Answer(text="It arrives on Monday.", status="resolved")
PERSONAL = Answer(text="I am Ann.", status="resolved", author="human")


async def statuses(history: History) -> list[str]:
    return [row.status for row in await history.of_message("m-1") if row.sender != "customer"]


async def expire(registers: MemoryRegisters, ago: timedelta = timedelta(seconds=1)) -> None:
    """Let the claim of s-1 have ended so long ago."""
    value, revision, _ = await registers.read(DESK, "s-1")
    hold = Hold.model_validate_json(value or b"").model_copy(update={"until": datetime.now(UTC) - ago})
    assert await registers.write(DESK, "s-1", hold.model_dump_json().encode(), revision)


# -- claims


async def test_of_many_who_claim_at_the_same_time_one_gets_it(bus: Bus, ports_settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        buses = [bus, *[await stack.enter_async_context(Bus.open(ports_settings, "other")) for _ in range(2)]]
        for number in range(25):
            got = await claim_race(buses, f"s-{number}", 12)
            assert len(got) == 1
            hold = await Desk(bus).holder(f"s-{number}")
            assert hold is not None
            assert hold.agent == got[0]


async def test_who_comes_too_late_is_told_who_has_it() -> None:
    desk = Desk(MemoryRegisters())
    await desk.claim("s-1", "Ann")
    with pytest.raises(Held, match="Ann has this conversation until") as caught:
        await desk.claim("s-1", "Bob")
    assert caught.value.hold.agent == "Ann"
    assert (await desk.claim("s-2", "Bob")).fresh


async def test_claiming_again_extends_the_claim_and_is_not_fresh() -> None:
    desk = Desk(MemoryRegisters())
    first, again = await desk.claim("s-1", "Ann"), await desk.claim("s-1", "Ann")
    assert (first.fresh, again.fresh) == (True, False)
    assert again.hold.since == first.hold.since
    assert again.hold.until > first.hold.until


async def test_a_claim_lasts_as_long_as_the_lease_and_a_heartbeat_extends_it() -> None:
    desk = Desk(MemoryRegisters(), lease=30)
    now = datetime.now(UTC)
    hold = (await desk.claim("s-1", "Ann")).hold
    assert timedelta(seconds=29) < hold.until - now < timedelta(seconds=31)
    renewed = await desk.renew("s-1", "Ann")
    assert (renewed.since, renewed.agent) == (hold.since, "Ann")
    assert renewed.until > hold.until


async def test_when_the_heartbeat_stops_somebody_else_may_take_over() -> None:
    registers = MemoryRegisters()
    desk = Desk(registers)
    await desk.claim("s-1", "Ann")
    await expire(registers)
    assert await desk.holder("s-1") is None
    assert (await desk.claim("s-1", "Bob")).hold.agent == "Bob"
    for act in (desk.renew, desk.release):
        with pytest.raises(Held, match="Bob"):
            await act("s-1", "Ann")


async def test_an_expired_or_missing_claim_is_not_extended_but_made_anew() -> None:
    registers = MemoryRegisters()
    desk = Desk(registers)
    with pytest.raises(NotHeld, match="claim it first"):
        await desk.renew("s-1", "Ann")
    await desk.claim("s-1", "Ann")
    await expire(registers)
    with pytest.raises(NotHeld):
        await desk.renew("s-1", "Ann")
    assert (await desk.claim("s-1", "Ann")).fresh


async def test_after_release_anybody_may_claim() -> None:
    desk = Desk(MemoryRegisters())
    await desk.claim("s-1", "Ann")
    await desk.release("s-1", "Ann")
    assert await desk.holder("s-1") is None
    assert (await desk.claim("s-1", "Bob")).fresh
    with pytest.raises(Held):
        await desk.release("s-1", "Ann")


async def test_of_a_heartbeat_and_a_takeover_after_expiry_only_one_succeeds(bus: Bus) -> None:
    for number in range(15):
        desk = Desk(bus, lease=0.05)
        await desk.claim(f"s-{number}", "Ann")
        await asyncio.sleep(0.048)
        results = await asyncio.gather(
            desk.renew(f"s-{number}", "Ann"), desk.claim(f"s-{number}", "Bob"), return_exceptions=True
        )
        assert any(isinstance(found, Held | NotHeld) for found in results)


async def test_a_claim_that_nobody_can_read_is_overwritten(bus: Bus) -> None:
    assert await bus.write(DESK, "s-1", b"not a claim", 0)
    assert await Desk(bus).holder("s-1") is None
    assert (await Desk(bus).claim("s-1", "Ann")).fresh


async def test_without_nats_nothing_is_claimed(bus: Bus, nats_server: asyncio.subprocess.Process) -> None:
    nats_server.kill()
    await nats_server.wait()
    with pytest.raises(Unavailable):
        await Desk(bus).claim("s-1", "Ann")


# -- notes


async def test_notes_are_kept_in_order_and_none_is_lost_when_many_write(bus: Bus) -> None:
    desk = Desk(bus)
    await desk.note("m-1", "Ann", "first")
    await asyncio.gather(*(desk.note("m-1", f"agent-{number}", "words") for number in range(8)))
    await desk.note("m-1", "Bob", "last")
    notes = await desk.notes("m-1")
    assert [notes[0].text, notes[-1].text] == ["first", "last"]
    assert {note.by for note in notes[1:-1]} == {f"agent-{number}" for number in range(8)}
    assert await desk.notes("m-2") == ()


# -- the fence


async def test_after_a_takeover_no_automatic_reply_is_sent_whenever_it_was_begun(
    bus: Bus, ports_settings: Settings, history: History
) -> None:
    total: Counter[str] = Counter()
    dice = random.Random(11)  # noqa: S311 - moments, not secrets
    async with Bus.open(ports_settings, "other") as other:
        for number in range(60):
            total += await takeover_race((bus, other), history, f"s-{number}", dice)
    assert (total["late"], total["untrue"]) == (0, 0)
    # Otherwise the moments were chosen so that nothing was tried.
    assert min(total["sent"], total["held"]) > 10


async def test_an_automatic_reply_in_a_taken_conversation_is_kept_and_not_sent(history: History) -> None:
    bus = FakeBus()
    await Desk(bus).claim("s-1", "Ann")
    assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert bus.replies == []
    assert await statuses(history) == ["superseded"]


async def test_a_takeover_between_the_look_and_the_sending_holds_the_reply_back_and_says_so(history: History) -> None:
    bus = FakeBus()
    bus.between = lambda: Desk(bus).claim("s-1", "Ann")
    assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert bus.replies == []
    assert await statuses(history) == ["superseded"]


async def test_what_the_person_writes_goes_out(history: History) -> None:
    bus = FakeBus()
    await Desk(bus).claim("s-1", "Ann")
    assert await deliver(a_message(), PERSONAL, history=history, bus=bus)
    assert [reply.text for reply in bus.replies] == [PERSONAL.text]
    assert await statuses(history) == ["resolved"]


async def test_another_conversation_is_not_held_back(history: History) -> None:
    bus = FakeBus()
    await Desk(bus).claim("s-2", "Ann")
    assert await deliver(a_message(), AUTOMATIC, history=history, bus=bus)


@pytest.mark.parametrize("ended", ["released", "expired"])
async def test_after_release_or_expiry_replies_pass_again_and_the_history_says_so(history: History, ended: str) -> None:
    bus = FakeBus()
    await Desk(bus).claim("s-1", "Ann")
    assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    await (Desk(bus).release("s-1", "Ann") if ended == "released" else expire(bus, GRACE * 2))
    assert await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert len(bus.replies) == 1
    assert await statuses(history) == ["resolved"]


async def test_a_delivery_whose_clock_is_ahead_still_sees_the_claim(history: History) -> None:
    bus = FakeBus()
    await Desk(bus).claim("s-1", "Ann")
    await expire(bus, GRACE / 2)
    assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)


async def test_a_reply_that_was_sent_before_the_takeover_stays_sent_when_the_visit_is_repeated(
    bus: Bus, history: History
) -> None:
    assert await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    await Desk(bus).claim("s-1", "Ann")
    assert await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert await statuses(history) == ["resolved"]
    assert len(await bus.replies_after("s-1", 0)) == 1


async def test_a_repeated_visit_after_release_sends_nothing_twice(bus: Bus, history: History) -> None:
    await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    await Desk(bus).claim("s-1", "Ann")
    await Desk(bus).release("s-1", "Ann")
    assert await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert len(await bus.replies_after("s-1", 0)) == 1


async def test_a_raised_fence_is_no_reply(bus: Bus, history: History) -> None:
    seen: list[str] = []
    await bus.watch_replies(lambda reply: seen.append(reply.reply_id))
    await Desk(bus).claim("s-1", "Ann")
    await Desk(bus).release("s-1", "Ann")
    message = Message.model_validate({**a_message().model_dump(), "route": Route(steps=("somebody", "else"))})
    await deliver(message, AUTOMATIC, history=history, bus=bus)
    async with asyncio.timeout(10):
        while not seen:
            await asyncio.sleep(0.02)
    assert seen == ["m-1:0"]
    assert [reply.reply_id for reply in await bus.replies_after("s-1", 0)] == ["m-1:0"]


# -- registers


async def test_a_register_is_written_only_by_who_knows_its_newest_value(bus: Bus) -> None:
    assert await bus.read(DESK, "k") == Register(None, 0)
    assert await bus.write(DESK, "k", b"one", 0)
    value, revision, _ = await bus.read(DESK, "k")
    assert (value, revision > 0) == (b"one", True)
    assert not await bus.write(DESK, "k", b"two", 0)
    assert await bus.write(DESK, "k", b"two", revision)
    assert not await bus.write(DESK, "k", b"three", revision)
    assert (await bus.read(DESK, "k")).value == b"two"


async def test_claims_are_a_key_value_bucket_that_other_tools_can_read(bus: Bus) -> None:
    await Desk(bus).claim("s-1", "Ann")
    entry = await (await bus._stream.key_value(DESK)).get("s-1")
    assert Hold.model_validate_json(entry.value or b"").agent == "Ann"


async def test_a_fence_moves_only_when_it_is_raised(bus: Bus) -> None:
    assert await bus.fence(REPLIES, "s-1") == 0
    await bus.raise_fence("s-1")
    raised = await bus.fence(REPLIES, "s-1")
    assert raised > 0
    assert await bus.fence(REPLIES, "s-1") == raised
    assert await bus.fence(REPLIES, "s-2") == 0
