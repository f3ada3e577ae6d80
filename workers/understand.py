"""`mesh understand`: what the mesh makes of texts, one JSON line in and one out."""

import json
import sys
from collections.abc import Callable
from typing import Final

import click
from pydantic import JsonValue, ValidationError

from activities._guardrails import judged
from activities._plain_text import squeezed
from activities._understanding.heads import head
from activities._understanding.injection import LIKELY, injection
from activities.intent_analyzer import understood
from activities.sentiment_analyzer import felt
from mesh import personal
from mesh.protocol import misfit
from mesh.route import Wire

FAILED: Final = 1


class Line(Wire):
    """What to understand; `id` comes back as it was."""

    id: JsonValue = None
    text: str


class Understood(Wire):
    """What was understood; what a sort of understanding does not know is left out."""

    id: JsonValue = None
    label: str
    confidence: float | None = None
    score: float | None = None
    oos_score: float | None = None
    urgency: str | None = None
    redacted: str | None = None
    entities: tuple[dict[str, JsonValue], ...] | None = None
    reasons: tuple[str, ...] | None = None


class Wrong(Wire):
    """The answer to a line that is none."""

    id: JsonValue = None
    error: str


Reader = Callable[[str], Understood]


def pii(text: str) -> Understood:
    """Personal data: where it is, and the text without it."""
    found = personal.spans(text)
    entities: tuple[dict[str, JsonValue], ...] = tuple(
        {"type": span.kind, "value": span.value, "start": span.start, "end": span.end} for span in found
    )
    label = "pii" if found else "clean"
    return Understood(label=label, redacted=personal.redacted(text), entities=entities)


def injected(text: str) -> Understood:
    """Whether it tries to steer the assistant, with the score that decides."""
    score = injection(text)
    return Understood(label="injection" if score >= LIKELY else "benign", score=score)


def intent(text: str) -> Understood:
    found = understood(text)
    return Understood(label=found.intent, confidence=found.confidence)


def scope(text: str) -> Understood:
    """Whether it is a matter of this shop at all."""
    label = "out_of_scope" if understood(text).intent == "out_of_scope" else "in_scope"
    return Understood(label=label, oos_score=round(out_of_scope(text), 4))


def out_of_scope(text: str) -> float:
    """How sure the built-in head is that it is none, whatever it finds likeliest."""
    found = head("intent_en")
    return float(found.probabilities(squeezed(text))[found.labels.index("out_of_scope")])


def sentiment(text: str) -> Understood:
    found = felt(text)
    return Understood(label=found.sentiment, confidence=found.confidence, score=found.score, urgency=found.urgency)


def guarded(text: str) -> Understood:
    """Whether a reply might go out, as far as that can be told without its facts."""
    verdict = judged(text)
    return Understood(label=verdict.label, reasons=verdict.reasons)


READERS: Final[dict[str, Reader]] = {
    "intent": intent,
    "oos": scope,
    "sentiment": sentiment,
    "injection": injected,
    "pii": pii,
    "guardrail": guarded,
}


@click.command()
@click.argument("what", type=click.Choice(tuple(READERS)))
def understand(what: str) -> None:
    """Read JSON lines {"id","text"} and answer one line each.

    A line that is none gives {"id","error"}; the others are answered all the same, and the exit code is 1.
    """
    wrong = False
    # Line by line, not in blocks: whoever waits for each answer before the next question must get it.
    for line in filter(str.strip, iter(sys.stdin.readline, "")):
        answer = answered(READERS[what], line)
        click.echo(answer.model_dump_json(exclude_none=isinstance(answer, Understood)))
        sys.stdout.flush()
        wrong = wrong or isinstance(answer, Wrong)
    sys.exit(FAILED if wrong else 0)


def answered(read: Reader, line: str) -> Understood | Wrong:
    try:
        asked = Line.model_validate_json(line)
    except ValidationError as error:
        return Wrong(id=_id(line), error=misfit(error))
    return read(asked.text).model_copy(update={"id": asked.id})


def _id(line: str) -> JsonValue:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found.get("id") if isinstance(found, dict) else None
