"""One message on its way: the steps done, doing and ahead, and who changed the way and why. Never its words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from mesh.insights.traces import trace_of
from mesh.protocol import Message, impersonal
from mesh.route import Step, TraceEntry, names_in
from mesh.store import ENDS, Row, utc


class Visit(BaseModel):
    """One actor of a step. Times are in seconds; `why` is there when it failed."""

    actor: str
    state: Literal["done", "failed", "left", "doing", "ahead"]
    at: datetime | None = None
    seconds: float | None = None
    why: str | None = None


class Stop(BaseModel):
    """One step of the route, counted from 0."""

    hop: int
    visits: list[Visit]


class Edit(BaseModel):
    """Somebody changed the way ahead at this step: a router, a failure, or an operator."""

    hop: int
    by: str
    at: datetime | None
    why: str


class Followable(BaseModel):
    """Where a message is. `ended` is how; `since` is when it was accepted, as far as the history knows."""

    message_id: str
    session_id: str
    open: bool
    ended: str | None = None
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None
    stops: list[Stop]
    edits: list[Edit]
    web_ui: str


def followed(message: Message | None, rows: Sequence[Row], web_ui: str) -> Followable | None:
    """The way of a message, from its journey or, where that is gone, from the history; None when nobody knows it."""
    asked = next((row for row in rows if row.sender == "customer"), None)
    said = [row for row in rows if row.sender != "customer"]
    if message is None and not rows:
        return None
    ended = next((row.status for row in reversed(said) if row.status in ENDS), None)
    trace = message.route.trace if message else trace_of(said[-1].route_trace if said else None)
    steps = message.route.steps if message else ()
    here = message.route.current_step if message else max((entry.hop for entry in trace), default=-1) + 1
    still = message is not None and not message.route.done
    return Followable(
        message_id=message.message_id if message else rows[0].message_id,
        session_id=message.session_id if message else rows[0].session_id,
        open=still,
        ended=None if still else ended,
        state=message.route.policy(message.route.here[0]).state if message and still else "",
        since=asked.timestamp if asked else None,
        until=said[-1].timestamp if said and not still else None,
        stops=_stops(steps, here, trace),
        edits=[_edit(entry) for entry in trace if entry.kind in {"edited", "operator", "entered"} and _told(entry)],
        web_ui=web_ui,
    )


def _stops(steps: Sequence[Step], here: int, trace: Sequence[TraceEntry]) -> list[Stop]:
    past = sorted({entry.hop for entry in trace if entry.kind in {"visited", "failed"}})
    hops = range(len(steps)) if steps else past
    return [Stop(hop=hop, visits=_visits(steps, hop, here, trace)) for hop in hops]


def _visits(steps: Sequence[Step], hop: int, here: int, trace: Sequence[TraceEntry]) -> list[Visit]:
    found = [_visit(entry) for entry in trace if entry.hop == hop and entry.kind in {"visited", "failed"}]
    if found or not steps:
        return found
    state: Literal["left", "doing", "ahead"] = "left" if hop < here else "doing" if hop == here else "ahead"
    return [Visit(actor=name, state=state) for name in names_in(steps[hop])]


def _visit(entry: TraceEntry) -> Visit:
    failed = entry.kind == "failed"
    why = impersonal(entry.why) if failed and entry.why else None
    return Visit(
        actor=entry.actor, state="failed" if failed else "done", at=_zoned(entry.at), seconds=entry.seconds, why=why
    )


def _told(entry: TraceEntry) -> bool:
    return bool(entry.why or entry.did)


def _edit(entry: TraceEntry) -> Edit:
    words = " ".join(part for part in (entry.did, f"({entry.why})" if entry.did and entry.why else entry.why) if part)
    return Edit(hop=entry.hop, by=entry.by or entry.actor, at=_zoned(entry.at), why=impersonal(words))


def _zoned(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at)
