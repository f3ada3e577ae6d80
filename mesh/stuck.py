"""Which messages wait for longer than their policy, and why."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from mesh.protocol import impersonal, queue_of
from mesh.temporal import WORKFLOW_QUEUE, Journeys, OpenVisit, Standing

Kind = Literal["paused", "failing", "unserved", "queued", "retrying", "person", "overdue"]
Pollers = Callable[[str], int]

GRACE = timedelta(seconds=5)
"""How long a visit may wait for a worker before it is worth a line."""
AT_ONCE = 8
FOR_A_PERSON = "waiting for a person"


class Stuck(BaseModel):
    """One message that does not go on: at whom, why in words, since when, until when it may."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    session_id: str | None = None
    actor: str | None = None
    kind: Kind
    why: str
    since: datetime
    until: datetime | None = None
    attempt: int = 1


async def find(journeys: Journeys, limit: int = 1000) -> list[Stuck]:
    """Every stuck message, longest waiting first.

    Raises:
        Unavailable: Temporal does not answer.
    """
    slots = asyncio.Semaphore(AT_ONCE)

    async def look(message_id: str) -> Standing | None:
        async with slots:
            return await journeys.standing(message_id)

    listed = [message_id async for message_id in journeys.running(limit)]
    standings = [found for found in await asyncio.gather(*map(look, listed)) if found]
    queues = {WORKFLOW_QUEUE, *(queue_of(visit.actor) for one in standings for visit in one.visits)}
    counts = dict(zip(queues, await asyncio.gather(*map(journeys.pollers, queues)), strict=True))
    now = datetime.now(UTC)
    found = [explain(one, counts.__getitem__, now) for one in standings]
    told = [await _told(journeys, one) for one in found if one]
    return sorted(told, key=lambda one: one.since)


def explain(standing: Standing, pollers: Pollers, now: datetime) -> Stuck | None:
    """Why this journey does not go on; None when it does."""
    if standing.paused:
        return _line(standing, "paused", "the workflow is paused: unpause it", standing.since)
    if standing.task_attempt > 1:
        why = f"the workflow's own code failed {standing.task_attempt - 1} times"
        return _line(standing, "failing", why, standing.task_since or standing.since)
    if standing.task_since and now - standing.task_since > GRACE:
        why = _queue(WORKFLOW_QUEUE, pollers(WORKFLOW_QUEUE), "start `mesh workflow`")
        return _line(standing, "queued" if pollers(WORKFLOW_QUEUE) else "unserved", why, standing.task_since)
    reasons = (_of_visit(standing, visit, pollers, now) for visit in standing.visits)
    return next((reason for reason in reasons if reason), None)


def _of_visit(standing: Standing, visit: OpenVisit, pollers: Pollers, now: datetime) -> Stuck | None:
    if visit.paused:
        return _at(standing, visit, "paused", "the visit is paused: unpause the activity, or send `retry_now`")
    if visit.attempt > 1:
        tried = f"attempt {visit.attempt}" + (f" of {visit.most}" if visit.most else "")
        return _at(standing, visit, "retrying", f"{tried}; the last one said: {impersonal(visit.error or 'nothing')}")
    if visit.started is None:
        return _waiting(standing, visit, pollers(queue_of(visit.actor)), now)
    if standing.facets.get("State") == FOR_A_PERSON:
        return _at(standing, visit, "person", "a person must answer, at the desk or by the update `reply`")
    if visit.timeout and now - visit.started > timedelta(seconds=visit.timeout) + GRACE:
        return _at(standing, visit, "overdue", f"an attempt has run for longer than its {visit.timeout:g} s")
    return None


def _waiting(standing: Standing, visit: OpenVisit, pollers: int, now: datetime) -> Stuck | None:
    if now - visit.since <= GRACE:
        return None
    why = _queue(queue_of(visit.actor), pollers, f"start `mesh worker {visit.actor}`")
    return _at(standing, visit, "queued" if pollers else "unserved", why)


def _queue(queue: str, pollers: int, advice: str) -> str:
    if not pollers:
        return f"no worker on {queue}: {advice}"
    # Temporal remembers a worker for some minutes after it has ended.
    return f"nobody takes it from {queue}: {pollers} workers asked there lately, and are busy or have ended"


def _at(standing: Standing, visit: OpenVisit, kind: Kind, why: str) -> Stuck:
    found = _line(standing, kind, why, _arrived(standing) or visit.since)
    return found.model_copy(update={"actor": visit.actor, "until": visit.until, "attempt": visit.attempt})


def _arrived(standing: Standing) -> datetime | None:
    """When the message came to the step that it is at, where it has been shown."""
    try:
        return datetime.fromisoformat(standing.facets.get("WaitingSince", ""))
    except ValueError:
        return None


def _line(standing: Standing, kind: Kind, why: str, since: datetime) -> Stuck:
    facets = standing.facets
    return Stuck(
        message_id=standing.message_id,
        session_id=facets.get("SessionId"),
        actor=facets.get("Actor"),
        kind=kind,
        why=why,
        since=since,
    )


async def _told(journeys: Journeys, one: Stuck) -> Stuck:
    """The same, with what the workflow's code said when it failed."""
    if one.kind != "failing":
        return one
    said = await journeys.task_failure(one.message_id)
    return one.model_copy(update={"why": f"{one.why}; the last time: {impersonal(said or 'nothing')}"})
