"""Ends, effects, sagas and approvals, through the real stack."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from activities.context_retriever import context_retriever
from activities.execution_coordinator import execution_coordinator
from activities.guardrail_validator import guardrail_validator
from activities.response_aggregator import response_aggregator
from activities.response_generator import response_generator
from mesh.protocol import JsonValue, Message, Outcome, Payload, Route
from mesh.temporal import Journeys
from routers.approval_router import approval_router
from routers.escalation_router import escalation_router
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_question

pytestmark = pytest.mark.e2e

OSCAR, CONNIE, LOU = (f"{name}@example.com" for name in ("oscar.old", "connie.confused", "lou.lost"))
BAG, SWEATER, HEADPHONES = "ORD-00060601", "ORD-00033301", "ORD-00044401"
APPROVED: dict[str, JsonValue] = {"verdict": "approved", "by": "Dana", "note": None}
REFUND: dict[str, JsonValue] = {"name": "process_refund", "order_id": BAG, "amount": 5}
ACTING = Route.of(
    context_retriever, execution_coordinator, response_generator, response_aggregator, error_handler=escalation_router
)
CHECKED = Route.of(
    context_retriever,
    approval_router,
    execution_coordinator,
    response_generator,
    guardrail_validator,
    response_aggregator,
    error_handler=escalation_router,
)


def with_plan(email: str, *actions: dict[str, JsonValue], route: Route = ACTING, **slots: JsonValue) -> Message:
    """A message whose plan is made already: it enters the mesh behind the planning."""
    said = {"customer_message": "Please do it.", "customer_email": email, "action_plan": {"actions": [*actions]}}
    payload = Payload.model_validate({**said, **slots})
    return Message(message_id=uuid4().hex, session_id=uuid4().hex, route=route, payload=payload)


async def published(stack: Stack, message: Message) -> None:
    async with stack.bus() as bus:
        await bus.publish(message)


async def ended(stack: Stack, message: Message) -> dict[str, Any]:
    """The answer to a message when its journey has ended well."""
    await stack.end(message.message_id)
    found: dict[str, Any] = stack.get(f"/api/chat/{message.message_id}")
    return found


def operations(stack: Stack, message: Message) -> list[str]:
    return [effect["operation"] for effect in stack.effects(message.message_id)]


def without_an_end(stack: Stack) -> set[str]:
    return {row["message_id"] for row in json.loads(stack.mesh("audit", "--json").stdout)}


async def decided(stack: Stack, message_id: str, **slots: JsonValue) -> Message:
    """A person at the desk decides; the message as it waited for them."""

    async def waits() -> Message | None:
        found = await stack.journey(message_id)
        return found if found and found.route.here == ("human_agent",) else None

    waiting: Message = await until(waits, PATIENCE)
    assert operations(stack, waiting) == []
    journeys = Journeys(await stack.client())
    await until(lambda: journeys.complete(waiting, "human_agent", Outcome(enrichment=slots)), PATIENCE)
    return waiting


@pytest.fixture
async def orders(stack: Stack) -> AsyncIterator[str]:
    """The orders service, mended afterwards."""
    address = stack.settings.shop_targets["orders"]
    yield address
    stack.request("PUT", "/_faults", {"mode": "off"}, address)


# -- sagas


async def test_a_refused_refund_has_the_return_taken_back_and_the_customer_is_told(stack: Stack) -> None:
    opened: dict[str, JsonValue] = {"name": "process_return", "order_id": SWEATER, "sku": "MUG-SET", "reason": "Broken"}
    refund: dict[str, JsonValue] = {"name": "process_refund", "order_id": SWEATER, "amount": 5000}
    message = with_plan(CONNIE, opened, refund, approval=APPROVED)
    await published(stack, message)
    answer = await ended(stack, message)
    assert operations(stack, message) == ["return", "void_return"]
    assert answer["status"] == "resolved"
    assert f"The return for order {SWEATER} was made and has been taken back" in answer["response"]
    assert f"The refund for order {SWEATER} was not possible" in answer["response"]
    journey = await stack.journey(message.message_id)
    assert journey
    assert [entry.actor for entry in journey.route.trace if entry.kind == "visited"] == [
        "context_retriever", "escalation_router", "compensator", "response_generator", "response_aggregator",
    ]  # fmt: skip


async def test_a_refund_whose_answers_are_lost_beyond_all_attempts_is_made_once_and_told_as_made(
    stack: Stack, orders: str
) -> None:
    lost = {"mode": "fail", "path": "/refund", "times": 6, "after": True}
    assert stack.request("PUT", "/_faults", lost, orders)[0] == 200
    message = with_plan(OSCAR, REFUND)
    await published(stack, message)
    answer = await ended(stack, message)
    assert operations(stack, message) == ["refund"]
    assert (answer["status"], "The refund for order ORD-00060601 is made" in answer["response"]) == ("resolved", True)
    journey = await stack.journey(message.message_id)
    assert journey
    assert [(one.actor, one.kind) for one in journey.payload.recovery_log] == [("execution_coordinator", "exhausted")]


# -- effects


async def test_a_plan_that_is_delivered_twice_is_carried_out_once(stack: Stack) -> None:
    message = with_plan(OSCAR, REFUND)
    async with stack.bus() as bus:
        for twin in ("a", "b"):
            data = message.model_dump_json().encode()
            await bus.publish_raw("ecommerce.support.context_retriever", data, f"{message.message_id}-{twin}")
    await ended(stack, message)
    assert operations(stack, message) == ["refund"]


async def test_a_route_that_names_the_coordinator_twice_means_it(stack: Stack) -> None:
    route = Route.of(
        context_retriever, execution_coordinator, execution_coordinator, response_generator, response_aggregator
    )
    message = with_plan(OSCAR, REFUND, route=route)
    await published(stack, message)
    await ended(stack, message)
    keys = [effect["key"] for effect in stack.effects(message.message_id)]
    assert keys == [f"{message.message_id}:{hop}:0-process_refund" for hop in (1, 2)]


# -- approvals


async def test_a_refund_above_the_limit_waits_and_when_nobody_decides_nothing_is_done(stack: Stack) -> None:
    asked = stack.chat("I would like a refund for order 44401, please.", LOU)
    assert "Shall I refund 149.00 EUR" in asked["response"]
    answer = stack.chat("Yes, please.", LOU, session_id=asked["session_id"])
    assert answer["status"] == "escalated"
    assert "a colleague has to approve it" in answer["response"]
    assert f"The refund for order {HEADPHONES}" in answer["response"]
    end = await stack.end(answer["message_id"])
    assert [failure.actor for failure in end.payload.recovery_log] == ["human_agent"]
    final = stack.get(f"/api/chat/{answer['message_id']}")
    assert final["status"] == "apologised"
    assert [effect["operation"] for effect in stack.effects(answer["message_id"])] == ["callback"]


async def test_what_is_refused_is_not_done_and_the_customer_hears_why(stack: Stack) -> None:
    message = with_plan(LOU, {"name": "process_refund", "order_id": HEADPHONES, "amount": 149}, route=CHECKED)
    await published(stack, message)
    refused: JsonValue = {"verdict": "refused", "by": "Dana", "note": "The carrier still searches for the parcel."}
    await decided(stack, message.message_id, approval=refused)
    answer = await ended(stack, message)
    assert operations(stack, message) == []
    assert "did not approve it: The carrier still searches for the parcel." in answer["response"]


async def test_what_is_changed_is_done_as_changed(stack: Stack) -> None:
    message = with_plan(LOU, {"name": "process_refund", "order_id": HEADPHONES, "amount": 149}, route=CHECKED)
    await published(stack, message)
    smaller: JsonValue = {"actions": [{"name": "process_refund", "order_id": HEADPHONES, "amount": 19}]}
    await decided(stack, message.message_id, approval={**APPROVED, "verdict": "changed"}, action_plan=smaller)
    answer = await ended(stack, message)
    assert [effect["details"]["amount"] for effect in stack.effects(message.message_id)] == [19]
    assert "19.00 EUR" in answer["response"]


async def test_what_is_approved_is_done_once_and_the_wait_has_no_end_until_then(stack: Stack) -> None:
    message = with_plan(LOU, {"name": "process_refund", "order_id": HEADPHONES, "amount": 120}, route=CHECKED)
    await published(stack, message)

    async def told() -> bool:
        found = stack.get(f"/api/sessions/{message.session_id}/messages")["messages"]
        return [line["status"] for line in found] == ["received", "escalated"]

    await until(told, PATIENCE)
    assert message.message_id in without_an_end(stack)
    assert stack.mesh("audit").returncode == 1
    await decided(stack, message.message_id, approval=APPROVED)
    answer = await ended(stack, message)
    assert operations(stack, message) == ["refund"]
    assert answer["status"] == "resolved"
    assert message.message_id not in without_an_end(stack)


async def test_a_route_without_the_approval_router_does_not_get_round_the_approval(stack: Stack) -> None:
    message = with_plan(LOU, {"name": "process_refund", "order_id": HEADPHONES, "amount": 149})
    await published(stack, message)
    answer = await ended(stack, message)
    assert operations(stack, message) == []
    assert "A colleague has to approve it first" in answer["response"]


# -- ends


async def test_while_the_history_is_locked_messages_wait_and_none_is_lost(stack: Stack) -> None:
    question = a_question()
    with closing(sqlite3.connect(stack.folder / "mesh" / "history.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await published(stack, question)
        await asyncio.sleep(7)
        assert await stack.journey(question.message_id) is None
        other.execute("ROLLBACK")
    answer = await ended(stack, question)
    assert answer["status"] == "resolved"
    assert question.message_id not in without_an_end(stack)


async def test_a_message_that_nobody_could_finish_has_its_end(stack: Stack) -> None:
    message = a_question(route=Route.of(*["sentiment_analyzer"] * 60))
    await published(stack, message)

    async def apologised() -> bool:
        found = stack.get(f"/api/sessions/{message.session_id}/messages")["messages"]
        return [line["status"] for line in found] == ["received", "apologised"]

    await until(apologised, PATIENCE)
    assert message.message_id not in without_an_end(stack)
