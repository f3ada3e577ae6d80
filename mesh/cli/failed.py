"""`mesh failed`: the messages that the mesh could not finish."""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from mesh.bus import Bus
from mesh.cli import edge
from mesh.cli.trace import show as show_trace
from mesh.dead import DeadLetter, Wanted, age_of
from mesh.errors import MeshError, ProtocolError
from mesh.letters import Letters
from mesh.settings import Settings

console = Console()
NOTHING = 3
F = TypeVar("F", bound=Callable[..., Any])


class Age(click.ParamType[timedelta]):
    name = "age"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            return age_of(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def filters(command: F) -> F:
    """The options that say which dead letters are meant."""
    for option in (
        click.option("--session", default="", help="Only messages of this session."),
        click.option("--older", type=Age(), help="Only what failed longer ago: 90s, 10m, 2h, 3d."),
        click.option("--since", type=Age(), help="Only what failed within this time: 90s, 10m, 2h, 3d."),
        click.option("--actor", default="", help="Only what this actor failed."),
        click.option("--reason", default="", help="Only where reason, kind or failure contain this text."),
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@filters
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each letter.")
@click.pass_context
def failed(ctx: click.Context, /, as_json: bool, **wanted: Any) -> None:  # noqa: ANN401, FBT001 - click's own ways
    """List the dead letters, oldest first.

    Ends with code 0, with 1 when NATS cannot be reached, and with 3 when no letter fits.
    """
    if ctx.invoked_subcommand is not None:
        return
    letters = fetch(edge.settings(), Wanted(**wanted))
    if as_json:
        for letter in letters:
            click.echo(json.dumps(_facts(letter, edge.settings())))
    else:
        console.print(_table(letters))
    sys.exit(0 if letters else NOTHING)


@failed.command()
@click.argument("sequence", metavar="ID", type=int)
@click.option("--raw", is_flag=True, help="Write the bytes of the message as they are, and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(sequence: int, raw: bool, as_json: bool) -> None:  # noqa: FBT001 - click's own way
    """Show the dead letter ID: what failed, the payload, the trace, and where it can be seen.

    Ends with code 3 when there is none.
    """
    settings = edge.settings()
    letter = next(iter(fetch(settings, Wanted(), (str(sequence),))), None)
    if letter is None:
        click.echo(f"there is no dead letter {sequence}", err=True)
        sys.exit(NOTHING)
    if raw:
        sys.stdout.buffer.write(letter.data)
    elif as_json:
        click.echo(json.dumps(_facts(letter, settings) | {"message": _message(letter)}))
    else:
        _print(letter, settings)


def fetch(settings: Settings, wanted: Wanted, ids: tuple[str, ...] = ()) -> list[DeadLetter]:
    """The letters that fit, oldest first; or an end with what is wrong."""
    try:
        return asyncio.run(_fetch(settings, wanted, ids))
    except MeshError as error:
        sys.exit(str(error))


async def _fetch(settings: Settings, wanted: Wanted, ids: tuple[str, ...]) -> list[DeadLetter]:
    async with Bus.open(settings, "cli") as bus:
        return await chosen(Letters(bus), wanted, ids)


async def chosen(letters: Letters, wanted: Wanted, ids: tuple[str, ...] = ()) -> list[DeadLetter]:
    """The letters that fit, and bear one of these numbers or message ids; of several about one message the newest."""
    fitting = [letter async for letter in letters.after() if wanted.fits(letter)]
    named = [letter for letter in fitting if not ids or {str(letter.sequence), letter.message_id} & set(ids)]
    newest = {letter.message_id or f"#{letter.sequence}": letter for letter in named}
    return sorted(newest.values(), key=lambda letter: letter.sequence)


def _table(letters: list[DeadLetter]) -> Table:
    table = Table("id", "kind", "reason", "actor", "message", "session", "age")
    for letter in letters:
        age = timedelta(seconds=int((datetime.now(UTC) - letter.at).total_seconds()))
        kind = f"{letter.kind} ({letter.failure})" if letter.failure else letter.kind
        about = (letter.reason, letter.actor, letter.message_id, letter.session_id, str(age))
        table.add_row(str(letter.sequence), kind, *map(_plain, about))
    return table


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _facts(letter: DeadLetter, settings: Settings) -> dict[str, Any]:
    facts = letter.model_dump(mode="json", exclude={"data"})
    return {**facts, "bytes": len(letter.data), "link": letter.link(settings) or None}


def _message(letter: DeadLetter) -> Any:  # noqa: ANN401 - any JSON
    try:
        return letter.message().model_dump(mode="json")
    except ProtocolError:
        return None


def _print(letter: DeadLetter, settings: Settings) -> None:
    for name, value in _facts(letter, settings).items():
        if value not in {None, ""}:
            console.print(f"{name}: {value}", markup=False, highlight=False, soft_wrap=True)
    try:
        message = letter.message()
    except ProtocolError as error:
        console.print(
            f"\n{error}\nRepair the bytes: mesh failed show --raw {letter.sequence} > message.json", markup=False
        )
        return
    console.print_json(message.payload.model_dump_json(exclude_none=True))
    show_trace(message)
    console.print(f"\nTo send it on its way again: mesh replay {letter.sequence}", markup=False)
