"""What one message's rows in the history say of it, as one line of figures. No words of anybody are in it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, JsonValue

from mesh.story import deeds_of

PERSON: Final = "human_agent"
LABEL: Final = re.compile(r"[\w.+:-][\w .+:-]*")
SENT: Final = ("resolved", "escalated", "apologised")

Ending = Literal["open", "waiting", "resolved", "apologised", "superseded", "dead_lettered"]
AnsweredBy = Literal["", "mesh", "approved", "person"]
Visited = Literal["", "waiting", "kept", "missed"]


class Line(NamedTuple):
    """A row of the history without words: only what facts are made of. The JSON in it may be anything."""

    row_id: str
    message_id: str
    session_id: str
    timestamp: datetime
    sender: str
    status: str
    route_trace: JsonValue = None
    email: JsonValue = None
    intent: JsonValue = None
    language: JsonValue = None
    order_ids: JsonValue = None
    sentiment: JsonValue = None
    urgency: JsonValue = None
    tier: JsonValue = None
    kind: JsonValue = None
    asks: JsonValue = None
    answered_by: JsonValue = None
    execution_result: JsonValue = None


class Fact(BaseModel):
    """One message. Instants are seconds since 1970; an empty text is what nobody found out.

    Attributes:
        customer: a hash of the address, or the session where there is none.
        ending: open (nobody has answered), waiting (for a person), or how it ended.
        answered_by: the mesh alone, the mesh after a person's approval, or a person.
        asks_back: the answer was a question of ours: nothing is resolved yet.
        person: whether the person it waited for was in time.
        newest: when its newest row was written.
    """

    model_config = ConfigDict(frozen=True)

    message_id: str
    session_id: str
    customer: str
    asked_at: float
    hour: str
    intent: str
    orders: str
    language: str
    sentiment: str
    urgency: str
    tier: str
    ending: Ending
    answered_by: AnsweredBy
    asks_back: bool
    first_seconds: float | None
    last_seconds: float | None
    answered_at: float | None
    person: Visited
    person_seconds: float | None
    newest: float


class DeedFact(BaseModel):
    """One action of a message's plan, and the sum that it moved."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    place: int
    asked_at: float
    hour: str
    name: str
    outcome: str
    amount: float | None


def fact_of(rows: Sequence[Line]) -> Fact:
    """The line of one message; `rows` are all that the history has of it, at least one, in any order."""
    lines = sorted(rows, key=lambda row: (row.timestamp, row.row_id))
    asked = next((line for line in lines if line.sender == "customer"), lines[0])
    said = [line for line in lines if line.sender != "customer"]
    sent = [line for line in said if line.status in SENT]
    last, ending = (said or lines)[-1], _ending(said, sent)
    answered = sent[-1] if sent and ending in {"resolved", "apologised"} else None
    visited, waited = _person(last, ending)
    return Fact(
        message_id=asked.message_id,
        session_id=asked.session_id,
        customer=_customer(lines),
        asked_at=asked.timestamp.timestamp(),
        hour=f"{asked.timestamp.astimezone(UTC):%Y-%m-%dT%H}",
        **_labels(last),
        ending=ending,
        answered_by=_answered_by(answered),
        asks_back=answered is not None and (answered.kind == "clarification" or bool(answered.asks)),
        first_seconds=_between(asked, sent[0]) if sent else None,
        last_seconds=_between(asked, answered) if answered else None,
        answered_at=answered.timestamp.timestamp() if answered else None,
        person=visited,
        person_seconds=waited,
        newest=lines[-1].timestamp.timestamp(),
    )


def deed_facts(fact: Fact, rows: Sequence[Line]) -> tuple[DeedFact, ...]:
    """The actions of the newest row that has any."""
    newest = max(rows, key=lambda row: (row.execution_result is not None, row.timestamp))
    return tuple(
        DeedFact(
            message_id=fact.message_id,
            place=place,
            asked_at=fact.asked_at,
            hour=fact.hour,
            name=_label(deed.name, 64),
            outcome=_label(deed.outcome, 16),
            amount=deed.amount,
        )
        for place, deed in enumerate(deeds_of(newest.execution_result))
    )


def _ending(said: Sequence[Line], sent: Sequence[Line]) -> Ending:
    if not said:
        return "open"
    if said[-1].status == "superseded" and said[-1].answered_by:
        return "superseded"
    if not sent:
        # Held back without another answer: the person who took the conversation over still owes one.
        return "dead_lettered" if said[-1].status == "dead_lettered" else "waiting"
    match sent[-1].status:
        case "resolved":
            return "resolved"
        case "apologised":
            return "apologised"
        case _:
            return "waiting"


def _answered_by(answered: Line | None) -> AnsweredBy:
    if answered is None:
        return ""
    if answered.sender == "human":
        return "person"
    return "approved" if any(entry.get("kind") == "visited" for entry in _visits(answered)) else "mesh"


def _person(last: Line, ending: Ending) -> tuple[Visited, float | None]:
    """Whether the person was in time, and how many seconds the message waited for them in all."""
    visits = _visits(last)
    if ending == "waiting":
        return "waiting", None
    if not visits:
        return "", None
    seconds = [float(found) for entry in visits if isinstance(found := entry.get("seconds"), int | float)]
    return ("missed" if any(entry.get("kind") == "failed" for entry in visits) else "kept"), sum(seconds)


def _visits(line: Line) -> list[dict[str, JsonValue]]:
    trace = line.route_trace if isinstance(line.route_trace, list) else []
    entries = [entry for entry in trace if isinstance(entry, dict)]
    return [entry for entry in entries if entry.get("actor") == PERSON and entry.get("kind") in {"visited", "failed"}]


def _labels(last: Line) -> Mapping[str, Any]:
    orders = last.order_ids if isinstance(last.order_ids, list) else []
    lengths = {"intent": 64, "language": 16, "sentiment": 16, "urgency": 16, "tier": 32}
    found = {name: _label(getattr(last, name), length) for name, length in lengths.items()}
    return {**found, "orders": _label(" ".join(sorted(str(one) for one in orders)), 200)}


def _label(found: JsonValue, longest: int) -> str:
    # A foreign actor may fill a slot with anything; what does not look like a plain word may be personal.
    return found if isinstance(found, str) and len(found) <= longest and LABEL.fullmatch(found) else ""


def _customer(lines: Sequence[Line]) -> str:
    email = next((line.email for line in lines if isinstance(line.email, str) and line.email), None)
    return hashlib.sha256(email.lower().encode()).hexdigest()[:32] if email else f":{lines[0].session_id}"[:64]


def _between(start: Line, end: Line) -> float:
    return max(0.0, (end.timestamp - start.timestamp).total_seconds())
