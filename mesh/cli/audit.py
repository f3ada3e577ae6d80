"""`mesh audit`: which accepted messages have no end."""

import asyncio
import json
import sys
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from mesh.acts import Act, Acts
from mesh.cli import edge
from mesh.errors import MeshError
from mesh.settings import Settings
from mesh.store import History, Unended

console = Console()
MOST_ACTS = 1_000


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array instead of a table.")
@click.option("--people", is_flag=True, help="Print what people did instead, the newest first.")
@click.option("--older", default=0.0, metavar="SECONDS", help="What has waited no longer than this is no fault.")
def audit(*, as_json: bool, people: bool, older: float) -> None:
    """Print the accepted messages without an end; exit code 1 when one has waited too long, 2 when nobody can tell."""
    if people:
        _print_acts(as_json=as_json)
        return
    try:
        found = asyncio.run(_unended(edge.settings()))
    except MeshError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    now = datetime.now(UTC)
    waits = [(one, max(0.0, (now - one.accepted_at).total_seconds())) for one in found]
    if as_json:
        print(json.dumps([{**one.model_dump(mode="json"), "waited": round(waited, 1)} for one, waited in waits]))
    elif waits:
        console.print(_table(waits))
    sys.exit(int(any(waited > older for _, waited in waits)))


def _print_acts(*, as_json: bool) -> None:
    try:
        found = asyncio.run(_acts(edge.settings()))
    except MeshError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if as_json:
        print(json.dumps([one.model_dump(mode="json") for one in found]))
        return
    table = Table("when", "who", "role", "did", "to", "outcome")
    for one in found:
        table.add_row(f"{one.timestamp:%Y-%m-%d %H:%M:%S}", one.who, one.role, one.act, one.subject, one.outcome)
    console.print(table)


async def _acts(settings: Settings) -> tuple[Act, ...]:
    async with Acts.open(settings) as acts:
        return await acts.newest(MOST_ACTS)


async def _unended(settings: Settings) -> tuple[Unended, ...]:
    async with History.open(settings) as history:
        return await history.unended()


def _table(waits: list[tuple[Unended, float]]) -> Table:
    table = Table("message", "session", "accepted", "waited")
    for one, waited in waits:
        table.add_row(one.message_id, one.session_id, f"{one.accepted_at:%Y-%m-%d %H:%M:%S}", f"{waited:,.0f} s")
    return table
