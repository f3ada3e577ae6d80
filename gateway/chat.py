"""A customer says something and gets the answer: now, or later under the same message id."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse

from gateway import answers, attached, curtain
from gateway.address import address_of
from gateway.credentials import NOBODY
from gateway.edge import Edge, TheEdge
from gateway.gatekeeping import refuse_early, who_of
from gateway.identity import Customer, TheCustomer, named
from gateway.models import MAX_TEXT, Answer, ChatRequest, Conversation, Instant, Pending, StoredAnswer, SupersededAnswer
from gateway.ownership import TheReader, begun, demand_readable, demand_session, learn, secret_of
from gateway.pace import demand_pace
from gateway.people import Person
from gateway.problems import Problem, unavailable
from mesh.errors import Transient, Unavailable
from mesh.identity import IDENTITY
from mesh.personal.message import spared
from mesh.protocol import Id, Message, Payload
from mesh.replies import Progress, Reply
from mesh.secret import fingerprint
from mesh.store import Row

log = logging.getLogger(__name__)
router = APIRouter(tags=["chat"])

SHOWN = 500
UNCONFIRMED = "Nothing was accepted for certain. Repeat it with the same message_id: it is then handled once."

AnswerId = Annotated[Id, Path()]


@router.post(
    "/api/chat",
    response_model=SupersededAnswer | Answer,
    responses={202: {"model": Pending}},
    openapi_extra=NOBODY,
)
async def chat(body: ChatRequest, request: Request, customer: TheCustomer, edge: TheEdge) -> Answer | JSONResponse:
    """Say something and wait for the answer; 202 with the message id when it takes longer.

    Superseded, with `answered_by`: a later message came before the answer, and its answer is for both.
    """
    refuse_long(body.message)
    customer = named(edge, customer, body.customer_email)
    await refuse_early(edge, customer, body)
    if body.session_id is None:
        address = address_of(request, edge.settings)
        await demand_pace(edge.rates, edge.settings.rate_new_sessions, "new-session", address)
        session_id = await begun(edge, customer)
    else:
        session_id = body.session_id
        await demand_session(edge, customer, session_id, claim=True)
    return await _said(edge, customer, body, session_id)


async def _said(edge: Edge, customer: Customer, body: ChatRequest, session_id: str) -> Answer | JSONResponse:
    await demand_pace_of(edge, customer, session_id)
    message = compose(edge, body, customer, session_id)
    with edge.switchboard.waiting_for(message) as reply:
        answer, message, known = await said_before(edge, message, body) if body.message_id else first_said(message)
        if answer is None:
            await take_in(edge, customer, message, body.attachments, known=known)
            answer = await _answered(edge, message, reply)
    secret = secret_of(edge, customer, message.session_id)
    if answer is None:
        return _pending(message.message_id, message.session_id, secret)
    return answer.model_copy(update={"session_secret": secret}) if secret else answer


@router.get("/api/chat/{message_id}", response_model=StoredAnswer, responses={202: {"model": Pending}})
async def answer_of(message_id: AnswerId, reader: TheReader, edge: TheEdge) -> StoredAnswer | JSONResponse:
    """The newest answer to a message and all of them; 202 while there is none."""
    rows, readable = await _rows(edge, message_id)
    session_id = rows[0].session_id if rows else await _under_way(edge, message_id)
    if session_id is None:
        if not readable:
            raise unavailable("The history cannot be read now.", message_id=message_id)
        raise _unknown(message_id)
    await _demand_own(edge, reader, session_id, message_id)
    found = answers.of_rows(rows)
    return StoredAnswer(**found[-1].model_dump(), replies=found) if found else _pending(message_id, None)


async def _demand_own(edge: Edge, reader: Customer | Person, session_id: str, message_id: str) -> None:
    try:
        await demand_readable(edge, reader, session_id)
    except Problem as problem:
        if problem.status is HTTPStatus.NOT_FOUND:
            # The same words as for a message that does not exist, and nothing of its session.
            raise _unknown(message_id) from None
        raise


def _unknown(message_id: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"No message {message_id} is known.", message_id=message_id)


@router.get("/api/sessions/{session_id}/messages")
async def conversation(
    session_id: AnswerId,
    reader: TheReader,
    edge: TheEdge,
    limit: Annotated[int, Query(ge=1, le=SHOWN)] = SHOWN,
    before: Annotated[Instant | None, Query(description="Only what was said up to then.")] = None,
) -> Conversation:
    """What was said in a session, oldest first; the newest lines, or those up to an instant."""
    await demand_readable(edge, reader, session_id)
    rows = await edge.history.recent(session_id, limit, before)
    return Conversation(
        session_id=session_id,
        messages=[answers.line_of(row) for row in await curtain.seen(edge, rows)],
        earlier=len(rows) == limit,
        handled_by=await curtain.handled_by(edge, session_id),
    )


# -- shared with the socket


async def demand_pace_of(edge: Edge, customer: Customer, session_id: str) -> None:
    """Count a message of this session and this customer.

    Raises:
        Problem: 429, there were too many.
    """
    await demand_pace(edge.rates, edge.settings.rate_session, "session", session_id)
    if customer.email:
        await demand_pace(edge.rates, edge.settings.rate_customer, "customer", fingerprint(customer.mark))


def compose(edge: Edge, body: ChatRequest, customer: Customer, session_id: str) -> Message:
    """The message that this request makes; it says who vouches for the customer's address."""
    message = Message(
        message_id=body.message_id or uuid4().hex,
        session_id=session_id,
        route=edge.route,
        payload=Payload(customer_message=body.message, customer_email=customer.email),
        metadata={"channel": "web", "accepted_at": datetime.now(UTC).isoformat(), IDENTITY: customer.kind},
    )
    # Before anything else sees it: what is stored once is copied into every store.
    return spared(message)


def refuse_long(text: str) -> None:
    if len(text) > MAX_TEXT:
        detail = f"The message has {len(text):,} characters; the limit is {MAX_TEXT:,}."
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


Before = tuple[Answer | None, Message, bool]


def first_said(message: Message) -> Before:
    return None, message, False


async def said_before(edge: Edge, message: Message, body: ChatRequest) -> Before:
    """The stored answer to a repeated message, the message as it was first said, and whether it was accepted.

    Raises:
        Problem: 409, this message id belongs to something else that was said.
    """
    rows, _ = await _rows(edge, message.message_id)
    accepted = _from_rows(rows, message)
    first = accepted or edge.switchboard.awaited(message.message_id)
    if first is None or first is message:
        accepted = await _in_the_mesh(edge, message.message_id)
        first = accepted or message
    _refuse_other(first, message, body)
    found = answers.of_rows(rows)
    adopted = {"session_id": first.session_id, "metadata": {**message.metadata, **first.metadata}}
    return found[-1] if found else None, message.model_copy(update=adopted), accepted is not None


async def take_in(
    edge: Edge, customer: Customer, message: Message, attachment_ids: Sequence[str], *, known: bool
) -> None:
    """Hand a message over if it may come in now.

    Raises:
        Problem: 409, of its files; 503, there are too many messages, or NATS did not confirm it.
    """
    with edge.gate.admitting(message, who_of(customer, message.session_id), known=known) as admitted:
        await hand_over(edge, await attached.to_message(edge, admitted, attachment_ids))


async def hand_over(edge: Edge, message: Message) -> None:
    """Publish; when this returns the message is on disk.

    Raises:
        Problem: 503, NATS did not confirm it.
    """
    try:
        await edge.bus.publish(message)
    except Unavailable as error:
        raise unavailable(f"{error}. {UNCONFIRMED}", message_id=message.message_id) from error
    # After the publication: a mark without a message would be a false acceptance.
    try:
        await edge.sessions.accept(message.message_id, message.session_id)
    except Unavailable as error:
        log.warning("message %s is accepted but not marked: %s", message.message_id, error)


# -- inside


async def _answered(edge: Edge, message: Message, reply: asyncio.Future[Reply | Progress]) -> Answer | None:
    try:
        async with asyncio.timeout(edge.settings.chat_timeout):
            told = await reply
    except TimeoutError:
        told = None
    if isinstance(told, Reply):
        return answers.of_reply(told, message)
    # Answered with a later message; or the reply has passed while NATS was away from us.
    found = answers.of_rows((await _rows(edge, message.message_id))[0])
    return found[-1] if found else None


def _pending(message_id: str, session_id: str | None, secret: str | None = None) -> JSONResponse:
    place = f"/api/chat/{message_id}"
    found = Pending(message_id=message_id, session_id=session_id, location=place, session_secret=secret)
    headers = {"Location": found.location, "Retry-After": "1"}
    return JSONResponse(found.model_dump(exclude_none=True), HTTPStatus.ACCEPTED, headers)


async def _rows(edge: Edge, message_id: str) -> tuple[Sequence[Row], bool]:
    """The rows of a message, and whether the history could be read."""
    try:
        return await curtain.seen(edge, await edge.history.of_message(message_id)), True
    except Transient as error:
        log.warning("going on without the history: %s", error)
        return (), False


def _from_rows(rows: Sequence[Row], message: Message) -> Message | None:
    asked = next((row for row in rows if row.sender == "customer"), None)
    if asked is None:
        return None
    payload = Payload(customer_message=asked.content, customer_email=(asked.payload or {}).get("customer_email"))
    metadata = {**message.metadata, "accepted_at": asked.timestamp.isoformat()}
    return message.model_copy(update={"session_id": asked.session_id, "payload": payload, "metadata": metadata})


async def _in_the_mesh(edge: Edge, message_id: str) -> Message | None:
    """The message as its workflow holds it; asked only when it is marked, and best effort."""
    try:
        if await edge.sessions.accepted(message_id):
            return await (await edge.temporal.journeys()).message(message_id)
    except Unavailable as error:
        log.warning("cannot tell whether %s was said before: %s", message_id, error)
    return None


def _refuse_other(first: Message, message: Message, body: ChatRequest) -> None:
    # Nobody vouches for an anonymous customer but the session's secret, which was checked for this session.
    wanted = message.session_id if message.payload.customer_email is None else body.session_id
    same_session = wanted in {None, first.session_id}
    said, says = first.payload, message.payload
    same_words = (said.customer_message, said.customer_email) == (says.customer_message, says.customer_email)
    if not (same_session and same_words):
        detail = "This message_id was used for another text, e-mail address or session. Use a new one."
        raise Problem(HTTPStatus.CONFLICT, detail, message_id=message.message_id)


async def _under_way(edge: Edge, message_id: str) -> str | None:
    """The session of a message that the mesh has and the history has not; None when it is unknown.

    Raises:
        Unavailable: it is not marked as accepted, and Temporal cannot be asked.
    """
    try:
        if session_id := await edge.sessions.accepted_in(message_id):
            return session_id
    except Unavailable as error:
        log.warning("going on without the marks: %s", error)
    message = await (await edge.temporal.journeys()).message(message_id)
    if message is None:
        return None
    await learn(edge, message)
    return message.session_id
