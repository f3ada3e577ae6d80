from datetime import UTC, datetime, timedelta

import pytest

from mesh.protocol import Message, Route, TraceEntry
from tests.fakes import a_message
from tests.gateway.house import House

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def escalated(message_id: str, urgency: str, minutes: int, *, here: int = 3) -> Message:
    """A message as it waits for a person, since so many minutes after noon."""
    route = Route(
        steps=("escalation_router", "response_generator", "response_aggregator", "human_agent", "response_aggregator"),
        current_step=here,
        trace=(
            TraceEntry(actor="decision_router", hop=0, kind="edited", why="critical urgency"),
            TraceEntry(actor="escalation_router", hop=0, kind="edited", why="a person must answer"),
            TraceEntry(
                actor="response_aggregator", hop=2, kind="visited", at=NOON + timedelta(minutes=minutes), seconds=2.5
            ),
        ),
    )
    return a_message("I want a lawyer", route=route, message_id=message_id).enriched(
        {
            "sentiment": {"urgency": urgency},
            "intent": {"intent": "complaint"},
            "context": {"customer": {"tier": "vip"}},
            "response": {"text": "A colleague will answer you.", "kind": "holding"},
        }
    )


async def test_the_desk_shows_who_waits_why_and_since_when(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "critical", 0)
    assert (await house.http.get("/api/desk")).json() == [
        {
            "message_id": "m-1",
            "session_id": "s-1",
            "urgency": "critical",
            "intent": "complaint",
            "tier": "vip",
            "customer_email": "polly.inquirer@example.com",
            "customer_message": "I want a lawyer",
            "waiting_since": "2030-01-01T12:00:02.500000Z",
            "why": "a person must answer",
            "holding_reply": "A colleague will answer you.",
            "held_back": None,
            "kind": "reply",
            "action_plan": None,
            "due_at": "2030-01-01T12:00:12.500000Z",
            "overdue_soon": False,
            "state": "waiting",
            "claimed_by": None,
            "claimed_until": None,
        }
    ]


async def test_the_most_urgent_comes_first_and_then_who_waits_longest(house: House) -> None:
    waiting = [("m-1", "low", 0), ("m-2", "critical", 9), ("m-3", "high", 1), ("m-4", "critical", 3)]
    for message_id, urgency, minutes in waiting:
        house.journeys.open[message_id] = escalated(message_id, urgency, minutes)
    found = (await house.http.get("/api/desk")).json()
    assert [item["message_id"] for item in found] == ["m-4", "m-2", "m-3", "m-1"]


async def test_a_conversation_that_went_on_is_not_shown(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0, here=4)
    assert (await house.http.get("/api/desk")).json() == []


async def test_a_conversation_that_cannot_be_read_is_still_listed(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0)
    house.journeys.unreadable.add("m-1")
    (item,) = (await house.http.get("/api/desk")).json()
    assert (item["message_id"], item["urgency"], item["customer_message"]) == ("m-1", "high", None)


async def test_a_person_answers_and_the_visit_is_completed_with_the_words(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0)
    answer = await house.http.post("/api/desk/m-1/reply", json={"text": " I will help you. ", "agent": "Anna"})
    assert (answer.status_code, answer.json()) == (200, {"message_id": "m-1", "status": "answered"})
    ((message_id, actor, outcome),) = house.journeys.answers
    assert (message_id, actor) == ("m-1", "human_agent")
    assert outcome.enrichment == {
        "response": {"text": "I will help you.", "kind": "answer", "author": "human", "agent": "Anna"}
    }


async def test_only_the_first_of_two_answers_counts(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0)
    first = await house.http.post("/api/desk/m-1/reply", json={"text": "One"})
    second = await house.http.post("/api/desk/m-1/reply", json={"text": "Two"})
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.headers["content-type"] == "application/problem+json"


async def test_a_conversation_that_does_not_wait_cannot_be_answered(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0, here=2)
    assert (await house.http.post("/api/desk/m-1/reply", json={"text": "One"})).status_code == 409
    assert (await house.http.post("/api/desk/m-2/reply", json={"text": "One"})).status_code == 404
    assert house.journeys.answers == []


@pytest.mark.parametrize(
    ("body", "status"),
    [({"text": "  "}, 422), ({}, 422), ({"text": "x", "to": "y"}, 422), ({"text": "x" * 8_001}, 413)],
)
async def test_an_answer_must_be_one(house: House, body: dict[str, str], status: int) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0)
    assert (await house.http.post("/api/desk/m-1/reply", json=body)).status_code == status
    assert house.journeys.answers == []


async def test_without_temporal_the_desk_says_so(house: House) -> None:
    house.journeys.down = True
    for answer in (await house.http.get("/api/desk"), await house.http.post("/api/desk/m-1/reply", json={"text": "x"})):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
