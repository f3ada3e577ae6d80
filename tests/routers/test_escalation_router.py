"""What becomes of a message after each kind of failure, and when a person is needed."""

from typing import Any

import pytest

from activities.execution_coordinator import ActionResult, ExecutionResult
from activities.guardrail_validator import Finding, GuardrailCheck
from activities.response_generator import Action, ActionPlan
from mesh.errors import Permanent, ProtocolError
from mesh.protocol import Enrichment, Failure, Message, Route
from mesh.route import Step
from mesh.settings import Urgency
from routers.escalation_router import SLACK, escalation_router
from tests.activities.cases import a_mood
from tests.fakes import a_message, settings

PERSON: tuple[Step, ...] = ("response_generator", "response_aggregator", "human_agent", "response_aggregator")
REPLY: tuple[Step, ...] = ("response_generator", "response_aggregator")
FINAL: tuple[Step, ...] = ("response_generator", "guardrail_validator", "response_aggregator")
DRAFT: tuple[Step, ...] = ("response_generator", "guardrail_validator", "execution_coordinator", *FINAL)
DEADLINES = {"critical": 11.0, "high": 22.0, "medium": 33.0, "low": 44.0}
SETTINGS = settings(**{f"human_deadline_{urgency}": seconds for urgency, seconds in DEADLINES.items()})


def travelling(*steps: Step, found: tuple[Enrichment, ...] = ()) -> Message:
    return a_message("Hello", *found, route=Route(steps=steps, error_handler="escalation_router"))


def sent_here(*found: Enrichment) -> Message:
    """A message that a router sent, without any failure."""
    return travelling("decision_router", "escalation_router", found=found).with_route(
        Route(steps=("decision_router", "escalation_router"), current_step=1, error_handler="escalation_router")
    )


def failing(message: Message, actor: str, *found: Enrichment, kind: str = "permanent") -> Message:
    """The message after the steps up to this actor were done and the visit to it failed, as the workflow does it."""
    while message.route.here != (actor,):
        message = message.with_route(message.route.advance())
    message = message.enriched({item.slot: item.model_dump(mode="json") for item in found})
    hop = message.route.current_step
    return message.failed([Failure.model_validate({"actor": actor, "hop": hop, "kind": kind, "reason": "it broke"})])


async def routed(message: Message) -> Message:
    """The message after the router's visit, its edit checked as the workflow does."""
    assert message.route.here == ("escalation_router",)
    edited = await escalation_router(message, settings=SETTINGS)
    assert isinstance(edited, Route)
    return message.with_route(message.route.accept(edited, "escalation_router").advance())


def next_steps(message: Message) -> tuple[Step, ...]:
    return message.route.steps[message.route.current_step :]


def why(message: Message) -> str:
    entry = message.route.trace[-1]
    assert (entry.actor, entry.kind) == ("escalation_router", "edited")
    return entry.why or ""


def refused(action: Any = "regenerate") -> GuardrailCheck:
    finding = Finding(check="unauthorised_promise", reason="It promises a refund.", action=action)
    return GuardrailCheck(passed=False, action=action, findings=(finding,))


async def test_a_person_is_asked_after_a_holding_reply() -> None:
    message = await routed(sent_here(a_mood(urgency="critical")))
    assert next_steps(message) == PERSON
    assert why(message).startswith("a person is needed; urgency critical: a person has 11 s")


@pytest.mark.parametrize("urgency", ["critical", "high", "medium", "low"])
async def test_a_person_has_as_long_as_the_urgency_allows(urgency: Urgency) -> None:
    policy = (await routed(sent_here(a_mood(urgency=urgency)))).route.policy("human_agent")
    assert (policy.timeout, policy.deadline) == (DEADLINES[urgency], DEADLINES[urgency] + SLACK)
    assert (policy.attempts, policy.state) == (1, "waiting for a person")


async def test_unknown_urgency_counts_as_medium() -> None:
    assert (await routed(sent_here())).route.policy("human_agent").timeout == DEADLINES["medium"]


async def test_a_failed_check_has_the_reply_written_anew_and_says_why() -> None:
    message = await routed(failing(travelling(*FINAL), "guardrail_validator", refused()))
    assert next_steps(message) == FINAL
    assert why(message) == "the reply may not go out: unauthorised_promise; attempt 1 of 2 to write it anew"


async def test_two_replies_are_written_anew_then_the_safe_text_goes_out() -> None:
    message = travelling(*FINAL)
    for attempt in (1, 2):
        message = await routed(failing(message, "guardrail_validator", refused()))
        assert next_steps(message) == FINAL
        assert f"attempt {attempt} of 2" in why(message)
    message = await routed(failing(message, "guardrail_validator", refused()))
    assert next_steps(message) == REPLY
    assert why(message) == "3 replies failed the check: the safe text goes out"


async def test_a_check_that_calls_for_a_person_gets_one_even_after_other_attempts() -> None:
    message = failing(travelling(*FINAL), "guardrail_validator", refused("escalate"))
    assert next_steps(await routed(message)) == PERSON
    again = await routed(failing(travelling(*FINAL), "guardrail_validator", refused()))
    message = await routed(failing(again, "guardrail_validator", refused("escalate")))
    assert next_steps(message) == PERSON
    assert why(message).startswith("the reply may not go out: unauthorised_promise; urgency medium")


async def test_a_draft_that_failed_its_check_keeps_the_planned_deeds() -> None:
    message = await routed(failing(travelling(*DRAFT), "guardrail_validator", refused()))
    assert next_steps(message) == DRAFT
    again = await routed(failing(message, "guardrail_validator", refused()))
    assert next_steps(again) == DRAFT


async def test_a_check_that_could_not_be_made_is_no_permission() -> None:
    message = await routed(failing(travelling(*FINAL), "guardrail_validator", kind="exhausted"))
    assert next_steps(message) == FINAL
    assert "an unnamed check" in why(message)


@pytest.mark.parametrize(
    "actor", ["context_retriever", "decision_router", "api_query_executor", "execution_coordinator", "unheard_of"]
)
async def test_a_failed_actor_ends_in_a_reply_that_says_what_is_known(actor: str) -> None:
    message = await routed(failing(travelling(actor, *FINAL), actor, kind="exhausted"))
    assert next_steps(message) == REPLY
    assert why(message) == f"{actor} failed: say what is known and apologise"


async def test_nobody_in_time_means_an_apology_and_a_callback() -> None:
    message = await routed(sent_here(a_mood(urgency="critical")))
    message = await routed(failing(message, "human_agent", kind="deadline"))
    assert next_steps(message) == (
        "response_generator", "execution_coordinator", "response_generator", "response_aggregator",
    )  # fmt: skip
    assert why(message) == "nobody answered in time: apologise and arrange a callback"


async def test_a_callback_that_fails_still_ends_in_an_apology() -> None:
    message = await routed(sent_here(a_mood(urgency="critical")))
    message = await routed(failing(message, "human_agent", kind="deadline"))
    message = await routed(failing(message, "execution_coordinator", kind="exhausted"))
    assert next_steps(message) == REPLY


async def test_without_a_reply_the_plain_apology_is_delivered() -> None:
    message = await routed(failing(travelling(*FINAL), "response_generator", kind="exhausted"))
    assert next_steps(message) == ("response_aggregator",)
    assert why(message) == "no reply could be made: the plain apology goes out"


async def test_a_failed_holding_reply_does_not_cost_the_customer_the_person() -> None:
    message = await routed(sent_here(a_mood(urgency="critical")))
    message = await routed(failing(message, "response_generator", kind="exhausted"))
    assert next_steps(message) == ("response_aggregator", "human_agent", "response_aggregator")
    assert message.route.policy("human_agent").timeout == DEADLINES["critical"]
    assert why(message) == "no holding reply could be made: the plain apology goes out, and a person takes over"


async def test_a_reply_that_cannot_be_delivered_is_given_up_so_that_it_becomes_a_dead_letter() -> None:
    message = failing(travelling(*FINAL), "response_aggregator", kind="exhausted")
    with pytest.raises(Permanent, match="the reply could not be delivered: it broke"):
        await escalation_router(message, settings=SETTINGS)


async def test_an_earlier_failure_is_not_taken_for_the_reason_of_a_later_escalation() -> None:
    message = await routed(failing(travelling("api_query_executor", *FINAL), "api_query_executor"))
    message = message.with_route(message.route.then("decision_router", "escalation_router"))
    while message.route.here != ("escalation_router",):
        message = message.with_route(message.route.advance())
    assert next_steps(await routed(message)) == PERSON


async def test_its_own_failure_ends_the_journey() -> None:
    with pytest.raises(ProtocolError, match="error handler escalation_router failed"):
        failing(sent_here(), "escalation_router")


async def test_it_adds_no_business_data() -> None:
    plan = ActionPlan(actions=(Action(name="cancel_order", order_id="ORD-1"),))
    before = failing(travelling(*FINAL, found=(plan,)), "guardrail_validator", refused())
    assert (await routed(before)).payload == before.payload


HALF = ExecutionResult(
    results=(ActionResult(action=Action(name="process_return", order_id="ORD-1"), outcome="done"),), hop=0, due=True
)
AFTER: tuple[Step, ...] = ("response_generator", "guardrail_validator", "response_aggregator")


@pytest.mark.parametrize("kind", ["permanent", "exhausted"])
async def test_a_plan_that_stopped_half_way_is_settled_before_the_reply(kind: str) -> None:
    message = await routed(
        failing(travelling("execution_coordinator", *AFTER), "execution_coordinator", HALF, kind=kind)
    )
    assert next_steps(message) == ("compensator", *AFTER)
    assert message.route.policy("compensator").attempts == 8
    assert why(message) == "the plan stopped half-way: find out what was done, take back what must not stay"


@pytest.mark.parametrize("kind", ["deadline", "unserved"])
async def test_a_visit_that_never_reported_is_settled_too(kind: str) -> None:
    message = await routed(failing(travelling("execution_coordinator", *AFTER), "execution_coordinator", kind=kind))
    assert next_steps(message) == ("compensator", *AFTER)


async def test_a_half_plan_whose_route_had_no_reply_ahead_gets_one() -> None:
    message = await routed(failing(travelling("execution_coordinator"), "execution_coordinator", HALF))
    assert next_steps(message) == ("compensator", *REPLY)


async def test_a_plan_that_cannot_be_settled_ends_in_a_reply_that_says_what_is_known() -> None:
    message = await routed(failing(travelling("execution_coordinator", *AFTER), "execution_coordinator", HALF))
    message = await routed(failing(message, "compensator", HALF, kind="exhausted"))
    assert next_steps(message) == REPLY
    assert why(message) == "compensator failed: say what is known and apologise"


async def test_a_plan_whose_customer_could_not_be_told_of_the_wait_is_dropped() -> None:
    ahead: tuple[Step, ...] = ("response_aggregator", "human_agent", "execution_coordinator", *AFTER)
    message = await routed(failing(travelling("response_generator", *ahead), "response_generator", kind="exhausted"))
    assert next_steps(message) == ("response_aggregator",)


async def test_nobody_in_time_for_an_approval_means_that_the_plan_is_dropped() -> None:
    route: tuple[Step, ...] = ("human_agent", "execution_coordinator", *AFTER)
    message = await routed(failing(travelling(*route), "human_agent", kind="deadline"))
    assert next_steps(message) == (
        "response_generator", "execution_coordinator", "response_generator", "response_aggregator",
    )  # fmt: skip
