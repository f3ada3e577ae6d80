"""Asking the response generator, and holding its reply against the guardrail."""

from typing import Any

from activities._guardrails import objections
from activities._known import Known
from activities._reply import Action, ActionPlan, Response
from activities.execution_coordinator import ActionResult, ExecutionResult
from activities.response_generator import response_generator
from mesh.bus import Bus
from mesh.llm import LLM
from mesh.protocol import Message
from tests.activities.cases import (
    DELIVERED,
    a_case,
    an_intent,
)
from tests.fakes import FakeBus, NoLLM


async def generate(message: Message, llm: LLM | None = None, bus: Bus | None = None) -> tuple[Response, ActionPlan]:
    found = await response_generator(message, llm=llm or NoLLM(), bus=bus or FakeBus())
    assert isinstance(found, tuple)
    response, plan = found
    assert isinstance(response, Response)
    assert isinstance(plan, ActionPlan)
    return response, plan


async def said(message: Message) -> str:
    return (await generate(message))[0].text


def passes(message: Message, text: str) -> bool:
    found = objections(text, Known.of(message))
    assert not found, (text, [finding.reason for finding in found])
    return True


RETURN = Action(name="process_return", order_id=DELIVERED.order_id, sku="JKT-M", reason="does not fit")
LABEL = Action(name="generate_return_label", order_id=DELIVERED.order_id)


def executed(
    *results: tuple[Action, str, dict[str, Any]], detail: str | None = None
) -> tuple[ActionPlan, ExecutionResult]:
    found = tuple(
        ActionResult.model_validate({"action": action, "outcome": outcome, "detail": detail, "receipt": receipt})
        for action, outcome, receipt in results
    )
    return ActionPlan(actions=tuple(action for action, _, _ in results)), ExecutionResult(results=found)


def return_wanted(*more: Any) -> Message:
    return a_case("Take the jacket back", an_intent("return_request", DELIVERED.order_id), *more)
