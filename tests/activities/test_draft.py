"""Beside a holding reply: what could have been answered, for the person who takes over."""

import pytest

from activities._guardrails import objections
from activities._known import Known
from activities.intent_analyzer import IntentName
from activities.response_generator import Response
from tests.activities.answering import generate, passes
from tests.activities.cases import HOLDING, TRAVELLING, a_case, a_mood, an_intent

UPSET = a_mood("NEGATIVE", urgency="critical")


async def drafted(intent: IntentName, confidence: float = 0.9) -> Response:
    named = an_intent(intent, TRAVELLING.order_id, confidence=confidence)
    return (await generate(a_case("THIS IS THE WORST", named, UPSET, route=HOLDING)))[0]


async def test_the_draft_tells_the_matter_and_the_customer_is_not_told_it() -> None:
    message = a_case("THIS IS THE WORST", an_intent("order_status", TRAVELLING.order_id), UPSET, route=HOLDING)
    response, _ = await generate(message)
    assert response.kind == "holding"
    assert response.draft
    assert TRAVELLING.order_id in response.draft
    assert "colleague takes over" not in response.draft
    assert response.draft not in response.text
    assert passes(message, response.draft)


async def test_nothing_that_a_check_objects_to_stays_in_a_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    message = a_case("Where is it?", an_intent("order_status", TRAVELLING.order_id), UPSET, route=HOLDING)
    promising = Response(text="It arrives on Friday, guaranteed. Thank you.")
    monkeypatch.setattr("activities.response_generator._answer", lambda *_: promising)
    assert objections(promising.text, Known.of(message))
    assert (await generate(message))[0].draft == "Thank you."


@pytest.mark.parametrize("intent", ["human_agent_request", "out_of_scope"])
async def test_who_only_asks_for_a_person_gets_no_draft(intent: IntentName) -> None:
    assert (await drafted(intent)).draft is None


async def test_where_the_matter_is_unclear_there_is_no_draft() -> None:
    assert (await drafted("order_status", confidence=0.3)).draft is None


async def test_without_a_draft_the_wire_says_nothing_of_it() -> None:
    assert "draft" not in (await drafted("human_agent_request")).model_dump(mode="json")
