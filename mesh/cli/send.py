"""`mesh send`: say something to the mesh, as a customer would."""

import click
from rich.console import Console

from mesh.cli import edge

console = Console()


@click.command()
@click.argument("text")
@click.option("--email", help="The customer's e-mail address, which the demo believes.")
@click.option("--token", help="The customer's identity token.")
@click.option("--session", help="Go on in this session.")
def send(text: str, email: str | None, token: str | None, session: str | None) -> None:
    """Send TEXT and print the answer."""
    given = {"message": text, "customer_email": email, "session_id": session}
    answer = edge.chat(edge.settings(), {name: value for name, value in given.items() if value}, token)
    console.print(answer.get("response") or "(no answer yet)", markup=False)
    together = f" by {answer['answered_by']}" if answer.get("answered_by") else ""
    console.print(
        f"\n{answer['status']}{together}; message {answer['message_id']}, session {answer['session_id']}", style="dim"
    )
