"""The workflow worker: follows the routes, and buries what nobody could finish."""

import asyncio
from datetime import timedelta

import click
from temporalio import activity
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from mesh.bus import Bus
from mesh.delivery import PLAIN_APOLOGY, Answer, deliver
from mesh.protocol import Message
from mesh.settings import Settings
from mesh.store import History, migrate
from mesh.temporal import BURY, DEPLOYMENT, WORKFLOW_QUEUE, connect, register_facets
from workers.process import run
from workflows.follow_route import FollowRoute


@click.command()
def workflow() -> None:
    """Serve the workflow."""
    run(serve)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Register the search attributes and serve the workflow until `stop` is set."""
    await migrate(settings)
    client = await connect(settings)
    await register_facets(client)
    async with Bus.open(settings, "workflow") as bus, History.open(settings) as history:
        serving = Worker(
            client,
            task_queue=WORKFLOW_QUEUE,
            workflows=[FollowRoute],
            activities=[Burial(bus, history).bury],
            # The sandbox guards against code that is not deterministic: the tests and the replays run in it.
            # Here it would cost a third of this process.
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_cached_workflows=2000,
            deployment_config=versioning(settings),
            graceful_shutdown_timeout=timedelta(seconds=5),
        )
        async with serving:
            await stop.wait()


def versioning(settings: Settings) -> WorkerDeploymentConfig | None:
    """With a build id, messages finish on the code they started on; without one, on whatever code runs."""
    if settings.worker_build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=DEPLOYMENT, build_id=settings.worker_build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


class Burial:
    """Keeps a message that nobody could finish as a dead letter, and apologises to the customer."""

    def __init__(self, bus: Bus, history: History) -> None:
        self._bus = bus
        self._history = history

    @activity.defn(name=BURY)
    async def bury(self, message: Message) -> None:
        error = message.payload.error
        await self._bus.bury(
            message.model_dump_json().encode(),
            kind="unfinished",
            reason=error.reason if error else "unknown",
            key=f"{message.message_id}:unfinished",
            message=message.message_id,
            session=message.session_id,
            actor=error.actor if error else "",
            failure=error.kind if error else "",
        )
        apology = Answer(text=PLAIN_APOLOGY, status="apologised")
        await deliver(message, apology, history=self._history, bus=self._bus)
