"""How soon does it answer, and what does it hold in memory? Medians of five, with the least and the most.

    python -m bench.startup [--rounds 5] [--load 60] [--json]

Every round is a stack of its own, with an empty data folder. Memory is unique memory (USS) of every process.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

import click
import psutil
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from bench.chat import QUESTIONS, measure
from bench.stack import Stack, a_stack
from mesh.protocol import queue_of

MODULE = "mesh.cli"
ONE_ACTOR = ("decision_router", "sentiment_analyzer")
"""A router, and the processor that needs most."""
CLIENTS = 20
SETTLED = 5.0
"""Seconds after the first answer at which nothing starts any more."""
MIB = 2**20


@dataclass(frozen=True)
class Spread:
    """Seconds of several rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, rounds: Sequence[float]) -> Self:
        return cls(*(round(figure, 3) for figure in (statistics.median(rounds), min(rounds), max(rounds))))


@dataclass(frozen=True)
class Startup:
    """All figures of a run: times in seconds, memory in MiB by process, with the sum as `all`."""

    cli_import: Spread
    first_answer: Spread
    one_actor: dict[str, Spread]
    memory_idle: dict[str, int]
    memory_under_load: dict[str, int]


@click.command()
@click.option("--rounds", default=5, help="How often each time is taken.")
@click.option("--load", default=60.0, help="Seconds of load before memory is read a second time.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(rounds: int, load: float, *, as_json: bool) -> None:
    """Measure and print."""
    found = asdict(figures(rounds, load))
    print(json.dumps(found, indent=2) if as_json else "\n".join(f"{name}: {figure}" for name, figure in found.items()))


def figures(rounds: int = 5, load: float = 60.0) -> Startup:
    """Measure everything; takes some ten seconds a round, and the load."""
    imports = [cli_import() for _ in range(rounds)]
    answers = [first_answer() for _ in range(rounds - 1)]
    begin = time.perf_counter()
    with a_stack() as stack:
        answers.append(_answered(stack, begin))
        time.sleep(SETTLED)
        idle = memory_by_process(stack)
        workers = {name: Spread.of([one_actor(stack, name) for _ in range(rounds)]) for name in ONE_ACTOR}
        busy = asyncio.run(_under_load(stack, load))
    return Startup(Spread.of(imports), Spread.of(answers), workers, idle, busy)


def cli_import() -> float:
    """Seconds that a new Python needs to import the command line."""
    program = f"import time; begin = time.perf_counter(); import {MODULE}; print(time.perf_counter() - begin)"
    return float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)


def first_answer() -> float:
    """Seconds from `mesh up` in an empty folder to the first answered message."""
    begin = time.perf_counter()
    with a_stack() as stack:
        return _answered(stack, begin)


def _answered(stack: Stack, begin: float) -> float:
    email, text = QUESTIONS[0]
    answer = stack.chat(text, email)
    assert answer["status"] == "resolved", answer
    return time.perf_counter() - begin


def one_actor(stack: Stack, name: str) -> float:
    """Seconds from the start of `mesh worker NAME` until Temporal sees that it polls."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE, "worker", name],
        env={**os.environ, **stack.environment},
        cwd=stack.folder,
        stderr=subprocess.DEVNULL,
    )
    try:
        return asyncio.run(_polls(stack, queue_of(name), process)) - begin
    finally:
        process.terminate()
        process.wait()


async def _polls(stack: Stack, queue: str, process: subprocess.Popen[bytes]) -> float:
    client = await stack.client()
    while not await _seen(client, queue, process.pid):
        assert process.poll() is None, "the worker ended"
        await asyncio.sleep(0.01)
    return time.perf_counter()


async def _seen(client: Client, queue: str, pid: int) -> bool:
    """Whether this process is among those who ask this queue for work; the stack's own worker is, too."""
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    )
    found = await client.workflow_service.describe_task_queue(asked)
    return any(poller.identity.startswith(f"{pid}@") for poller in found.pollers)


def memory_by_process(stack: Stack) -> dict[str, int]:
    """Unique memory of each process in MiB, and of all."""
    unique = {name: psutil.Process(pid).memory_full_info().uss for name, pid in stack.pids().items()}
    return {name: round(size / MIB) for name, size in {**unique, "all": sum(unique.values())}.items()}


async def _under_load(stack: Stack, seconds: float) -> dict[str, int]:
    load = asyncio.create_task(measure(stack.urls, CLIENTS, seconds))
    await asyncio.sleep(seconds * 0.95)
    found = await asyncio.to_thread(memory_by_process, stack)
    await load
    return found


if __name__ == "__main__":
    main()
