"""`python -m workers.opening`: what `mesh up` asks of NATS and Temporal before it says that all is ready.

A process of its own: what it takes to ask is large, and `mesh up` lives as long as the mesh.
"""

import asyncio
import contextlib
import sys
from typing import Final

import click
from rich.console import Console

from mesh.bus import Bus
from mesh.checks.temporal import unserved
from mesh.cli.__main__ import finish
from mesh.errors import MeshError, Unavailable
from mesh.settings import Settings
from mesh.temporal import Journeys, connect
from workers.newcomers import newcomers
from workers.process import read_settings
from workers.readiness import PATIENCE

PAUSE: Final = 0.05


@click.command()
@click.option("--streams", "only_streams", is_flag=True, help="Wait for the streams of NATS alone.")
def opening(*, only_streams: bool) -> None:
    """Wait until messages can be answered, and show who was made to sign in."""
    settings = read_settings()
    try:
        asyncio.run(wait_for_streams(settings) if only_streams else _opened(settings))
    except MeshError as error:
        sys.exit(str(error))


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


async def _opened(settings: Settings) -> None:
    made, _ = await asyncio.gather(newcomers(settings), _served(settings))
    if made:
        Console().print(made)


async def _served(settings: Settings) -> None:
    """Return when every task queue has a worker and intake waits for messages."""
    journeys = Journeys(await connect(settings))
    async with Bus.open(settings, "readiness") as bus:
        while True:
            if await _all_served(journeys) and await bus.intakes():
                return
            await asyncio.sleep(PAUSE)


async def _all_served(journeys: Journeys) -> bool:
    with contextlib.suppress(Unavailable):
        return not await unserved(journeys)
    return False


if __name__ == "__main__":
    finish(opening)
