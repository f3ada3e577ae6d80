"""Raw Temporal: the same steps and groups as our messages take, and no work. How much of the time is ours?

    python -m bench.raw [--seconds 12] [--clients 1 --clients 20]

On the Temporal server of a running stack, with queues of its own: one process for the workflows, one for the
activities, as ours are; plain temporalio without its sandbox, connected as ours connects on one machine.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import uuid4

import click
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.service import GrpcCompression
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.chat import Result, show
from bench.loop import closed
from bench.routes import Steps, travelled
from bench.stack import PATIENCE, a_stack

QUEUE = "bench.raw"
TEXT = "x" * 300
"""What travels: as much as a question and its address."""


@workflow.defn(name="Raw")
class Raw:
    @workflow.run
    async def run(self, steps: list[list[str]], text: str) -> str:
        for names in steps:
            await asyncio.gather(*(self._visit(name, text) for name in names))
        return text

    async def _visit(self, name: str, text: str) -> None:
        await workflow.execute_activity(
            name, text, task_queue=f"{QUEUE}.{name}", start_to_close_timeout=timedelta(seconds=10)
        )


def nothing(name: str) -> Any:  # noqa: ANN401 - what temporalio calls an activity
    @activity.defn(name=name)
    async def done(_: str) -> None:
        return None

    return done


async def connect(address: str) -> Client:
    return await Client.connect(address, grpc_compression=GrpcCompression.NONE)


async def serve(address: str, names: Sequence[str]) -> None:
    """Serve these activities, each on a queue of its own; with no name, the workflow."""
    client = await connect(address)
    if names:
        served = (Worker(client, task_queue=f"{QUEUE}.{name}", activities=[nothing(name)]) for name in names)
        await asyncio.gather(*(worker.run() for worker in served))
    else:
        runner = UnsandboxedWorkflowRunner()
        await Worker(client, task_queue=QUEUE, workflows=[Raw], workflow_runner=runner, max_cached_workflows=2000).run()


@contextmanager
def workers(address: str, routes: Sequence[Steps]) -> Iterator[dict[str, int]]:
    """The two processes, by name, until the block ends."""
    names = sorted({name for steps in routes for group in steps for name in group})
    command = (sys.executable, "-m", "bench.raw", "--serve", address)
    running = {
        "raw workflow": subprocess.Popen(command),
        "raw activities": subprocess.Popen((*command, *names)),
    }
    try:
        yield {name: process.pid for name, process in running.items()}
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(PATIENCE)


async def measure(address: str, routes: Sequence[Steps], clients: int, seconds: float) -> Result:
    """Let this many clients run workflows for this long, each with the steps of the next question."""
    client, following = await connect(address), cycle(routes)

    async def turn(_: int) -> str | None:
        await client.execute_workflow("Raw", args=[next(following), TEXT], id=uuid4().hex, task_queue=QUEUE)
        return None

    return await closed(clients, seconds, turn)


@click.command()
@click.option("--seconds", default=12.0, help="Length of one round.")
@click.option("--clients", multiple=True, default=(1, 20), help="Clients at the same time.")
@click.option("--serve", "address", help="Serve the named activities, or the workflow, at this server; nothing else.")
@click.argument("names", nargs=-1)
def main(seconds: float, clients: tuple[int, ...], address: str | None, names: tuple[str, ...]) -> None:
    """Start a stack, measure on its server, stop it."""
    if address:
        asyncio.run(serve(address, names))
        return
    with a_stack() as stack:
        target, routes = stack.settings.temporal_target, asyncio.run(travelled(stack))
        with workers(target, routes):
            asyncio.run(measure(target, routes, max(clients), 5.0))
            for count in clients:
                show(count, 1, asyncio.run(measure(target, routes, count, seconds)))


if __name__ == "__main__":
    main()
