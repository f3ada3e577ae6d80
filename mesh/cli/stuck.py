"""`mesh stuck`: which messages do not go on, and why."""

import asyncio
import sys
from datetime import UTC, datetime

import click
from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

from mesh.cli import edge
from mesh.errors import MeshError
from mesh.settings import Settings
from mesh.stuck import Stuck, find
from mesh.temporal import Journeys, connect

console = Console()
LINES = TypeAdapter(list[Stuck])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--limit", default=1000, show_default=True, help="Look at so many running messages at most.")
def stuck(*, as_json: bool, limit: int) -> None:
    """List the messages that wait for longer than their policy, or for a person, and say why."""
    try:
        found = asyncio.run(_look(edge.settings(), limit))
    except MeshError as error:
        sys.exit(str(error))
    if as_json:
        click.echo(LINES.dump_json(found, indent=2).decode())
    elif found:
        console.print(_table(found))
    else:
        console.print("no message is stuck")


async def _look(settings: Settings, limit: int) -> list[Stuck]:
    return await find(Journeys(await connect(settings)), limit)


def _table(found: list[Stuck]) -> Table:
    table = Table()
    for name in ("message", "at", "what", "for", "until", "why"):
        # An id that is cut off cannot be pasted.
        table.add_column(name, no_wrap=name == "message", overflow="fold")
    now = datetime.now(UTC)
    for one in found:
        waits = f"{(now - one.since).total_seconds():,.0f} s"
        until = f"{one.until:%m-%d %H:%M}" if one.until else ""
        table.add_row(one.message_id, one.actor or "", one.kind, waits, until, one.why)
    return table
