"""The desk: which conversations wait for a person, and the answers that people give."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from gateway.chat import refuse_long
from gateway.edge import TheEdge
from gateway.models import Answered, DeskReply, Waiting
from gateway.problems import Problem
from mesh.errors import Unavailable
from mesh.protocol import Id, Message, Outcome
from mesh.temporal import Journeys

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/desk", tags=["desk"])

PERSON = "human_agent"
AT_ONCE = 8
URGENCIES = ("critical", "high", "medium", "low")
DISTANT = datetime.max.replace(tzinfo=UTC)


@router.get("")
async def waiting(edge: TheEdge) -> list[Waiting]:
    """Every conversation that waits for a person: most urgent first, then longest waiting."""
    journeys, slots = await edge.temporal.journeys(), asyncio.Semaphore(AT_ONCE)
    listed = [found async for found in journeys.at(PERSON)]
    read = await asyncio.gather(*(_read(journeys, slots, message_id, facets) for message_id, facets in listed))
    return sorted((item for item in read if item), key=_rank)


@router.post("/{message_id}/reply")
async def reply(message_id: Annotated[Id, Path()], body: DeskReply, edge: TheEdge) -> Answered:
    """Answer a conversation that waits for a person."""
    refuse_long(body.text)
    journeys = await edge.temporal.journeys()
    message = await journeys.message(message_id)
    if message is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"No message {message_id} is known.", message_id=message_id)
    if PERSON not in message.route.here or not await journeys.complete(message, PERSON, _outcome(body)):
        detail = "This conversation does not wait for a person now: it was answered, or its deadline passed."
        raise Problem(HTTPStatus.CONFLICT, detail, message_id=message_id)
    return Answered(message_id=message_id)


def _outcome(body: DeskReply) -> Outcome:
    agent = {"agent": body.agent} if body.agent else {}
    return Outcome(enrichment={"response": {"text": body.text, "kind": "answer", "author": "human", **agent}})


async def _read(
    journeys: Journeys, slots: asyncio.Semaphore, message_id: str, facets: Mapping[str, str]
) -> Waiting | None:
    """What the desk shows of one message; None when it went on after it was listed."""
    try:
        async with slots:
            message = await journeys.message(message_id)
    except Unavailable as error:
        log.warning("message %s waits for a person and cannot be read: %s", message_id, error)
        return _listed(message_id, facets)
    return _shown(message) if message and PERSON in message.route.here else None


def _listed(message_id: str, facets: Mapping[str, str]) -> Waiting:
    return Waiting(
        message_id=message_id,
        session_id=facets.get("SessionId"),
        urgency=facets.get("Urgency"),
        intent=facets.get("Intent"),
        tier=facets.get("Tier"),
    )


def _shown(message: Message) -> Waiting:
    trace, response = message.route.trace, message.payload.response
    # The step before this one ended when this one began.
    ended = [(entry.at, entry.seconds or 0.0) for entry in trace if entry.at is not None]
    text = response.get("text") if isinstance(response, dict) else None
    listed = _listed(message.message_id, message.facets(""))
    return listed.model_copy(
        update={
            "customer_email": message.payload.customer_email,
            "customer_message": message.payload.customer_message,
            "waiting_since": _later(*ended[-1]) if ended else None,
            "why": next((entry.why for entry in reversed(trace) if entry.kind == "edited" and entry.why), None),
            "holding_reply": text if isinstance(text, str) else None,
        }
    )


def _later(at: datetime, seconds: float) -> datetime:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return datetime.fromtimestamp(aware.timestamp() + seconds, UTC)


def _rank(item: Waiting) -> tuple[int, datetime]:
    urgency = URGENCIES.index(item.urgency) if item.urgency in URGENCIES else len(URGENCIES)
    return urgency, item.waiting_since or DISTANT
