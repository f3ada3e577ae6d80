"""`mesh doctor`: is everything there that the mesh needs, and set as it must be?"""

import asyncio
import sys

import click
from pydantic import TypeAdapter
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mesh.checks.finding import Finding
from mesh.cli import edge
from mesh.doctor import examine

console = Console()
FINDINGS = TypeAdapter(list[Finding])
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def doctor(*, as_json: bool) -> None:
    """Check every server, setting and worker, and say what to do. Ends with code 1 when something fails."""
    found = asyncio.run(examine(edge.settings()))
    if as_json:
        click.echo(FINDINGS.dump_json(found, indent=2).decode())
    else:
        console.print(_table(found))
    sys.exit(1 if any(one.verdict == "fail" for one in found) else 0)


def _table(found: list[Finding]) -> Table:
    table = Table("check", "", "found", "what to do")
    for one in found:
        colour = COLOURS[one.verdict]
        table.add_row(one.check, f"[{colour}]{one.verdict}[/]", escape(one.found), escape(one.advice))
    return table
