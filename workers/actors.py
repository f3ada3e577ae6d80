"""The actor worker: serves all actors in one process, or those that are named."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import click
from temporalio.client import Client
from temporalio.worker import Worker

from mesh.actor import Actor, discover
from mesh.bus import Bus
from mesh.errors import MeshError
from mesh.identity import demand_sound
from mesh.protocol import queue_of
from mesh.settings import Settings
from mesh.temporal import activity_of, connect
from workers.process import RELEASE, run
from workers.resources import resources, wanted
from workers.riding import Carriage

log = logging.getLogger(__name__)
GRACE = timedelta(seconds=5)


@click.command()
@click.argument("names", nargs=-1)
def worker(names: tuple[str, ...]) -> None:
    """Serve actors: all of them, or only NAMES."""
    run(partial(serve, names=names))


async def serve(settings: Settings, stop: asyncio.Event, *, names: Sequence[str] = ()) -> None:
    """Serve these actors, or all, until `stop` is set; open visits get five seconds to finish."""
    demand_sound(settings)
    actors = chosen(discover(names=names), names)
    needed = wanted(actors)
    if "History" in needed:
        # Large, and whoever needs the history imports it anyway.
        from mesh.store import migrate  # noqa: PLC0415

        await migrate(settings)
    client = await connect(settings)
    async with (
        Bus.open(settings, "actors") as bus,
        resources(settings, bus, needed) as given,
        AsyncExitStack() as stack,
    ):
        for one in workers(client, actors, given, bus, settings):
            await stack.enter_async_context(one)
        preparing = asyncio.create_task(asyncio.to_thread(prepare, actors))
        await stop.wait()
        await preparing


def prepare(actors: Iterable[Actor]) -> None:
    """Load what first visits would wait for; whoever cannot says so again when visited."""
    for one in actors:
        try:
            if one.prepare:
                one.prepare()
        except MeshError as error:
            log.warning("%s is not prepared: %s", one.name, error)


def chosen(actors: Mapping[str, Actor], names: Sequence[str]) -> list[Actor]:
    """The actors by these names, or all.

    Raises:
        MeshError: a name is unknown; says which there are.
    """
    unknown = [name for name in names if name not in actors]
    if unknown:
        raise MeshError(f"no actor is called {', '.join(unknown)}; there are {', '.join(sorted(actors))}")
    return [actors[name] for name in names or actors]


def workers(
    client: Client, actors: Sequence[Actor], given: Mapping[type, object], bus: Bus, settings: Settings
) -> list[Worker]:
    """One Temporal worker for each actor: each has a task queue, and so a mailbox, of its own."""
    carriage = Carriage(actors, given, bus)
    return [
        Worker(
            client,
            task_queue=queue_of(one.name),
            activities=[activity_of(one, carriage.visit(one.name), bus)],
            max_concurrent_activities=settings.actor_slots,
            build_id=RELEASE,
            graceful_shutdown_timeout=GRACE,
        )
        for one in actors
    ]
