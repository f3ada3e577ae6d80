"""The workflow worker: follows the routes, and buries what nobody could finish."""

import asyncio
from datetime import timedelta

import click
from temporalio import activity
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from mesh._payloads import spare_walks
from mesh.bus import Bus
from mesh.protocol import Message
from mesh.replies import DUE, Due
from mesh.settings import Settings
from mesh.store import History, migrate
from mesh.temporal import DEPLOYMENT, REMIND, WORKFLOW_QUEUE, connect, register_facets
from workers.burial import Burial
from workers.process import RELEASE, run
from workflows.follow_route import FollowRoute


@click.command()
def workflow() -> None:
    """Serve the workflow."""
    run(serve)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Register the search attributes and serve the workflow until `stop` is set."""
    await migrate(settings)
    client = await connect(settings)
    spare_walks()
    await register_facets(client)
    async with Bus.open(settings, "workflow") as bus, History.open(settings) as history:
        serving = Worker(
            client,
            task_queue=WORKFLOW_QUEUE,
            workflows=[FollowRoute],
            activities=[Burial(bus, history).bury, Reminder(bus).remind],
            # The sandbox guards against code that is not deterministic: the tests and the replays run in it.
            # Here it would cost a third of this process.
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_cached_workflows=2000,
            build_id=RELEASE,
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


class Reminder:
    """Tells the desk that a message has waited for most of its time."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    @activity.defn(name=REMIND)
    async def remind(self, message: Message) -> None:
        facets = message.facets("")
        due = Due(
            message_id=message.message_id,
            session_id=message.session_id,
            actor="+".join(message.route.here),
            urgency=facets.get("Urgency"),
            tier=facets.get("Tier"),
        )
        await self._bus.tell(DUE, due.model_dump_json().encode())
