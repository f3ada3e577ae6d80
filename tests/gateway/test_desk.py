import pytest

from tests.gateway.at_desk import escalated, look, post
from tests.gateway.house import House


async def test_the_desk_shows_who_waits_why_and_since_when(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "critical", 0)
    assert (await look(house)).json() == [
        {
            "message_id": "m-1",
            "session_id": "s-1",
            "urgency": "critical",
            "intent": "complaint",
            "tier": "vip",
            "customer_email": "polly.inquirer@example.com",
            "customer_name": None,
            "customer_message": "I want a lawyer",
            "waiting_since": "2030-01-01T12:00:02.500000Z",
            "why": "a person must answer",
            "holding_reply": "A colleague will answer you.",
            "held_back": None,
            "kind": "reply",
            "action_plan": None,
            "due_at": "2030-01-01T12:00:12.500000Z",
            "currency": None,
            "overdue_soon": False,
            "skill": None,
            "channel": "web",
            "subject": None,
            "sender": None,
            "enclosed": [],
            "transferred_by": None,
            "offered_to": None,
            "offered_until": None,
            "offered_why": [],
            "reserved": False,
            "state": "waiting",
            "claimed_by": None,
            "claimed_until": None,
        }
    ]


async def test_the_most_urgent_comes_first_and_then_who_waits_longest(house: House) -> None:
    waiting = [("m-1", "low", 0), ("m-2", "critical", 9), ("m-3", "high", 1), ("m-4", "critical", 3)]
    for message_id, urgency, minutes in waiting:
        house.journeys.open[message_id] = escalated(message_id, urgency, minutes)
    found = (await look(house)).json()
    assert [item["message_id"] for item in found] == ["m-4", "m-2", "m-3", "m-1"]


async def test_a_conversation_that_went_on_is_not_shown(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0, here=4)
    assert (await look(house)).json() == []


async def test_a_conversation_that_cannot_be_read_is_still_listed(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0)
    house.journeys.unreadable.add("m-1")
    (item,) = (await look(house)).json()
    assert (item["message_id"], item["urgency"], item["customer_message"]) == ("m-1", "high", None)


async def test_a_person_answers_and_the_visit_is_completed_with_the_words(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0)
    answer = await post(house, "reply", {"text": " I will help you. "})
    assert (answer.status_code, answer.json()) == (200, {"message_id": "m-1", "status": "answered"})
    ((message_id, actor, outcome),) = house.journeys.answers
    assert (message_id, actor) == ("m-1", "human_agent")
    assert outcome.enrichment == {
        "response": {"text": "I will help you.", "kind": "answer", "author": "human", "agent": "ann"}
    }


async def test_only_the_first_of_two_answers_counts(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0)
    first = await post(house, "reply", {"text": "One"})
    second = await post(house, "reply", {"text": "Two"})
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.headers["content-type"] == "application/problem+json"


async def test_a_conversation_that_does_not_wait_cannot_be_answered(house: House) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0, here=2)
    assert (await post(house, "reply", {"text": "One"})).status_code == 409
    assert (await post(house, "reply", {"text": "One"}, "m-2")).status_code == 404
    assert house.journeys.answers == []


@pytest.mark.parametrize(
    ("body", "status"),
    [({"text": "  "}, 422), ({}, 422), ({"text": "x", "to": "y"}, 422), ({"text": "x" * 8_001}, 413)],
)
async def test_an_answer_must_be_one(house: House, body: dict[str, object], status: int) -> None:
    house.journeys.open["m-1"] = escalated("m-1", "high", 0)
    assert (await post(house, "reply", body)).status_code == status
    assert house.journeys.answers == []


async def test_without_temporal_the_desk_says_so(house: House) -> None:
    house.journeys.down = True
    for answer in (await look(house), await post(house, "reply", {"text": "x"})):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
