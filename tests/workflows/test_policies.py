"""What a visit may cost: Temporal is told the policy that travels in the route, and holds to it. On a real server."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import ActivityTaskScheduledEventAttributes
from temporalio.client import WorkflowFailureError, WorkflowHistory
from temporalio.exceptions import ApplicationError

from mesh.protocol import FAIRNESS, JsonValue, Message, Policy, Route
from tests.fakes import a_message
from tests.workflows.conftest import Mesh

PATIENCE = 40.0
"""Ends a hanging test; nothing is timed."""


def a_trip(policy: Policy, error_handler: str | None = "handler") -> Message:
    route = Route(steps=("visited",), error_handler=error_handler, policies={"visited": policy})
    return a_message(route=route, message_id=uuid4().hex)


async def nothing(_: dict[str, Any]) -> None: ...


async def test_temporal_is_told_the_policy_that_travels_in_the_route(mesh: Mesh) -> None:
    trip = a_trip(Policy(timeout=7, attempts=9, deadline=31, queue_wait=13, backoff=12, priority=2))
    async with mesh.serving(visited=nothing):
        await mesh.travel(trip)
    history = await mesh.handle(trip).fetch_history()
    [told] = scheduled(history)
    assert told.start_to_close_timeout.ToTimedelta() == timedelta(seconds=7)
    assert told.schedule_to_close_timeout.ToTimedelta() == timedelta(seconds=31)
    assert told.schedule_to_start_timeout.ToTimedelta() == timedelta(seconds=13)
    assert told.retry_policy.maximum_attempts == 9
    assert told.retry_policy.initial_interval.ToTimedelta() == timedelta(seconds=12)
    assert told.retry_policy.maximum_interval.ToTimedelta() == timedelta(seconds=12)
    assert told.priority.priority_key == 2


async def test_the_usual_priority_is_left_to_the_server_which_has_the_same(mesh: Mesh) -> None:
    trip = a_trip(Policy(priority=3))
    async with mesh.serving(visited=nothing):
        await mesh.travel(trip)
    [told] = scheduled(await mesh.handle(trip).fetch_history())
    assert told.priority.priority_key == 0


async def test_visits_of_a_customer_with_several_messages_are_taken_in_turn_with_others(mesh: Mesh) -> None:
    trip = a_trip(Policy(priority=2))
    trip = trip.model_copy(update={"metadata": {FAIRNESS: "0a1b"}})
    async with mesh.serving(visited=nothing):
        await mesh.travel(trip)
    [told] = scheduled(await mesh.handle(trip).fetch_history())
    assert (told.priority.priority_key, told.priority.fairness_key) == (2, "0a1b")
    assert 0 < told.priority.fairness_weight < 1


@pytest.mark.parametrize("noted", ["polly@example.com", "x" * 65, 7, None, ["0a"]])
def test_what_is_no_hash_is_no_fairness_key(noted: JsonValue) -> None:
    assert a_message().model_copy(update={"metadata": {FAIRNESS: noted}}).fairness is None


def scheduled(history: WorkflowHistory) -> list[ActivityTaskScheduledEventAttributes]:
    return [
        event.activity_task_scheduled_event_attributes
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]


async def test_a_visit_whose_worker_died_without_a_word_is_made_again(mesh: Mesh) -> None:
    async def dies_once(_: dict[str, Any]) -> dict[str, Any]:
        if activity.info().attempt == 1:
            await asyncio.sleep(PATIENCE)
        return {"enrichment": {"attempt": activity.info().attempt}}

    async with mesh.serving(visited=dies_once, handler=nothing):
        message = await mesh.travel(a_trip(Policy(timeout=1, deadline=20, backoff=0.01)))
    assert message.payload.model_extra == {"attempt": 2}


async def test_the_deadline_ends_a_visit_however_many_attempts_are_left(mesh: Mesh) -> None:
    async def down(_: dict[str, Any]) -> None:
        raise ApplicationError("still down", type="Transient")

    async with mesh.serving(visited=down, handler=nothing), asyncio.timeout(PATIENCE):
        message = await mesh.travel(a_trip(Policy(attempts=100_000, deadline=1, backoff=0.01)))
    assert message.payload.error is not None
    assert message.payload.error.actor == "visited"
    assert [entry.actor for entry in message.route.trace if entry.kind == "visited"] == ["handler"]


async def test_a_message_is_buried_although_that_fails_at_first(mesh: Mesh) -> None:
    async def broken(_: dict[str, Any]) -> None:
        raise ApplicationError("the shop is down", non_retryable=True)

    mesh.trouble = [ConnectionError("NATS is away"), ConnectionError("the history is locked")]
    trip = a_trip(Policy(), error_handler=None)
    async with mesh.serving(visited=broken):
        with pytest.raises(WorkflowFailureError, match="Workflow execution failed") as failed:
            await mesh.travel(trip)
    assert "the shop is down" in str(failed.value.cause)
    assert [message.message_id for message in mesh.buried] == [trip.message_id]
