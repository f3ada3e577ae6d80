"""A text that tries to steer the assistant moves nothing; one that is only odd is served."""

from activities.sentiment_analyzer import felt
from mesh.protocol import Route
from routers.decision_router import decision_router
from tests.activities.cases import PREPARED, a_context, a_mood, an_intent
from tests.routers.test_decision_router import DEEDS, TAIL, at_the_router


async def test_who_tries_to_steer_us_gets_an_answer_but_no_deed_and_no_person() -> None:
    furious, intent = felt("I will sue you!"), an_intent("cancel_order", PREPARED.order_id)
    message = at_the_router(furious, intent, a_context(PREPARED))
    edited = await decision_router(message.enriched({"safety": {"injection": 0.95}}))
    assert isinstance(edited, Route)
    assert edited.ahead == TAIL
    assert edited.trace[-1].why == "it tries to steer the assistant: no model reads it, and nothing is done"


async def test_a_text_that_is_only_a_little_odd_is_served_as_ever() -> None:
    message = at_the_router(a_mood(), an_intent("complaint"), a_context(PREPARED))
    edited = await decision_router(message.enriched({"safety": {"injection": 0.6}}))
    assert isinstance(edited, Route)
    assert edited.ahead == (*DEEDS, *TAIL)
