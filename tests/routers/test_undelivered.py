"""What was said and does not reach the customer leads to a person, whoever should have brought it."""

import pytest

from mesh.errors import Permanent
from mesh.protocol import Message
from mesh.route import Step
from routers.escalation_router import SLACK, escalation_router
from tests.activities.cases import a_mood
from tests.routers.test_escalation_router import DEADLINES, SETTINGS, failing, next_steps, routed, travelling

TO_PERSON: tuple[Step, ...] = ("human_agent", "response_aggregator")


def carried(*steps: Step, by: str = "send") -> Message:
    message = travelling(*steps, found=(a_mood(urgency="high"),))
    return message.with_route(message.route.model_copy(update={"followers": {"response_aggregator": (by,)}}))


async def test_a_reply_that_cannot_be_brought_leads_to_a_person_who_has_the_usual_time() -> None:
    message = await routed(failing(carried("response_aggregator", "send"), "send"))
    assert next_steps(message) == TO_PERSON
    assert message.route.policy("human_agent").deadline == DEADLINES["high"] + SLACK
    assert "did not reach the customer: it broke" in (message.route.trace[-1].why or "")


async def test_where_a_person_is_on_the_way_already_nothing_else_happens() -> None:
    message = await routed(failing(carried("response_aggregator", "send", *TO_PERSON), "send"))
    assert next_steps(message) == TO_PERSON


async def test_the_third_time_the_message_is_given_up() -> None:
    message = carried("response_aggregator", "send")
    for _ in range(2):
        message = await routed(failing(message, "send"))
        message = message.with_route(message.route.then("send"))
    with pytest.raises(Permanent, match="does not reach the customer"):
        await escalation_router(failing(message, "send"), settings=SETTINGS)


async def test_the_same_failure_of_an_actor_that_follows_nobody_is_apologised_for() -> None:
    message = await routed(failing(carried("response_aggregator", "send", by="other"), "send"))
    assert next_steps(message) == ("response_generator", "response_aggregator")
