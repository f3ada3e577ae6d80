"""A NATS cluster of its own, without the rest of the mesh: nodes that can be killed, stopped and started again."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mesh.bus import Bus
from mesh.checks.bus import standing_of
from mesh.nodes import NAMES, Standing
from mesh.settings import Settings
from tests.conftest import free_ports, listening, until
from workers.cluster import nats_servers
from workers.elections import Elections
from workers.servers import Program

PATIENCE = 60.0


class Cluster:
    """The servers by name. `settings` are those of a client that knows all of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._programs = {program.name: program for program in nats_servers(settings)}
        self._running: dict[str, asyncio.subprocess.Process] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._programs)

    def pid(self, name: str) -> int:
        return self._running[name].pid

    async def start(self, name: str) -> None:
        """Start a server and wait until it listens."""
        program = self._programs[name]
        with (self.settings.mesh_data_dir / f"{name}.log").open("ab") as log:
            self._running[name] = await asyncio.create_subprocess_exec(*program.command, stdout=log, stderr=log)
        await _listens(program)

    def kill(self, name: str) -> None:
        """End a server at once, as a crash would."""
        os.kill(self.pid(name), signal.SIGKILL)

    async def end(self) -> None:
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def leader(self, stream: str) -> str:
        """The name of the server that leads a stream, when one does."""
        return await leader_of(self.settings, stream)


@asynccontextmanager
async def a_cluster(folder: Path, nodes: int = 3) -> AsyncIterator[Cluster]:
    """So many NATS servers with every stream of the mesh in place, until the block ends."""
    ports = free_ports(6)
    given: dict[str, Any] = {
        "mesh_data_dir": folder, "nats_nodes": nodes,
        "nats_port": ports[0], "nats_more_ports": ports[1:3], "nats_route_ports": ports[3:],
    }  # fmt: skip
    cluster = Cluster(Settings(_env_file=None, **given))
    elections: asyncio.Task[None] | None = None
    try:
        await asyncio.gather(*(cluster.start(name) for name in cluster.names))
        async with Bus.open(cluster.settings, "cluster"):
            await until(lambda: whole(cluster.settings), PATIENCE)
        if nodes > 1:
            elections = asyncio.create_task(Elections(cluster.settings).watch())
        yield cluster
    finally:
        if elections is not None:
            elections.cancel()
        await cluster.end()


async def whole(settings: Settings) -> bool:
    """Whether every stream has a leader and every copy of it is up to date."""
    return (await stand(settings)).whole


async def leader_of(settings: Settings, stream: str, patience: float = PATIENCE) -> str:
    """The name of the server that leads a stream, when one does."""

    async def found() -> str | None:
        keepers = (await stand(settings)).streams[stream]
        return keepers.leader if keepers else None

    return str(await until(found, patience))


async def stand(settings: Settings) -> Standing:
    """How the streams stand, asked of any server that answers."""
    return await standing_of(settings) or Standing(dict.fromkeys(NAMES))


async def _listens(program: Program) -> None:
    for port in program.ports:
        await listening(port.number)
