"""A real Temporal server for the workflow tests, one for all of them, and a place to serve actors from."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from mesh.protocol import Message, queue_of
from mesh.temporal import WORKFLOW_QUEUE, Journeys, connect, register_facets
from tests.conftest import free_ports, listening
from tests.fakes import settings
from workers.servers import temporal
from workflows.follow_route import FollowRoute

Serve = Callable[[Any], Awaitable[Any]]


@pytest.fixture(scope="session")
def temporal_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Temporal server that lives as long as the test session."""
    rpc, ui = free_ports(2)
    configured = settings(mesh_data_dir=tmp_path_factory.mktemp("temporal"), temporal_port=rpc, temporal_ui_port=ui)
    program = temporal(configured)
    with subprocess.Popen(program.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            asyncio.run(_ready(rpc))
            yield f"127.0.0.1:{rpc}"
        finally:
            process.kill()


async def _ready(port: int) -> None:
    await listening(port)
    async with asyncio.timeout(30):
        while True:
            try:
                await register_facets(await connect(settings(temporal_address=f"127.0.0.1:{port}")))
            except Exception:  # noqa: BLE001 - whatever it says while it starts, it is not ready
                await asyncio.sleep(0.2)
            else:
                return


def _activity(name: str, work: Serve) -> Any:
    @activity.defn(name=name)
    async def serve(message: dict[str, Any]) -> Any:
        return await work(message)

    return serve


class Mesh:
    """A workflow worker, and whatever actors a test serves beside it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.journeys = Journeys(client)
        self.buried: list[Message] = []
        self.trouble: list[Exception] = []

    @activity.defn(name="bury")
    async def bury(self, message: Message) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.buried.append(message)

    @asynccontextmanager
    async def serving(self, **actors: Serve) -> AsyncIterator[None]:
        """Serve these functions as actors by their names, in plain temporalio."""
        async with AsyncExitStack() as stack:
            for name, work in actors.items():
                serving = Worker(self.client, task_queue=queue_of(name), activities=[_activity(name, work)])
                await stack.enter_async_context(serving)
            yield

    async def travel(self, message: Message) -> Message:
        """Send a message on its way and wait for its end."""
        await self.journeys.start(message)
        return await self.handle(message).result()

    def handle(self, message: Message) -> WorkflowHandle[Any, Message]:
        return self.client.get_workflow_handle(message.message_id, result_type=Message)


@pytest.fixture
async def mesh(temporal_target: str) -> AsyncIterator[Mesh]:
    """A mesh with a workflow worker on a real server."""
    found = Mesh(await connect(settings(temporal_address=temporal_target)))
    async with Worker(found.client, task_queue=WORKFLOW_QUEUE, workflows=[FollowRoute], activities=[found.bury]):
        yield found
