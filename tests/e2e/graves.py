"""Messages that die in every way there is, and what repairs the cause of each."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.worker import Worker

from mesh.bus import Bus
from mesh.dead import DeadLetter
from mesh.errors import Unavailable
from mesh.letters import Letters
from mesh.protocol import Message, Outcome, Payload, Policy, Route, queue_of
from mesh.replay import Repair
from mesh.revival import Revival
from mesh.temporal import Journeys
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack
from workers.compose import standard_route
from workers.replaying import Replaying

KINDS = ("invalid", "unhandled", "handler", "circle", "terminated")
TEXT = "Please send me the invoice for order ORD-00067890 again."
ENTRY = queue_of("sentiment_analyzer")


@dataclass(frozen=True)
class Grave:
    """A message that will die, and how."""

    kind: str
    message: Message


def a_grave(kind: str) -> Grave:
    """It dies behind the visit that changes the shop, except where it circles or cannot be read."""
    route = standard_route()
    steps: tuple[Any, ...] = (*route.steps[:-1], "late_actor", route.steps[-1])
    handler: str | None = "late_handler"
    if kind == "circle":
        steps, handler = (route.steps[0], "circler", *route.steps[1:]), route.error_handler
    if kind == "unhandled":
        handler = None
    late = Policy(queue_wait=120 if kind == "terminated" else 1)
    policies = {**route.policies, "late_actor": late, "late_handler": late}
    changed = {
        "steps": steps,
        "error_handler": handler,
        "policies": policies,
        "hop_cap": 12 if kind == "circle" else 50,
    }
    return Grave(
        kind,
        Message(
            message_id=uuid4().hex,
            session_id=uuid4().hex,
            route=Route.model_validate({**dict(route), **changed}),
            payload=Payload(customer_message=TEXT, customer_email="polly.inquirer@example.com"),
            metadata={"channel": "web"},
        ),
    )


def spoilt(message: Message) -> bytes:
    """The message with a session id that is none."""
    fields = json.loads(standard(message).model_dump_json())
    return json.dumps({**fields, "session_id": f"not a session {message.session_id}"}).encode()


def standard(message: Message) -> Message:
    return message.with_route(standard_route())


def replay(stack: Stack, *arguments: str, command: str = "replay") -> subprocess.CompletedProcess[str]:
    """The command as the entry point runs it."""
    code = f"from workers.replay import {command}; {command}()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **stack.environment},
        cwd=stack.folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@asynccontextmanager
async def circling(stack: Stack) -> AsyncIterator[None]:
    """A router that puts itself on the route again and again."""

    async def circler(message: Message) -> Outcome:
        return Outcome(route=message.route.insert_next("circler", why="once more"))

    async with served(stack, circler=circler):
        yield


@asynccontextmanager
async def repaired(stack: Stack) -> AsyncIterator[None]:
    """Everybody whom the dead messages missed, at work."""

    async def nothing(_: Message) -> None: ...

    async with served(stack, circler=nothing, late_actor=nothing, late_handler=nothing):
        yield


@asynccontextmanager
async def served(stack: Stack, **actors: Any) -> AsyncIterator[None]:
    client = await stack.client()
    async with AsyncExitStack() as workers:
        for name, work in actors.items():
            worker = Worker(client, task_queue=queue_of(name), activities=[named(name, work)])
            await workers.enter_async_context(worker)
        yield


def named(name: str, work: Any) -> Any:
    @activity.defn(name=name)
    async def serve(message: Message) -> Outcome | None:
        found: Outcome | None = await work(message)
        return found

    return serve


async def die(stack: Stack, graves: Sequence[Grave], bus: Bus) -> list[DeadLetter]:
    """Let all of them die, and wait until each is a dead letter."""
    async with circling(stack):
        for grave in graves:
            data = spoilt(grave.message) if grave.kind == "invalid" else grave.message.model_dump_json().encode()
            await bus.publish_raw(ENTRY, data, grave.message.message_id)
        client = await stack.client()
        doomed = [grave.message for grave in graves if grave.kind == "terminated"]
        for message in doomed:
            await until(partial(_at, Journeys(client), message, "late_actor"), PATIENCE)
            await client.get_workflow_handle(message.message_id).terminate(reason="an operator did it")

        async def all_dead() -> list[DeadLetter]:
            found = [letter async for letter in Letters(bus).after()]
            return found if len(found) >= len(graves) else []

        found: list[DeadLetter] = await until(all_dead, PATIENCE + len(graves))
    return found


async def _at(journeys: Journeys, message: Message, actor: str) -> bool:
    try:
        found = await journeys.message(message.message_id)
    except Unavailable:
        # Two hundred dying at the same time keep the server busy.
        return False
    return found is not None and found.route.here == (actor,)


async def mend(stack: Stack, graves: Sequence[Grave], letters: Sequence[DeadLetter], folder: Path) -> list[int]:
    """Replay what cannot be read, repaired: the first by the command, from a file; the exit codes."""
    by_session = {grave.message.session_id: standard(grave.message) for grave in graves}
    unreadable = {letter: by_session[_session(letter)] for letter in letters if letter.kind == "invalid"}
    (first, message), *rest = unreadable.items()
    file = folder / f"{first.sequence}.json"
    await asyncio.to_thread(file.write_text, message.model_dump_json())
    done = await asyncio.to_thread(replay, stack, str(first.sequence), "--file", str(file))
    async with stack.bus() as bus:
        journeys = Revival(await stack.client())
        ends = [await Replaying(Letters(bus), journeys, Repair(), {}, 60, one).one(letter) for letter, one in rest]
    return [done.returncode, *(int(result.end != "well") for result in ends)]


def _session(letter: DeadLetter) -> str:
    return str(json.loads(letter.data)["session_id"]).rsplit(" ", 1)[-1]
