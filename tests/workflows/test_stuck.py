"""`mesh stuck` says why a message does not go on; what operators do from the Web UI beside updates does no harm."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    PauseActivityRequest,
    PauseWorkflowExecutionRequest,
    ResetActivityRequest,
    ResetWorkflowExecutionRequest,
    UnpauseActivityRequest,
    UnpauseWorkflowExecutionRequest,
)
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import mesh.stuck as lookout
from mesh.errors import Unavailable
from mesh.protocol import Message
from mesh.stuck import Stuck, explain, find
from mesh.temporal import WORKFLOW, OpenVisit, Standing, facet_pairs
from tests.conftest import until
from tests.workflows.conftest import Mesh
from tests.workflows.test_follow_route import a_trip, nothing
from tests.workflows.test_operators import Operator, a_stuck_trip, retried, stuck, waiting

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "GRACE", timedelta(seconds=1))


async def seen(mesh: Mesh, trip: Message) -> Stuck:
    """The line that `mesh stuck` prints about this message."""

    async def line() -> Stuck | None:
        return next((one for one in await find(mesh.journeys) if one.message_id == trip.message_id), None)

    found = await until(line)
    assert isinstance(found, Stuck)
    return found


@asynccontextmanager
async def a_stuck(mesh: Mesh, trip: Message, way: str, **others: Any) -> AsyncIterator[Operator]:
    serving, operator = await stuck(mesh, trip, way, **others)
    try:
        yield operator
    finally:
        await serving.__aexit__(None, None, None)


async def test_a_message_that_nobody_serves_is_listed_with_the_queue_and_what_to_start(mesh: Mesh) -> None:
    name = f"gone-{uuid4().hex[:8]}"
    trip = a_stuck_trip(name)
    await mesh.journeys.start(trip)
    found = await seen(mesh, trip)
    assert (found.kind, found.session_id) == ("unserved", "s-1")
    assert found.why == f"no worker on ecommerce.support.{name}: start `mesh worker {name}`"
    await mesh.handle(trip).terminate()


async def test_a_message_that_is_retried_is_listed_with_the_error_and_the_attempt(mesh: Mesh) -> None:
    trip = a_stuck_trip("stuck")
    async with a_stuck(mesh, trip, "retried") as operator:
        found = await seen(mesh, trip)
        await operator.handle.terminate()
    assert (found.kind, found.actor) == ("retrying", "stuck")
    assert found.since <= datetime.now(UTC)
    assert found.why == f"attempt {found.attempt} of 50; the last one said: the shop is down"


async def test_a_message_that_waits_for_a_person_is_listed_with_its_deadline(mesh: Mesh) -> None:
    trip = a_stuck_trip("stuck")
    trip = trip.with_route(trip.route.tune("stuck", state="waiting for a person"))
    async with a_stuck(mesh, trip, "waiting") as operator:
        found = await seen(mesh, trip)
        await operator.handle.terminate()
    assert found.kind == "person"
    assert found.until is not None
    assert timedelta(seconds=100) < found.until - found.since < timedelta(seconds=130)


async def test_a_message_at_ordinary_work_is_not_listed(mesh: Mesh) -> None:
    trip = a_stuck_trip("stuck")
    async with a_stuck(mesh, trip, "hanging") as operator:
        await asyncio.sleep(2)
        assert trip.message_id not in [one.message_id for one in await find(mesh.journeys)]
        await operator.handle.terminate()


@workflow.defn(name=WORKFLOW, sandboxed=False)
class Broken:
    @workflow.run
    async def run(self, _: Message) -> None:
        raise RuntimeError("polly@example.com broke it")


async def test_a_message_whose_workflow_code_fails_is_listed_with_what_it_said(mesh: Mesh) -> None:
    trip, queue = a_trip("somebody"), f"broken-{uuid4().hex}"
    async with Worker(
        mesh.client, task_queue=queue, workflows=[Broken], workflow_runner=UnsandboxedWorkflowRunner(), debug_mode=True
    ):
        pairs = facet_pairs(trip.facets("working"))
        handle = await mesh.client.start_workflow(
            WORKFLOW, trip, id=trip.message_id, task_queue=queue, search_attributes=pairs
        )
        found = await seen(mesh, trip)
        await handle.terminate()
    assert found.kind == "failing"
    assert found.why.endswith("the last time: (an address) broke it")


async def test_a_paused_workflow_is_listed_counts_as_running_and_goes_on_when_unpaused(mesh: Mesh) -> None:
    trip, namespace = a_stuck_trip("stuck", "after"), mesh.client.namespace
    service = mesh.client.workflow_service
    async with a_stuck(mesh, trip, "waiting", after=nothing) as operator:
        await service.pause_workflow_execution(
            PauseWorkflowExecutionRequest(namespace=namespace, workflow_id=trip.message_id, request_id=uuid4().hex)
        )
        found = await seen(mesh, trip)
        assert (found.kind, found.why) == ("paused", "the workflow is paused: unpause it")
        assert await mesh.journeys.status(trip.message_id) is WorkflowExecutionStatus.RUNNING
        listed = {message_id async for message_id, _ in mesh.journeys.at("stuck")}
        assert trip.message_id in listed
        with pytest.raises(Unavailable, match="paused"):
            await mesh.journeys.message(trip.message_id)
        await service.unpause_workflow_execution(
            UnpauseWorkflowExecutionRequest(namespace=namespace, workflow_id=trip.message_id, request_id=uuid4().hex)
        )
        await operator.sends("skip_step")
        message = await asyncio.wait_for(operator.handle.result(), 10)
    assert message.route.done


async def test_a_paused_visit_is_listed_and_goes_on_when_unpaused_or_reset(mesh: Mesh) -> None:
    trip, service = a_stuck_trip("stuck", "after"), mesh.client.workflow_service
    whole: dict[str, Any] = {
        "namespace": mesh.client.namespace,
        "execution": WorkflowExecution(workflow_id=trip.message_id),
    }
    async with a_stuck(mesh, trip, "retried", after=nothing):
        await service.pause_activity(PauseActivityRequest(**whole, id="0-stuck"))
        found = await seen(mesh, trip)
        assert found.kind == "paused"
    async with mesh.serving(stuck=nothing, after=nothing):
        await service.reset_activity(ResetActivityRequest(**whole, id="0-stuck"))
        await service.unpause_activity(UnpauseActivityRequest(**whole, id="0-stuck"))
        message = await asyncio.wait_for(mesh.handle(trip).result(), 20)
    assert [entry.kind for entry in message.route.trace] == ["visited", "visited"]


async def test_retry_now_frees_a_paused_visit(mesh: Mesh) -> None:
    trip, service = a_stuck_trip("stuck"), mesh.client.workflow_service
    whole: dict[str, Any] = {
        "namespace": mesh.client.namespace,
        "execution": WorkflowExecution(workflow_id=trip.message_id),
    }
    async with a_stuck(mesh, trip, "retried"):
        await service.pause_activity(PauseActivityRequest(**whole, id="0-stuck"))
    async with mesh.serving(stuck=nothing):
        await Operator(mesh, trip).sends("retry_now")
        await asyncio.wait_for(mesh.handle(trip).result(), 10)


async def test_a_reset_workflow_travels_again_under_the_same_keys(mesh: Mesh) -> None:
    keys: list[str] = []

    async def acts(raw: dict[str, Any]) -> None:
        keys.append(Message.model_validate(raw).key("refund"))

    trip = a_stuck_trip("acts", "stuck", "after")
    async with mesh.serving(acts=acts, stuck=waiting, after=nothing):
        await mesh.journeys.start(trip)

        async def at_second() -> bool:
            message = await mesh.journeys.message(trip.message_id)
            return message is not None and message.route.current_step == 1

        await until(at_second)
        await mesh.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=mesh.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=trip.message_id),
                workflow_task_finish_event_id=4,
                request_id=uuid4().hex,
                reason="try again",
            )
        )
        await until(lambda: _count(keys, 2))
        await until(at_second)
        await Operator(mesh, trip).sends("skip_step")
        message = await asyncio.wait_for(mesh.handle(trip).result(), 10)
    assert keys == [trip.key("refund")] * 2
    assert [entry.hop for entry in message.route.trace] == [0, 1, 2]


async def _count(found: list[str], count: int) -> bool:
    return len(found) == count


async def test_a_cancelled_message_is_buried_like_one_that_was_given_up(mesh: Mesh) -> None:
    trip = a_stuck_trip("stuck")
    async with a_stuck(mesh, trip, "retried") as operator:
        await operator.handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await asyncio.wait_for(operator.handle.result(), 10)
    error = mesh.buried[0].payload.error or pytest.fail("no error")
    assert (error.kind, error.reason) == ("given_up", "it was cancelled from outside")


def a_visit(**changes: Any) -> OpenVisit:
    return OpenVisit(**{"actor": "stuck", "attempt": 1, "since": NOW - timedelta(minutes=1), **changes})


def standing(*visits: OpenVisit, **changes: Any) -> Standing:
    return Standing(**{"message_id": "m-1", "facets": {}, "since": NOW, "visits": visits, **changes})


@pytest.mark.parametrize(
    ("one", "pollers", "kind", "why"),
    [
        (standing(a_visit()), 0, "unserved", "no worker on ecommerce.support.stuck"),
        (standing(a_visit()), 2, "queued", "2 workers asked there lately"),
        (standing(a_visit(started=NOW - timedelta(seconds=30), timeout=10)), 1, "overdue", "longer than its 10 s"),
        (standing(a_visit(attempt=3, error="x@y.de is away")), 1, "retrying", "attempt 3; the last one said: (an ad"),
        (standing(task_since=NOW - timedelta(minutes=1), task_attempt=1), 0, "unserved", "start `mesh workflow`"),
        (standing(task_since=NOW - timedelta(minutes=1), task_attempt=4), 1, "failing", "failed 3 times"),
    ],
)  # fmt: skip
def test_each_way_to_be_stuck_has_words_of_its_own(one: Standing, pollers: int, kind: str, why: str) -> None:
    found = explain(one, lambda _: pollers, NOW)
    assert found is not None
    assert found.kind == kind
    assert why in found.why


@pytest.mark.parametrize(
    "one",
    [standing(), standing(a_visit(since=NOW)), standing(a_visit(started=NOW, timeout=10)), standing(task_since=NOW)],
)
def test_what_waits_within_its_policy_is_not_stuck(one: Standing) -> None:
    assert explain(one, lambda _: 1, NOW) is None


async def test_a_visit_that_an_operator_left_is_not_listed_any_more(mesh: Mesh) -> None:
    trip = a_stuck_trip("stuck", "after")
    async with a_stuck(mesh, trip, "waiting", after=retried) as operator:
        await operator.sends("skip_step")
        found = await until(lambda: _listed_at(mesh, trip, "after"))
        now = await mesh.journeys.standing(trip.message_id)
        await operator.handle.terminate()
    assert found.kind in {"retrying", "queued"}
    assert now is not None
    assert [visit.actor for visit in now.visits] == ["after"]


async def _listed_at(mesh: Mesh, trip: Message, actor: str) -> Stuck | None:
    found = [one for one in await find(mesh.journeys) if one.message_id == trip.message_id]
    return next((one for one in found if one.actor == actor), None)
