"""When is the stack ready? When every port answers, every queue has a worker, and intake waits."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from mesh.errors import MeshError
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


async def wait_for_workers(children: Children, opening: Program) -> None:
    """Return when every task queue has a worker and intake waits for messages, as `workers.opening` finds.

    Raises:
        MeshError: one has none; names the log to read.
    """
    async with _patience("actors", children):
        asking = asyncio.create_task(children.errand(opening))
        try:
            while not asking.done():
                for name in ("actors", "workflow", "intake"):
                    _give_up_on_hopeless(name, children)
                await asyncio.wait((asking,), timeout=0.1)
            await asking
        finally:
            asking.cancel()


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


def _give_up_on_hopeless(name: str, children: Children) -> None:
    child = children.child(name)
    if child.restarts >= HOPELESS:
        raise MeshError(f"{name} ends again and again; see {children.log_of(name)}")
