"""Real servers for tests: free ports, a fresh data folder each, and every process ended by who started it."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from mesh.bus import Bus
from mesh.settings import Settings
from mesh.store import History, migrate
from tests.fakes import settings as clean_settings
from workers.servers import Program, nats, valkey

# The machine is shared: how long an example takes says nothing about the code.
hypothesis_settings.register_profile("mesh", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("mesh")


_LOWEST, _HIGHEST = 10_240, 32_767
"""Below the ports that the kernel gives to outgoing connections: none of those can take one before its server does."""


def _candidates() -> Iterator[int]:
    """Ports of this process alone, where several run tests side by side, from a random one on."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    of = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    own = range(_LOWEST + number, _HIGHEST, of)
    return islice(cycle(own), secrets.randbelow(len(own)), None)


_PORTS = _candidates()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, and that were not given before."""
    return list(islice(filter(_free, _PORTS), count))


def _free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextlib.asynccontextmanager
async def running(program: Program) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a server until the block ends; it may have been killed by then."""
    log = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*program.command, stdout=log, stderr=log)
    try:
        for port in program.ports:
            await listening(port.number)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def listening(port: int) -> None:
    """Wait until somebody accepts connections on this port."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(0.02)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of the local model run where `make test-llm` has put one."""
    if "MESH_LOCAL_MODEL" not in os.environ:
        local = [item for item in items if item.get_closest_marker("local_model")]
        items[:] = [item for item in items if item not in local]
        config.hook.pytest_deselected(items=local)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may be skipped, a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("MESH_SKIP_NOTHING"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def ports_settings(tmp_path: Path) -> Settings:
    """Settings with a data folder and ports of their own for every server."""
    names = (
        "temporal_port", "temporal_ui_port", "nats_port", "valkey_port",
        "customers_port", "orders_port", "tracking_port", "gateway_port", "agentmail_port",
    )  # fmt: skip
    return clean_settings(mesh_data_dir=tmp_path / "mesh", **dict(zip(names, free_ports(len(names)), strict=True)))


@pytest.fixture
async def nats_server(ports_settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A NATS server at `ports_settings.nats_target`."""
    async with running(nats(ports_settings)) as process:
        yield process


@pytest.fixture
async def bus(nats_server: asyncio.subprocess.Process, ports_settings: Settings) -> AsyncIterator[Bus]:
    """A connection to `nats_server`, with every stream in place."""
    async with Bus.open(ports_settings, "test") as opened:
        yield opened


@pytest.fixture
async def valkey_server(ports_settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A Valkey server at `ports_settings.redis_target`."""
    async with running(valkey(ports_settings)) as process:
        yield process


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    """An empty history of its own, on a real file."""
    configured = clean_settings(mesh_data_dir=tmp_path)
    await migrate(configured)
    async with History.open(configured) as opened:
        yield opened


async def until(holds: Callable[[], Awaitable[Any]], seconds: float = 30) -> Any:
    """What `holds` answers, as soon as that is true."""
    async with asyncio.timeout(seconds):
        while not (found := await holds()):
            await asyncio.sleep(0.05)
        return found
