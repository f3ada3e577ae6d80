"""The conversation over one socket: `WS /ws`, and in demo mode also `WS /ws/{customer_email}?session_id=&after=`.

    client → {"type": "hello", "identity_token"?, "customer_email"?, "session_id"?, "session_secret"?, "after"?}
                                                            first, within ten seconds; not on the path with the address
             {"type": "message", "text", "message_id"?}     say something; repeat with the same id when unsure
             {"type": "identity", "identity_token"}         go on with a fresh token of the same customer
             {"type": "ping"}
    server → {"type": "session", "session_id", "sequence", "session_secret"?}
                                                            first; everything up to `sequence` counts as seen
             {"type": "accepted", "message_id"}             the message is on disk
             {"type": "progress", "message_id", "actor", "state"}
             {"type": "reply", "reply_id", "message_id", "text", "status", "author", "sequence", "at"}
             {"type": "superseded", "message_id", "answered_by"} the reply to a later message answers this one too
             {"type": "error", "detail", "message_id"?, "retry_after"?, "reason"?}  the socket stays open; with reason
                                                            "busy" send it again after so many seconds
             {"type": "pong"}

The token may be offered as the subprotocol `identity.<token>`, beside `mesh`, instead of in the first frame; never in
the address, which is logged. To resume, connect with the session's id and `after`, the highest `sequence` seen:
every reply behind it follows, once and in order. Without `after` all replies that are kept follow. A repeated
`message_id` whose reply was sent before gets it again, with the same `reply_id`.

Before the socket opens: HTTP 403, the page's origin is not allowed. Close codes: 1008 the address or first frame is
wrong, or there were too many frames; 1009 a frame over 64 KB; 1013 try again later, and resume: NATS is away, or the
reader is too slow; 4401 the identity token is refused or has expired: resume with a new one; 4403 the session is not
yours; 4429 too many sockets.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from uuid import uuid4

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.address import is_welcome
from gateway.chat import compose, demand_pace_of, first_said, refuse_long, said_before, take_in
from gateway.edge import Edge, TheEdge
from gateway.frames import (
    AcceptedFrame,
    ErrorFrame,
    Hello,
    Incoming,
    Ping,
    PongFrame,
    ProgressFrame,
    Renewal,
    ReplyFrame,
    Said,
    SessionFrame,
    SupersededFrame,
)
from gateway.gatekeeping import refuse_early
from gateway.handshake import (
    MAX_FRAME,
    POLICY_VIOLATION,
    TOO_BIG,
    TRY_AGAIN_LATER,
    Closed,
    Visit,
    admitted,
    first_frame,
    holds,
    met,
    spoken,
    too_big,
)
from gateway.models import ChatRequest, SupersededAnswer
from gateway.pace import demand_pace
from gateway.problems import Problem, in_words
from gateway.waiting import Line
from mesh.errors import Unavailable
from mesh.replies import Progress, Reply

router = APIRouter()

CLOSE_TIMEOUT = 60.0


@router.websocket("/ws")
async def converse(websocket: WebSocket, edge: TheEdge) -> None:
    """A customer whom the first frame introduces."""
    await _talk(websocket, edge, lambda: first_frame(websocket))


@router.websocket("/ws/{customer_email}")
async def talk(websocket: WebSocket, edge: TheEdge, customer_email: str) -> None:
    """A customer whom the address introduces: for the demo."""

    async def addressed() -> Hello:
        try:
            return Hello.model_validate({**websocket.query_params, "customer_email": customer_email})
        except ValidationError as error:
            raise Closed(POLICY_VIOLATION, in_words(error)) from None

    await _talk(websocket, edge, addressed)


async def _talk(websocket: WebSocket, edge: Edge, introduced: Callable[[], Awaitable[Hello]]) -> None:
    if not is_welcome(websocket, edge.settings):
        # Before it is accepted, which is HTTP 403.
        await websocket.close(POLICY_VIOLATION)
        return
    await websocket.accept(spoken(websocket))
    with suppress(WebSocketDisconnect):
        try:
            hello = await introduced()
            visit = await met(websocket, edge, hello)
            with admitted(edge, visit):
                await _serve(websocket, edge, visit, hello.after)
        except Closed as closed:
            await _refuse(websocket, closed.detail, closed.code)


async def _serve(websocket: WebSocket, edge: Edge, visit: Visit, seen: int) -> None:
    line = Line()
    # Live first, then what was missed: whatever comes in between is on both, and told once by its sequence.
    with edge.switchboard.listening(visit.session_id, line):
        try:
            # A place that does not exist is from before the stream was emptied; nothing after it is seen.
            after = seen if seen <= await edge.bus.newest_reply() else 0
            missed = await edge.bus.replies_after(visit.session_id, after)
        except Unavailable as error:
            raise Closed(TRY_AGAIN_LATER, f"{error}. Connect again in a moment.") from error
        opened = SessionFrame(session_id=visit.session_id, sequence=after, session_secret=visit.secret)
        await _send(websocket, opened)
        await _first_of(
            _speak(websocket, line, missed, after),
            _listen(websocket, edge, line, visit),
            holds(edge, visit),
            line.overflowed.wait(),
        )
        if line.overflowed.is_set():
            # The close frame waits behind what the reader has not taken yet.
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await websocket.close(TRY_AGAIN_LATER, "too slow; connect again and resume")


async def _first_of(*works: Coroutine[object, object, object]) -> None:
    """Run all until one ends; what that one raised is raised here."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _speak(websocket: WebSocket, line: Line, missed: Sequence[Reply], seen: int) -> None:
    """Send what was missed, then what comes; a reply that was sent is not sent again."""
    for reply in missed:
        await _send(websocket, ReplyFrame.of(reply))
        seen = reply.sequence or seen
    while True:
        item = await line.get()
        if isinstance(item, Reply):
            if item.sequence is not None and item.sequence <= seen:
                continue
            seen = item.sequence or seen
        await _send(websocket, _frame(item))


def _frame(item: BaseModel) -> BaseModel:
    if isinstance(item, Reply):
        return ReplyFrame.of(item)
    if isinstance(item, Progress) and item.answered_by:
        return SupersededFrame(message_id=item.message_id, answered_by=item.answered_by)
    return ProgressFrame.of(item) if isinstance(item, Progress) else item


async def _listen(websocket: WebSocket, edge: Edge, line: Line, visit: Visit) -> None:
    """Take what the customer sends, one frame after the other, until the socket closes."""
    while True:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            return
        if await edge.sockets.frames.wait(edge.settings.rate_socket, visit.socket_id):
            raise Closed(POLICY_VIOLATION, "Too many frames.")
        incoming = _read(event.get("text"))
        if isinstance(incoming, Said):
            await _hear(edge, line, incoming, visit)
        elif isinstance(incoming, Renewal):
            visit.renew(edge, incoming.identity_token)
        else:
            line.put(incoming)


def _read(data: str | None) -> Said | Renewal | PongFrame | ErrorFrame:
    if data is None:
        return ErrorFrame(detail="A frame is text: JSON, one object.")
    if too_big(data):
        raise Closed(TOO_BIG, f"A frame has at most {MAX_FRAME:,} bytes.")
    try:
        found = Incoming.validate_json(data)
    except ValidationError as error:
        return ErrorFrame(detail=in_words(error))
    return PongFrame() if isinstance(found, Ping) else found


async def _hear(edge: Edge, line: Line, said: Said, visit: Visit) -> None:
    request = ChatRequest(
        message=said.text,
        session_id=visit.session_id,
        message_id=said.message_id or uuid4().hex,
        attachments=said.attachments,
    )
    try:
        refuse_long(said.text)
        await refuse_early(edge, visit.customer, request)
        await demand_pace(edge.rates, edge.settings.rate_address, "address", visit.address)
        await demand_pace_of(edge, visit.customer, visit.session_id)
        message = compose(edge, request, visit.customer, visit.session_id)
        answer, message, known = await said_before(edge, message, request) if said.message_id else first_said(message)
        if answer is None:
            await take_in(edge, visit.customer, message, said.attachments, known=known)
        line.put(AcceptedFrame(message_id=message.message_id))
        if isinstance(answer, SupersededAnswer):
            line.put(SupersededFrame(message_id=message.message_id, answered_by=answer.answered_by))
        elif answer is not None:
            await _say_again(edge, line, visit.session_id, message.message_id)
    except Problem as problem:
        line.put(_error(problem, request.message_id))
    except Unavailable as error:
        line.put(ErrorFrame(detail=str(error), message_id=request.message_id))


def _error(problem: Problem, message_id: str | None) -> ErrorFrame:
    return ErrorFrame.model_validate({**problem.members, "detail": problem.detail, "message_id": message_id})


async def _say_again(edge: Edge, line: Line, session_id: str, message_id: str) -> None:
    for reply in await edge.bus.replies_after(session_id, 0):
        if reply.message_id == message_id:
            line.put(ReplyFrame.of(reply))


async def _refuse(websocket: WebSocket, detail: str, code: int) -> None:
    await _send(websocket, ErrorFrame(detail=detail))
    await websocket.close(code, detail[:100])


async def _send(websocket: WebSocket, frame: BaseModel) -> None:
    await websocket.send_text(frame.model_dump_json())
