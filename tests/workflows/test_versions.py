"""Messages in flight finish on the code they started on. Two builds, on a real Temporal server."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from mesh.checks.temporal import _version as version_check
from mesh.protocol import Message, Outcome
from mesh.temporal import DEPLOYMENT, WORKFLOW, connect
from tests.conftest import until
from tests.fakes import settings
from tests.workflows.conftest import Mesh
from tests.workflows.test_follow_route import a_trip, nothing
from tests.workflows.test_operators import a_stuck_trip, waiting
from workers.workflow import versioning
from workflows.follow_route import FollowRoute


@workflow.defn(name=WORKFLOW, sandboxed=False)
class Tomorrow:
    """Code that cannot replay what today's code did."""

    @workflow.run
    async def run(self, _: Message) -> str:
        return "tomorrow"


def a_worker(client: Client, queue: str, build: str, code: type) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=[code],
        workflow_runner=UnsandboxedWorkflowRunner(),
        deployment_config=versioning(settings(worker_build_id=build)),
    )


async def promote(client: Client, build: str) -> bool:
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=DEPLOYMENT, build_id=build, identity="test"
    )
    try:
        await client.workflow_service.set_worker_deployment_current_version(request)
    except RPCError:
        # The server has not met this build yet.
        return False
    return True


async def sent(client: Client, trip: Message, queue: str) -> WorkflowHandle[Any, Any]:
    return await client.start_workflow(WORKFLOW, trip, id=trip.message_id, task_queue=queue)


async def test_a_message_finishes_on_the_build_it_started_on_and_new_ones_take_the_new_build(
    mesh: Mesh, temporal_target: str
) -> None:
    # A client of its own: one client serves one build of a queue.
    client, queue = await connect(settings(temporal_address=temporal_target)), f"versions-{uuid4().hex}"
    old_trip, new_trip = a_stuck_trip("person", "after"), a_trip("after")
    today, tomorrow = f"today-{uuid4().hex[:6]}", f"tomorrow-{uuid4().hex[:6]}"
    async with mesh.serving(person=waiting, after=nothing), a_worker(mesh.client, queue, today, FollowRoute):
        await until(lambda: promote(client, today))
        old = await sent(client, old_trip, queue)
        async with a_worker(client, queue, tomorrow, Tomorrow):
            configured = settings(worker_build_id=tomorrow)
            assert [one.verdict for one in await version_check(client, configured)] == ["fail"]
            await until(lambda: promote(client, tomorrow))
            assert [one.verdict for one in await version_check(client, configured)] == ["ok"]
            new = await sent(client, new_trip, queue)
            assert await asyncio.wait_for(new.result(), 20) == "tomorrow"
            await until(lambda: mesh.journeys.complete(old_trip, "person", Outcome()))
            message = Message.model_validate(await asyncio.wait_for(old.result(), 20))
    assert [entry.actor for entry in message.route.trace] == ["person", "after"]


def test_without_a_build_id_workers_are_not_versioned() -> None:
    assert versioning(settings()) is None
    found = versioning(settings(worker_build_id="1.2.3")) or pytest.fail("not versioned")
    assert (found.version.deployment_name, found.version.build_id) == ("actor-mesh", "1.2.3")
