"""`mesh email`: play a customer who writes to us, at the mock AgentMail."""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Final

import click
from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console

from mesh.cli import edge
from mesh.settings import Settings

console = Console()
TIMEOUT: Final = 10.0
"""Seconds for one answer of the mock."""
LOOK_AGAIN: Final = 0.2
"""Seconds between two looks at the thread."""
UNANSWERED: Final = 3


class Written(BaseModel):
    """What the mock says of a mail that it took in."""

    model_config = ConfigDict(frozen=True)

    inbox_id: str
    thread_id: str
    message_id: str


class Letter(BaseModel):
    model_config = ConfigDict(frozen=True)

    message_id: str
    labels: tuple[str, ...]
    sender: str = Field(alias="from")
    to: tuple[str, ...]
    subject: str | None = None
    text: str | None = None


class Correspondence(BaseModel):
    model_config = ConfigDict(frozen=True)

    messages: tuple[Letter, ...]

    def answer_to(self, message_id: str) -> Letter | None:
        """The first message of ours after this one."""
        place = [letter.message_id for letter in self.messages].index(message_id)
        return next((letter for letter in self.messages[place:] if "sent" in letter.labels), None)


@click.group()
def email() -> None:
    """Write to the shop by e-mail, as a customer would, at the mock AgentMail."""


@email.command()
@click.option("--from", "sender", required=True, help='The customer: ana@example.com or "Ana <ana@example.com>".')
@click.option("--to", "recipient", help="The shop's address; AGENTMAIL_INBOX when left out.")
@click.option("--subject", help="Subject; an answer has that of its thread.")
@click.option("--text", help="What they write.")
@click.option("--html", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File with the HTML part.")
@click.option("--reply-to", "answered", metavar="MESSAGE_ID", help="Answer this message, in its thread.")
@click.option("--unauthenticated", is_flag=True, help="Without anything that proves who sent it.")
@click.option("--wait", type=click.FloatRange(0), metavar="SECONDS", help="Wait so long for the answer and print it.")
def send(  # noqa: PLR0913 - one parameter for each option
    *,
    sender: str,
    recipient: str | None,
    subject: str | None,
    text: str | None,
    html: Path | None,
    answered: str | None,
    unauthenticated: bool,
    wait: float | None,
) -> None:
    """Send a mail and print its ids; with --wait also what is answered. Ends with code 3 when nothing was in time."""
    settings = edge.settings()
    if text is None and html is None:
        raise click.UsageError("a mail needs --text, --html, or both")
    mail: dict[str, object] = {
        "from": sender,
        "to": recipient or settings.agentmail_inbox,
        "subject": subject,
        "text": text,
        "html": html.read_text() if html else None,
        "in_reply_to": _known(settings, answered) if answered else None,
        "authenticated": not unauthenticated,
    }
    written = Written.model_validate(_ask(settings, "incoming", mail))
    console.print(f"sent {written.message_id} in thread {written.thread_id}", markup=False, highlight=False)
    if wait is not None:
        _show(_awaited(settings, written, wait))


def _known(settings: Settings, message_id: str) -> str:
    """The message that is answered, with the brackets that a shell would rather not see."""
    found = message_id if message_id.startswith("<") else f"<{message_id}>"
    letter = Letter.model_validate(_ask(settings, f"messages/{urllib.parse.quote(found)}"))
    return letter.message_id


def _awaited(settings: Settings, written: Written, wait: float) -> Letter:
    end = time.monotonic() + wait
    while True:
        thread = Correspondence.model_validate(_ask(settings, f"threads/{written.thread_id}"))
        if answer := thread.answer_to(written.message_id):
            return answer
        if time.monotonic() >= end:
            console.print(f"no answer within {wait:g} s; the thread: {settings.agentmail_target}", highlight=False)
            sys.exit(UNANSWERED)
        time.sleep(LOOK_AGAIN)


def _show(answer: Letter) -> None:
    console.print(f"\nFrom: {answer.sender}\nTo: {', '.join(answer.to)}", markup=False, highlight=False, style="dim")
    console.print(f"Subject: {answer.subject or ''}\n", markup=False, highlight=False, style="dim")
    console.print(answer.text or "(no text part)", markup=False, highlight=False)
    console.print(f"\nmessage {answer.message_id}", markup=False, highlight=False, style="dim")


def _ask(settings: Settings, path: str, mail: dict[str, object] | None = None) -> object:
    """What the mock answers; with a mail it is let in.

    Ends the program with the mock's own words when it refuses, or with advice when it is away.
    """
    if settings.agentmail_url:
        sys.exit("AGENTMAIL_URL is set: mail goes through a real provider, where nobody can play a customer")
    data = json.dumps(mail).encode() if mail else None
    request = urllib.request.Request(  # noqa: S310 - the address is our own mock's
        f"{settings.agentmail_target}/_mock/{path}", data=data, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"the mock AgentMail refused it ({error.code}): {_words(error)}")
    except OSError:
        sys.exit(f"no mock AgentMail answers at {settings.agentmail_target}: start the mesh with `mesh up`")


def _words(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        found = json.loads(text)
        errors = found.get("errors") or [found]
        return "; ".join(str(one["message"]) for one in errors)
    except (ValueError, KeyError, AttributeError, TypeError):
        return text
