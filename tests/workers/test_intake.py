"""Every delivery ends in a workflow, on the queue, or among the dead letters. On a real NATS server."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from mesh.bus import Bus
from mesh.errors import Permanent, ProtocolError, Transient, Unavailable
from mesh.protocol import MAX_ENVELOPE_BYTES, Message, Route
from mesh.streams import DEAD, MESSAGES
from tests.conftest import until
from tests.fakes import a_message
from tests.troubled import Departures, NotedHistory
from workers import intake
from workers.acceptance import Acceptance
from workers.intake import Intake, read

SUBJECT = "ecommerce.support.somebody"


@asynccontextmanager
async def serving(
    bus: Bus, journeys: Departures, history: NotedHistory | None = None, *, rides: bool = False
) -> AsyncIterator[None]:
    book = Acceptance(history or NotedHistory())
    work = book.write(), bus.pull(2, Intake(bus, journeys, book, rides=rides).take)
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def holds(bus: Bus, messages: int, dead: int) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        depth = await bus.depth()
        return (depth[MESSAGES], depth[DEAD]) == (messages, dead)

    return check


async def dead_letter(bus: Bus) -> tuple[bytes | None, dict[str, str]]:
    kept = await bus._stream.get_msg(DEAD, seq=1)
    return kept.data, dict(kept.headers or {})


async def test_a_message_becomes_a_workflow_and_leaves_the_queue(bus: Bus) -> None:
    journeys = Departures()
    await bus.publish(a_message())
    async with serving(bus, journeys):
        await until(holds(bus, 0, 0))
    assert journeys.open == {"m-1": a_message()}


async def test_a_workflow_is_told_what_was_open_before_it(bus: Bus) -> None:
    journeys = Departures()
    forged = a_message(message_id="m-2").model_copy(update={"metadata": {"channel": "web", "follows": ["m-7"]}})
    async with serving(bus, journeys):
        await bus.publish(a_message())
        await until(holds(bus, 0, 0))
        await bus.publish(forged)
        await until(holds(bus, 0, 0))
    assert journeys.open["m-1"].metadata == {"channel": "web"}
    assert journeys.open["m-2"].metadata == {"channel": "web", "follows": ["m-1"]}


@pytest.mark.parametrize("rides", [False, True])
async def test_only_intake_says_whether_a_message_may_be_carried_on(bus: Bus, *, rides: bool) -> None:
    journeys = Departures()
    forged = a_message(message_id="m-2").model_copy(update={"metadata": {"channel": "web", "rides": "yes"}})
    async with serving(bus, journeys, rides=rides):
        await bus.publish(forged)
        await until(holds(bus, 0, 0))
    assert journeys.open["m-2"].metadata == {"channel": "web"} | ({"rides": True} if rides else {})


async def test_a_message_leaves_the_queue_only_after_its_workflow_was_started(bus: Bus) -> None:
    go_on, asked = asyncio.Event(), asyncio.Event()

    class Slow(Departures):
        async def start(self, message: Message) -> bool:
            asked.set()
            await go_on.wait()
            return await super().start(message)

    await bus.publish(a_message())
    async with serving(bus, Slow()):
        await asyncio.wait_for(asked.wait(), 10)
        assert await holds(bus, 1, 0)()
        go_on.set()
        await until(holds(bus, 0, 0))


async def test_a_message_that_has_its_workflow_already_is_acknowledged(bus: Bus) -> None:
    journeys = Departures()
    await journeys.start(a_message())
    await bus.publish(a_message())
    async with serving(bus, journeys):
        await until(holds(bus, 0, 0))
    assert journeys.asked == 2


async def test_while_temporal_is_away_a_message_waits_and_comes_again(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PAUSE", 0.2)
    away = Unavailable("Temporal did not start the workflow")
    journeys = Departures(away, away)
    await bus.publish(a_message())
    async with serving(bus, journeys):
        await until(holds(bus, 0, 0), 8)
    assert journeys.asked == 3
    assert "m-1" in journeys.open


async def test_a_message_that_waits_is_not_offered_again_at_once(bus: Bus) -> None:
    journeys = Departures(*[Unavailable("away")] * 100)
    await bus.publish(a_message())
    async with serving(bus, journeys):
        await asyncio.sleep(1)
    assert journeys.asked == 1
    assert await holds(bus, 1, 0)()


async def test_what_is_no_message_is_kept_whole_among_the_dead_letters(bus: Bus) -> None:
    data = b'\xff{"message_id": "my card is 4111111111111111"'
    await bus.publish_raw(SUBJECT, data, "bad")
    journeys = Departures()
    async with serving(bus, journeys):
        await until(holds(bus, 0, 1))
    kept, headers = await dead_letter(bus)
    assert kept == data
    assert headers["Mesh-Reason"].startswith("this is not a message")
    assert "4111" not in headers["Mesh-Reason"]
    assert headers["Mesh-Subject"] == SUBJECT
    assert journeys.asked == 0


async def test_what_temporal_will_never_take_is_a_dead_letter(bus: Bus) -> None:
    await bus.publish(a_message())
    async with serving(bus, Departures(Permanent("Temporal refuses the message: bad attribute"))):
        await until(holds(bus, 0, 1))
    kept, headers = await dead_letter(bus)
    assert kept == a_message().model_dump_json().encode()
    assert headers["Mesh-Reason"] == "Temporal refuses the message: bad attribute"


async def test_what_temporal_will_never_take_was_accepted_and_ends_with_an_apology(bus: Bus) -> None:
    history = NotedHistory()
    await bus.publish(a_message())
    async with serving(bus, Departures(Permanent("Temporal refuses the message: bad attribute")), history):
        await until(holds(bus, 0, 1))
    assert [(row.row_id, row.status) for row in history.rows] == [("m-1:customer", "received"), ("m-1:0", "apologised")]
    [reply] = await bus.replies_after("s-1", 0)
    assert reply.status == "apologised"


async def test_the_acceptance_is_noted_before_the_workflow_starts(bus: Bus) -> None:
    history = NotedHistory()
    noted_by_then: list[int] = []

    class Watching(Departures):
        async def start(self, message: Message) -> bool:
            noted_by_then.append(len(history.rows))
            return await super().start(message)

    await bus.publish(a_message())
    async with serving(bus, Watching(), history):
        await until(holds(bus, 0, 0))
    assert noted_by_then == [1]
    [row] = history.rows
    assert (row.row_id, row.sender, row.status) == ("m-1:customer", "customer", "received")
    assert (row.session_id, row.content) == ("s-1", "Where is my order?")


async def test_while_the_history_is_away_a_message_waits_unstarted_and_comes_again(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PAUSE", 0.2)
    journeys = Departures()
    history = NotedHistory(Transient("the history database is not usable"), Transient("locked"))
    await bus.publish(a_message())
    async with serving(bus, journeys, history):
        await until(holds(bus, 0, 0), 8)
    assert journeys.asked == 1
    assert len(history.rows) == 1


async def test_what_is_no_message_is_not_noted_as_accepted(bus: Bus) -> None:
    history = NotedHistory()
    await bus.publish_raw(SUBJECT, b"garbage", "bad")
    async with serving(bus, Departures(), history):
        await until(holds(bus, 0, 1))
    assert history.rows == ()


async def test_a_bad_message_holds_nobody_up(bus: Bus) -> None:
    journeys = Departures()
    await bus.publish_raw(SUBJECT, b"x" * (MAX_ENVELOPE_BYTES + 1), "huge")
    await bus.publish_raw(SUBJECT, b"{}", "empty")
    await bus.publish(a_message())
    async with serving(bus, journeys):
        await until(holds(bus, 0, 2))
    assert list(journeys.open) == ["m-1"]


async def test_what_cannot_be_kept_as_a_dead_letter_stays_on_the_queue(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PAUSE", 0.2)
    await bus._stream.delete_stream(DEAD)
    await bus.publish_raw(SUBJECT, b"garbage", "bad")
    async with serving(bus, Departures()):
        await asyncio.sleep(0.5)
        assert (await bus._stream.stream_info(MESSAGES)).state.messages == 1
        await bus.ensure_streams()
        await until(holds(bus, 0, 1))
    assert (await dead_letter(bus))[0] == b"garbage"


def wire(**changes: object) -> bytes:
    fields = json.loads(a_message(route=Route(steps=("first", ("left", "right"), "last"))).model_dump_json())
    return json.dumps(fields | changes).encode()


def test_a_message_enters_at_the_actor_that_it_was_published_to() -> None:
    assert read("ecommerce.support.first", wire()).route.current_step == 0
    assert read("ecommerce.support.right", wire()).route.current_step == 1
    late = read("ecommerce.support.last", wire()).route
    assert (late.current_step, late.trace[-1].kind, late.trace[-1].why) == (2, "entered", "entered at step 2")
    new = read("ecommerce.support.newcomer", wire()).route
    assert new.steps == ("newcomer", "first", ("left", "right"), "last")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        wire(message_id="polly@example.com"),
        wire(message_id=""),
        wire(session_id="a.b"),
        wire(payload={"customer_message": ""}),
        wire(route={"steps": ["a"], "current_step": 5}),
        wire(route={"steps": [[]]}),
        wire(route={"steps": ["no spaces please"]}),
        wire(payload={"customer_message": "\ud800"}),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="this is not a message"):
        read(SUBJECT, data)


def test_a_subject_that_no_actor_can_bear_is_refused() -> None:
    with pytest.raises(ProtocolError, match="this is not a message"):
        read("ecommerce.support.sp ace", wire())


def test_the_largest_message_passes_and_one_byte_more_does_not() -> None:
    data = wire().ljust(MAX_ENVELOPE_BYTES)
    assert read(SUBJECT, data).message_id == "m-1"
    with pytest.raises(ProtocolError, match="262,145 bytes are too large for a message; the limit is 262,144"):
        read(SUBJECT, data + b" ")


@pytest.mark.parametrize(
    "metadata", [{"deep": json.loads("[" * 150 + "]" * 150)}, {"big": 10**30}, {"odd": float("inf")}]
)
def test_whatever_is_accepted_can_be_sent_on(metadata: dict[str, object]) -> None:
    message = read(SUBJECT, wire(metadata=metadata))
    assert Message.model_validate_json(message.model_dump_json()).message_id == "m-1"


async def test_a_card_number_published_past_the_gateway_is_gone_before_the_workflow_and_the_history(bus: Bus) -> None:
    journeys, history = Departures(), NotedHistory()
    await bus.publish(a_message("My card 4111 1111 1111 1111"))
    async with serving(bus, journeys, history):
        await until(holds(bus, 0, 0))
    assert journeys.open["m-1"].payload.customer_message == "My card [card ending 1111]"
    assert journeys.open["m-1"].metadata["removed"] == ["CREDIT_CARD"]
    assert [row.content for row in history.rows] == ["My card [card ending 1111]"]


async def test_a_dead_letter_holds_no_card_number_either(bus: Bus) -> None:
    await bus.publish(a_message("My card 4111 1111 1111 1111"))
    async with serving(bus, Departures(Permanent("Temporal refuses the message: bad attribute"))):
        await until(holds(bus, 0, 1))
    kept, _ = await dead_letter(bus)
    assert b"[card ending 1111]" in (kept or b"")
    assert b"4111 1111" not in (kept or b"")
