"""A whole stack as a user starts it: `mesh up`, on free ports and a data folder of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil
from redis.asyncio import Redis
from temporalio.client import Client

from bench.people import signed_in
from mesh.bus import Bus
from mesh.protocol import Message
from mesh.settings import Settings
from mesh.temporal import Journeys, connect
from tests.conftest import free_ports, until

ARTICLES = Path(__file__).resolve().parents[1] / "knowledge"
PORTS = (
    "TEMPORAL_PORT", "TEMPORAL_UI_PORT", "NATS_PORT", "VALKEY_PORT",
    "CUSTOMERS_PORT", "ORDERS_PORT", "TRACKING_PORT", "GATEWAY_PORT", "SECOND_GATEWAY_PORT", "AGENTMAIL_PORT",
)  # fmt: skip
SEVERAL_PORTS = {"NATS_MORE_PORTS": 2, "NATS_ROUTE_PORTS": 3}
PATIENCE = 90.0
"""Seconds that anything may take after a process was killed. Nothing is timed here; this only ends a hanging test."""


GENEROUS = {
    **dict.fromkeys(("RATE_ADDRESS", "RATE_SESSION", "RATE_CUSTOMER", "RATE_NEW_SESSIONS"), "10000000/minute"),
    **dict.fromkeys(("RATE_SIGN_IN", "RATE_SOCKET"), "1000000/minute"),
    **dict.fromkeys(("SOCKETS_PER_ADDRESS", "SOCKETS_PER_CUSTOMER"), "100000"),
    "ADMISSION": "false",
}
"""All customers of a measurement come from one address: counted like others, and never told to wait."""


@dataclass
class Stack:
    """A running mesh: its settings, its processes, and its doors."""

    environment: dict[str, str]
    folder: Path
    process: subprocess.Popen[str]
    cold_start: float = 0.0
    signed: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        given = {name.lower(): value for name, value in self.environment.items()}
        return Settings(_env_file=None, **given)  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        return self.settings.gateway_url

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of all gateways."""
        return self.settings.gateway_urls

    # -- processes

    def pids(self) -> dict[str, int]:
        """The processes by name; one that is being started again is missing."""
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

    async def forget(self) -> None:
        """Empty the session server; who is signed in is forgotten with it."""
        async with Redis.from_url(self.settings.redis_target) as redis:
            await redis.flushall()
        self.signed.clear()

    # -- doors

    def get(self, path: str, base: str | None = None) -> Any:  # noqa: ANN401 - whatever JSON the service answers
        """What the service at `base` answers, or the gateway to somebody of the team."""
        return self.request("GET", path, base=base)[1]

    def credentials(self, name: str = "dana") -> dict[str, str]:
        """The headers of somebody of the team, who is signed in when first asked for."""
        if name not in self.signed:
            with ThreadPoolExecutor(1) as apart:
                self.signed[name] = apart.submit(asyncio.run, signed_in(self.settings, name)).result()
        return self.signed[name]

    def request(
        self, method: str, path: str, body: object = None, base: str | None = None, by: str = "dana"
    ) -> tuple[int, Any]:
        """Status and JSON body of a request to the service at `base`, or to the gateway, signed in there."""
        person = self.credentials(by) if base is None and not path.endswith("/api/chat") else {}
        request = urllib.request.Request(  # noqa: S310 - our own addresses
            (base or self.url) + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **person},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def chat(self, text: str, email: str, **more: str) -> dict[str, Any]:
        status, answer = self.request("POST", "/api/chat", {"message": text, "customer_email": email, **more})
        assert status == 200, answer  # noqa: PLR2004
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


def memory(stack: Stack) -> int:
    """Unique memory of every process of the stack, in bytes."""
    return sum(psutil.Process(pid).memory_full_info().uss for pid in stack.pids().values())


@contextmanager
def a_stack(folder: Path | None = None, *, program: str = "mesh.cli", **environment: str) -> Iterator[Stack]:
    """`mesh up` until the block ends; afterwards none of its processes may be left."""
    with tempfile.TemporaryDirectory() as place:
        folder = folder or Path(place)
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        ports |= {name: ",".join(map(str, free_ports(count))) for name, count in SEVERAL_PORTS.items()}
        given = {"MESH_DATA_DIR": str(folder / "mesh"), "KNOWLEDGE_DIR": str(ARTICLES), **GENEROUS, **ports}
        given |= environment
        begin = time.perf_counter()
        # Not a pipe: a long run fills it with restarts, and the supervisor would wait for a reader.
        with (folder / "up.log").open("w") as errors:
            stack = Stack(given, folder, start(folder, given, program, errors))
        _wait_ready(stack)
        stack.cold_start = time.perf_counter() - begin
        pids: list[int] = []
        try:
            yield stack
        finally:
            pids += stack.pids().values()
            stack.process.send_signal(signal.SIGINT)
            stack.process.communicate(timeout=PATIENCE)
        assert [pid for pid in pids if running(pid)] == []


def start(
    folder: Path, environment: dict[str, str], program: str = "mesh.cli", errors: IO[str] | int = subprocess.STDOUT
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", program, "up"],
        env={**os.environ, **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


def _wait_ready(stack: Stack) -> None:
    """Read what `mesh up` prints until it says that all is ready."""
    assert stack.process.stdout is not None
    if not any("Logs" in line for line in stack.process.stdout):
        stack.process.communicate()
        sys.exit(f"mesh up ended before it was ready:\n{(stack.folder / 'up.log').read_text()}")


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
