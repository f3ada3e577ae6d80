"""When is the stack ready? When every port answers, every queue has a worker, and every store can be used."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from mesh.bus import Bus
from mesh.checks.temporal import unserved
from mesh.errors import MeshError, Unavailable
from mesh.settings import Settings
from mesh.temporal import Journeys, connect
from workers.children import Children
from workers.servers import Program

PATIENCE = 60.0
HOPELESS = 4
"""Restarts after which a child that never became ready is given up."""


async def wait_for_ports(programs: list[Program], children: Children) -> None:
    """Return when every port of these programs is listened on.

    Raises:
        MeshError: one is not; names it and its log.
    """
    for program in programs:
        for port in program.ports:
            async with _patience(program.name, children):
                await _listening(port.host, port.number, program.name, children)


async def wait_for_streams(settings: Settings) -> None:
    """Return when NATS keeps streams: several servers first elect who leads them.

    Raises:
        MeshError: it does not.
    """
    said = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    async with Bus.open(settings, "readiness"):
                        return
                except Unavailable as error:
                    said = str(error)
    except TimeoutError:
        raise MeshError(f"NATS did not become ready within {PATIENCE:.0f} s: {said or 'nobody leads'}") from None


async def wait_for_workers(settings: Settings, children: Children) -> None:
    """Return when every task queue has a worker and intake waits for messages.

    Raises:
        MeshError: one has none; names the log to read.
    """
    async with _patience("actors", children):
        await _served(settings, children)


@contextlib.asynccontextmanager
async def _patience(name: str, children: Children) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError:
        log = children.log_of(name)
        raise MeshError(f"{name} did not become ready within {PATIENCE:.0f} s; see {log}") from None


async def _listening(host: str, port: int, name: str, children: Children) -> None:
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return
        _give_up_on_hopeless(name, children)
        await asyncio.sleep(0.05)


async def _served(settings: Settings, children: Children) -> None:
    journeys = Journeys(await connect(settings))
    async with Bus.open(settings, "readiness") as bus:
        while not await _all_served(journeys):
            _give_up_on_hopeless("actors", children)
            _give_up_on_hopeless("workflow", children)
            await asyncio.sleep(0.1)
        while not await bus.intakes():
            _give_up_on_hopeless("intake", children)
            await asyncio.sleep(0.1)


async def _all_served(journeys: Journeys) -> bool:
    try:
        return not await unserved(journeys)
    except Unavailable:
        return False


def _give_up_on_hopeless(name: str, children: Children) -> None:
    child = children.child(name)
    if child.restarts >= HOPELESS:
        raise MeshError(f"{name} ends again and again; see {children.log_of(name)}")
