"""The whole mesh as a user starts it: `mesh up`, on free ports and a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from bench.stack import PORTS
from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.protocol import Message, Payload, Route
from mesh.settings import Settings
from mesh.temporal import Journeys, connect
from tests.conftest import free_ports, listening, until
from tests.fakes import settings as clean_settings
from workers.compose import standard_route
from workers.stack import plan

HERE = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
"""Seconds that anything may take after a process was killed. Nothing is timed here; this only ends a hanging test."""


@dataclass
class Stack:
    """A running mesh: its settings, its processes, and its doors."""

    environment: dict[str, str]
    folder: Path
    process: subprocess.Popen[str]

    @property
    def settings(self) -> Settings:
        return clean_settings(**{name.lower(): value for name, value in self.environment.items()})

    # -- processes

    def pids(self) -> dict[str, int]:
        entries = json.loads((self.folder / "mesh" / "run.json").read_text())
        return {entry["name"]: entry["pid"] for entry in entries}

    def kill(self, name: str) -> None:
        """End a process at once, as a crash would."""
        os.kill(self.pids()[name], signal.SIGKILL)

    def log(self, name: str) -> str:
        return (self.folder / "mesh" / "logs" / f"{name}.log").read_text(errors="replace")

    def mesh(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line against this mesh."""
        return subprocess.run(
            [sys.executable, "-m", "mesh.cli", *arguments],
            env={**os.environ, **self.environment, **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    # -- doors

    def get(self, path: str, base: str | None = None) -> Any:
        return self.request("GET", path, base=base)[1]

    def request(self, method: str, path: str, body: Any = None, base: str | None = None) -> tuple[int, Any]:
        """Status and JSON body of a request to the gateway, or to the service at `base`."""
        request = urllib.request.Request(
            (base or self.settings.gateway_url) + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def chat(self, text: str, email: str, **more: str) -> dict[str, Any]:
        status, answer = self.request("POST", "/api/chat", {"message": text, "customer_email": email, **more})
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found

    def effects(self, message_id: str) -> list[dict[str, Any]]:
        """What this message changed at the shop."""
        found = self.get(f"/_effects?key_prefix={message_id}:", self.settings.shop_targets["orders"])
        return list(found)

    async def client(self) -> Client:
        return await connect(self.settings)

    async def journey(self, message_id: str) -> Message | None:
        return await Journeys(await self.client()).message(message_id)

    async def end(self, message_id: str) -> Message:
        """The message when its journey has ended well."""
        client = await self.client()

        async def started() -> bool:
            return await Journeys(client).status(message_id) is not None

        await until(started, PATIENCE)
        message: Message = await client.get_workflow_handle(message_id, result_type=Message).result()
        return message

    @asynccontextmanager
    async def bus(self) -> AsyncIterator[Bus]:
        async with Bus.open(self.settings, "test") as bus:
            yield bus


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One mesh for all end-to-end tests."""
    with a_stack(tmp_path_factory.mktemp("stack")) as found:
        yield found


class a_stack:  # noqa: N801 - reads as a statement
    """`mesh up` until the block ends; afterwards none of its processes may be left."""

    def __init__(self, folder: Path, **environment: str) -> None:
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        base = {"MESH_DATA_DIR": str(folder / "mesh"), "HUMAN_DEADLINE_LOW": "3", "CHAT_TIMEOUT": "60"}
        base["KNOWLEDGE_DIR"] = str(HERE / "knowledge")
        self._stack = Stack({**base, **ports, **environment}, folder, start(folder, {**base, **ports, **environment}))

    def __enter__(self) -> Stack:
        wait_ready(self._stack)
        return self._stack

    def __exit__(self, *_: object) -> None:
        pids = [*self._stack.pids().values()]
        self._stack.process.send_signal(signal.SIGINT)
        self._stack.process.communicate(timeout=PATIENCE)
        assert [pid for pid in pids if running(pid)] == []


def start(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mesh.cli", "up"],
        env={**os.environ, **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_ready(stack: Stack) -> None:
    """Read what `mesh up` prints until it says that all is ready."""
    assert stack.process.stdout is not None
    printed = ""
    for line in stack.process.stdout:
        printed += line
        if "Logs" in line:
            return
    pytest.fail(f"mesh up ended before it was ready:\n{printed}")


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


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
