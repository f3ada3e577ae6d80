"""`mesh demo`: five customers, played through the running mesh."""

import asyncio
import sys
from dataclasses import dataclass

import click
from rich.console import Console
from rich.panel import Panel

from mesh.cli import edge
from mesh.cli.trace import journey, show
from mesh.errors import MeshError


@dataclass(frozen=True)
class Scenario:
    title: str
    email: str
    text: str


SCENARIOS = (
    Scenario(
        "Furious customer with a late order",
        "furious.frank@example.com",
        "This is the worst service ever! My order 12345 is a week late and nobody answers. I want this fixed NOW!",
    ),
    Scenario(
        "Polite order inquiry",
        "polly.inquirer@example.com",
        "Hi, could you please tell me where my order ORD-00067890 is? Thank you!",
    ),
    Scenario(
        "VIP with an unexplained charge",
        "vera.vip@example.com",
        "I see a charge of 49.90 EUR on order ORD-00055501 that I don't recognize. "
        "Please explain this charge as soon as possible.",
    ),
    Scenario(
        "Return of a jacket that does not fit",
        "jack.jacket@example.com",
        "I'd like to return the jacket from order ORD-00077701, it does not fit.",
    ),
    Scenario(
        "Confused customer with three issues",
        "connie.confused@example.com",
        "Where is my refund for order 33301? Also order 33302 has not arrived yet, and I need to change the delivery "
        "address of order 33303 to 5 Harbour Lane, 20457 Hamburg.",
    ),
)

console = Console()


@click.command()
def demo() -> None:
    """Play five scenarios through the running mesh and print route and answer of each."""
    settings = edge.settings()
    for scenario in SCENARIOS:
        console.print(Panel(f"{scenario.email}\n\n{scenario.text}", title=scenario.title, title_align="left"))
        answer = edge.chat(settings, {"message": scenario.text, "customer_email": scenario.email})
        console.print(answer.get("response") or "(no answer yet)", markup=False)
        console.print(f"\nstatus: {answer['status']}", style="bold")
        try:
            message = asyncio.run(journey(settings, answer["message_id"]))
        except MeshError as error:
            sys.exit(str(error))
        if message is not None:
            show(message)
