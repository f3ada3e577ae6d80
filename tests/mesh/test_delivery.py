"""An answer becomes lasting: history first, then the reply, and a repetition changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from mesh.delivery import PLAIN_APOLOGIES, PLAIN_APOLOGY, Answer, deliver, plain_apology
from mesh.errors import Transient, Unavailable
from mesh.protocol import Message, Route, TraceEntry
from mesh.store import History
from tests.fakes import FakeBus, a_message
from tests.troubled import NotedHistory

TRACE = (
    TraceEntry(actor="sentiment_analyzer", hop=0, kind="visited", seconds=0.25),
    TraceEntry(actor="decision_router", hop=1, kind="edited", why="high urgency goes first"),
    TraceEntry(actor="decision_router", hop=1, kind="visited"),
)
ANSWER = Answer(text="It arrives on Monday.", status="resolved")


def at_the_end(accepted_at: object = None) -> Message:
    route = Route(steps=("sentiment_analyzer", "decision_router", "response_aggregator"), current_step=2, trace=TRACE)
    message = a_message(route=route).enriched(
        {
            "intent": {"intent": "order_status"},
            "sentiment": {"urgency": "low"},
            "action_plan": {"actions": []},
        }
    )
    return message.model_copy(update={"metadata": {"accepted_at": accepted_at}} if accepted_at else {})


async def test_question_and_answer_are_kept_with_route_and_payload(history: History) -> None:
    message = at_the_end("2026-05-01T10:00:00+02:00")
    await deliver(message, ANSWER, history=history, bus=FakeBus())
    asked, answered = await history.of_message("m-1")
    assert (asked.sender, asked.content, asked.status) == ("customer", "Where is my order?", "received")
    assert asked.timestamp == datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert asked.payload == {"customer_email": "polly.inquirer@example.com"}
    assert (answered.sender, answered.content, answered.status) == ("agent", "It arrives on Monday.", "resolved")
    assert answered.payload == message.payload.model_dump(mode="json")
    assert answered.route_trace == [entry.model_dump(mode="json", exclude_none=True) for entry in TRACE]


async def test_the_reply_says_what_was_done_and_who_was_visited(history: History) -> None:
    bus = FakeBus()
    await deliver(at_the_end(), ANSWER, history=history, bus=bus)
    reply = bus.replies[0]
    assert (reply.reply_id, reply.message_id, reply.session_id) == ("m-1:2", "m-1", "s-1")
    assert (reply.text, reply.status, reply.author) == ("It arrives on Monday.", "resolved", "rules")
    assert reply.action_plan == {"actions": []}
    assert reply.metadata == {
        "intent": "order_status", "urgency": "low", "visited": ["sentiment_analyzer", "decision_router"],
    }  # fmt: skip


async def test_the_reply_tells_gateways_the_tier_of_the_customer(history: History) -> None:
    bus = FakeBus()
    known = at_the_end().enriched({"context": {"customer": {"tier": "vip"}}})
    await deliver(known, ANSWER, history=history, bus=bus)
    assert bus.replies[0].tier == "vip"


async def test_a_repeated_delivery_writes_and_sends_nothing_twice(history: History) -> None:
    bus = FakeBus()
    for _ in range(2):
        await deliver(at_the_end(), ANSWER, history=history, bus=bus)
    assert len(await history.of_message("m-1")) == 2
    assert len(bus.replies) == 1


async def test_a_holding_reply_and_the_answer_of_a_person_are_two_replies_to_one_question(history: History) -> None:
    bus, first = FakeBus(), at_the_end()
    await deliver(first, Answer(text="A colleague will answer.", status="escalated"), history=history, bus=bus)
    later = first.with_route(first.route.then("human_agent", "response_aggregator").advance().advance())
    await deliver(later, Answer(text="I am Ann.", status="resolved", author="human"), history=history, bus=bus)
    rows = await history.of_message("m-1")
    assert [row.sender for row in rows] == ["customer", "agent", "human"]
    assert [reply.reply_id for reply in bus.replies] == ["m-1:2", "m-1:4"]


async def test_without_nats_the_answer_is_in_the_history_and_nothing_is_claimed(history: History) -> None:
    bus = FakeBus()
    bus.down = True
    with pytest.raises(Unavailable):
        await deliver(at_the_end(), ANSWER, history=history, bus=bus)
    assert len(await history.of_message("m-1")) == 2


@pytest.mark.parametrize("author", ["rules", "human"])
async def test_what_cannot_be_written_down_is_not_said_whoever_wrote_it(author: str) -> None:
    bus, away = FakeBus(), NotedHistory(Transient("the history database is not usable"))
    with pytest.raises(Transient):
        await deliver(at_the_end(), ANSWER.model_copy(update={"author": author}), history=away, bus=bus)
    assert bus.replies == []


@pytest.mark.parametrize("stamp", ["yesterday", "", 17, "2999-01-01T00:00:00Z"])
async def test_an_unreadable_or_impossible_time_of_acceptance_still_puts_the_question_first(
    history: History, stamp: object
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    await deliver(at_the_end(stamp), ANSWER, history=history, bus=FakeBus())
    asked, answered = await history.of_message("m-1")
    assert (asked.sender, answered.sender) == ("customer", "agent")
    assert before < asked.timestamp < answered.timestamp


async def test_what_nobody_stamped_was_asked_when_its_first_visit_began(history: History) -> None:
    began = datetime(2026, 5, 1, 10, tzinfo=UTC)
    message = at_the_end()
    stamped = tuple(entry.model_copy(update={"at": began}) for entry in TRACE)
    message = message.with_route(message.route.model_copy(update={"trace": stamped}))
    await deliver(message, ANSWER, history=history, bus=FakeBus())
    assert (await history.of_message("m-1"))[0].timestamp == began


async def test_a_time_without_a_zone_is_taken_as_utc(history: History) -> None:
    await deliver(at_the_end("2026-05-01T10:00:00"), ANSWER, history=history, bus=FakeBus())
    assert (await history.of_message("m-1"))[0].timestamp == datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("language", PLAIN_APOLOGIES)
def test_the_last_apology_is_in_the_language_of_the_message(language: str) -> None:
    intent = {"intent": "order_status", "confidence": 0.9, "language": language}
    message = a_message("x")
    told = message.model_copy(update={"payload": message.payload.model_copy(update={"intent": intent})})
    assert plain_apology(told) == PLAIN_APOLOGIES[language]
    assert plain_apology(message) == PLAIN_APOLOGY
