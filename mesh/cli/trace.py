"""`mesh trace`: the route that a message travelled, who edited it and why, with times."""

import asyncio
import sys

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesh.calls import Call
from mesh.cli import edge
from mesh.errors import MeshError
from mesh.protocol import Message, names_in
from mesh.settings import Settings
from mesh.temporal import Journeys, connect
from mesh.together import ANSWERED_BY

console = Console()


@click.command()
@click.argument("message_id")
def trace(message_id: str) -> None:
    """Print the journey of the message MESSAGE_ID."""
    try:
        message = asyncio.run(journey(edge.settings(), message_id))
    except MeshError as error:
        sys.exit(str(error))
    if message is None:
        sys.exit(f"no journey is known by the id {message_id}")
    show(message)


async def journey(settings: Settings, message_id: str) -> Message | None:
    """The message as its workflow holds it; None when there is none by this id."""
    return await Journeys(await connect(settings)).message(message_id)


def show(message: Message) -> None:
    """Print a message's trace, and what still lies ahead."""
    table = Table("hop", "actor", "what", "at", "took", "why")
    for entry in message.route.trace:
        at = entry.at.strftime("%H:%M:%S.%f")[:-3] if entry.at else ""
        took = f"{entry.seconds * 1000:,.0f} ms" if entry.seconds is not None else ""
        ahead = ""
        if entry.steps:
            ahead = "\nahead: " + ", ".join(" + ".join(names_in(step)) for step in entry.steps)
        what = f"{entry.did} by {entry.by}" if entry.did else entry.kind
        asked = "".join(f"\n{_asked(call)}" for call in entry.calls)
        table.add_row(str(entry.hop), entry.actor, what, at, took, Text(((entry.why or "") + ahead + asked).lstrip()))
    console.print(table)
    delivery = getattr(message.payload, "delivery", None)
    if isinstance(delivery, dict) and (other := delivery.get(ANSWERED_BY)):
        console.print(f"superseded: message {other} answers this one too")
    for name in message.route.here:
        console.print(f"now at {name}")
    for name in message.route.ahead:
        console.print(f"ahead: {name}")


def _asked(call: Call) -> str:
    """One question to a model, in a line."""
    used = f", {call.tokens_in} + {call.tokens_out} tokens, ${call.cost:.4f}" if call.tokens_in else ""
    return f"{call.model}: {call.prompt} v{call.version} {call.result} in {call.ms:,} ms{used}"
