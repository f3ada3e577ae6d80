"""Where AgentMail tells us of mails: checked, read, and taken into the mesh before it is answered."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final, Literal, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.edge import Edge, TheEdge
from gateway.metrics import Metrics
from gateway.problems import Problem, unavailable
from mesh.errors import Transient, Unavailable
from mesh.mail.composing import Treatment, composed, message_id_of, returned, writer_of
from mesh.mail.events import KNOWN, RECEIVED, REFUSED, RETURNED, UNPROVEN, Arrival, Event, Mail, Return
from mesh.mail.policy import unanswerable
from mesh.mail.signature import Unsigned
from mesh.mail.threads import Threads, Writer
from mesh.protocol import Message, misfit

log = logging.getLogger(__name__)
router = APIRouter(tags=["e-mail"])

E = TypeVar("E", bound=BaseModel)
Outcome = Literal["started", "duplicate", "limited", "ignored"]

PATIENCE: Final = 0.9
"""Seconds that an event may take. The provider waits a second, and then tries again in any case."""

SMALL: Final = 20_000
"""Characters of HTML that are read at once; more is read beside the event loop."""

IN_ITS_OWN_WORDS: Final[dict[str, Any]] = {
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("svix-id", "svix-timestamp", "svix-signature")
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
}


class Taken(BaseModel):
    """What became of an event; `why` in one word, for who reads the provider's log of deliveries."""

    model_config = ConfigDict(frozen=True)

    status: Outcome
    why: str | None = None


class Noted:
    """What is counted of a delivery when it has been answered."""

    event_type = "unread"
    status = "failed"


@router.post("/webhook/agentmail", openapi_extra=IN_ITS_OWN_WORDS)
async def webhook(request: Request, edge: TheEdge) -> Taken:
    """Take one event of AgentMail. 401 unless it is signed; 503 until it is on disk: the provider tries again."""
    with _counted(edge.metrics) as noted:
        body = await request.body()
        svix_id = _signed(edge, body, request)
        event = _read(Event, body)
        noted.event_type = event.event_type if event.event_type in KNOWN else "other"
        async with asyncio.timeout(PATIENCE):
            taken = await _taken(edge, event, body, message_id_of(event.event_id or svix_id))
        noted.status = taken.status
        return taken


async def _taken(edge: Edge, event: Event, body: bytes, message_id: str) -> Taken:
    if event.event_type in {RECEIVED, UNPROVEN} | REFUSED:
        return await _arrived(edge, event.event_type, _read(Arrival, body).message, message_id)
    if event.event_type in RETURNED:
        return await _came_back(edge, _read(Return, body), message_id)
    return Taken(status="ignored", why="nothing to do")


async def _arrived(edge: Edge, event_type: str, mail: Mail, message_id: str) -> Taken:
    if why := unanswerable(mail, event_type, (edge.settings.agentmail_inbox,)):
        return Taken(status="ignored", why=why)
    writer = writer_of(mail, event_type)
    admission = await Threads(edge.bus, edge.settings.email_answers_per_hour).admit(message_id, writer)
    if admission.verdict == "leave":
        return Taken(status="limited")
    if admission.again and await _accepted(edge, message_id):
        return Taken(status="duplicate")
    # Published again it is the same message: JetStream, intake and Temporal know it by its id.
    message = await _composed(edge, mail, writer, message_id, admission.verdict)
    await edge.bus.publish(edge.gate.behind_others(message))
    edge.gate.took(message_id)
    return Taken(status="duplicate" if admission.again else "started")


async def _came_back(edge: Edge, event: Return, message_id: str) -> Taken:
    found = event.returned
    if found is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{event.event_type} does not say what was returned.")
    thread = await Threads(edge.bus, edge.settings.email_answers_per_hour).of(found.inbox_id, found.thread_id)
    writer = thread.writer_to(found.recipients)
    if writer is None:
        return Taken(status="ignored", why="unknown thread")
    if await _accepted(edge, message_id):
        return Taken(status="duplicate")
    await edge.bus.publish(returned(found, event.event_type, writer, message_id, edge.mail))
    return Taken(status="started")


async def _accepted(edge: Edge, message_id: str) -> bool:
    """Whether the mesh has taken this message, however long ago. The id alone stands for less: for a day."""
    return bool(await edge.history.of_message(message_id))


async def _composed(edge: Edge, mail: Mail, writer: Writer, message_id: str, treatment: Treatment) -> Message:
    if len(mail.html or mail.extracted_html or "") > SMALL:
        return await asyncio.to_thread(composed, mail, writer, message_id, treatment, edge.mail)
    return composed(mail, writer, message_id, treatment, edge.mail)


# -- inside


def _signed(edge: Edge, body: bytes, request: Request) -> str:
    try:
        return edge.signatures.check(body, request.headers)
    except Unsigned as error:
        raise Problem(HTTPStatus.UNAUTHORIZED, f"{error}.") from None


def _read(kind: type[E], body: bytes) -> E:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        detail = f"This is no event that we can read: {misfit(error)}."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None


@contextmanager
def _counted(metrics: Metrics) -> Iterator[Noted]:
    noted, began = Noted(), time.perf_counter()
    try:
        yield noted
    except Problem as problem:
        noted.status = {HTTPStatus.UNAUTHORIZED: "unsigned"}.get(problem.status, "malformed")
        raise
    except (Unavailable, Transient, TimeoutError) as error:
        noted.status = "unavailable"
        why = str(error) or "it took too long"
        log.warning("a mail was not taken, and will be sent again: %s", why)
        raise unavailable(f"{why}.") from error
    finally:
        metrics.webhooks.labels(noted.event_type, noted.status).inc()
        metrics.webhook_seconds.observe(time.perf_counter() - began)
