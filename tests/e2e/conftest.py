"""The whole mesh as a user starts it: `mesh up`, on free ports and a data folder of its own."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.service import RPCError

import bench.stack
from bench.stack import PATIENCE, Stack, running, start
from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.protocol import Message, Payload, Route
from tests.conftest import listening, until
from workers.compose import standard_route
from workers.stack import plan

__all__ = ["HERE", "PATIENCE", "Stack", "a_question", "a_stack", "ended", "gone", "published", "running", "start"]

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One mesh for all end-to-end tests."""
    with a_stack(tmp_path_factory.mktemp("stack")) as found:
        yield found


def a_stack(folder: Path, **environment: str) -> AbstractContextManager[Stack]:
    """A mesh in which people have little time and customers much."""
    return bench.stack.a_stack(folder, **{"HUMAN_DEADLINE_LOW": "3", "CHAT_TIMEOUT": "60", **environment})


async def wait_for_restart(stack: Stack, name: str, old: int) -> None:
    """Wait until the supervisor has started a killed process again and its ports answer."""

    async def restarted() -> bool:
        return stack.pids().get(name, old) != old

    await until(restarted, PATIENCE)
    servers, ours = plan(stack.settings)
    for port in (port for program in (*servers, *ours) if program.name == name for port in program.ports):
        await listening(port.number)


def gone(pid: int) -> bool:
    """Whether a process ends within the patience of a test."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not running(pid):
            return True
        time.sleep(0.05)
    return False


def a_question(text: str = "Where is my order 67890?", *, route: Route | None = None) -> Message:
    """A message as the gateway would publish it."""
    return Message(
        message_id=uuid4().hex,
        session_id=uuid4().hex,
        route=route or standard_route(),
        payload=Payload(customer_message=text, customer_email="polly.inquirer@example.com"),
        metadata={"channel": "web"},
    )


async def published(bus: Bus, question: Message) -> bool:
    """Whether NATS has confirmed it; it may be away."""
    try:
        await bus.publish(question)
    except Unavailable:
        return False
    return True


async def ended(stack: Stack, question: Message) -> Message | None:
    """The message when its journey has ended well; None while Temporal is away."""
    try:
        return await stack.end(question.message_id)
    except (RPCError, Unavailable):
        return None
