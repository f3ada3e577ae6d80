"""The conversation over one socket: `WS /ws/{customer_email}?session_id=&after=`.

    client → {"type": "message", "text", "message_id"?}     say something; repeat with the same id when unsure
             {"type": "ping"}
    server → {"type": "session", "session_id", "sequence"}  first; everything up to `sequence` counts as seen
             {"type": "accepted", "message_id"}             the message is on disk
             {"type": "progress", "message_id", "actor", "state"}
             {"type": "reply", "reply_id", "message_id", "text", "status", "author", "sequence", "at"}
             {"type": "superseded", "message_id", "answered_by"} the reply to a later message answers this one too
             {"type": "error", "detail", "message_id"?}     the socket stays open
             {"type": "pong"}

To resume, connect with the session's id and `after`, the highest `sequence` that was seen: every reply behind it
follows, once and in order. Without `after` all replies that are kept follow. A repeated `message_id` whose reply
was sent before gets it again, with the same `reply_id`.

Close codes: 1008 the address is wrong; 1013 try again later, and resume: NATS is away, or the reader is too slow.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from uuid import uuid4

from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway import attached
from gateway.chat import compose, hand_over, said_before
from gateway.edge import Edge, TheEdge
from gateway.frames import (
    AcceptedFrame,
    Caller,
    ErrorFrame,
    Incoming,
    Ping,
    PongFrame,
    ProgressFrame,
    ReplyFrame,
    Said,
    SessionFrame,
    SupersededFrame,
)
from gateway.limits import MAX_BODY
from gateway.models import ChatRequest, SupersededAnswer
from gateway.problems import Problem, in_words
from gateway.waiting import Line
from mesh.errors import Unavailable
from mesh.replies import Progress, Reply

router = APIRouter()

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
CLOSE_TIMEOUT = 60.0


@router.websocket("/ws/{customer_email}")
async def talk(websocket: WebSocket, edge: TheEdge, customer_email: str) -> None:
    await websocket.accept()
    with suppress(WebSocketDisconnect):
        try:
            caller = Caller.model_validate({**websocket.query_params, "customer_email": customer_email})
        except ValidationError as error:
            await _refuse(websocket, in_words(error), POLICY_VIOLATION)
            return
        await _serve(websocket, edge, caller)


async def _serve(websocket: WebSocket, edge: Edge, caller: Caller) -> None:
    session_id, line = caller.session_id or uuid4().hex, Line()
    # Live first, then what was missed: whatever comes in between is on both, and told once by its sequence.
    with edge.switchboard.listening(session_id, line):
        try:
            # A place that does not exist is from before the stream was emptied; nothing after it is seen.
            after = caller.after if caller.after <= await edge.bus.newest_reply() else 0
            missed = await edge.bus.replies_after(session_id, after)
        except Unavailable as error:
            await _refuse(websocket, f"{error}. Connect again in a moment.", TRY_AGAIN_LATER)
            return
        await _send(websocket, SessionFrame(session_id=session_id, sequence=after))
        await _first_of(
            _speak(websocket, line, missed, after),
            _listen(websocket, edge, line, caller.customer_email, session_id),
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


async def _listen(websocket: WebSocket, edge: Edge, line: Line, email: str, session_id: str) -> None:
    """Take what the customer sends, one frame after the other, until the socket closes."""
    while True:
        event = await websocket.receive()
        if event["type"] == "websocket.disconnect":
            return
        incoming = _read(event.get("text"))
        if isinstance(incoming, Said):
            await _hear(edge, line, incoming, email, session_id)
        else:
            line.put(incoming)


def _read(data: str | None) -> Said | PongFrame | ErrorFrame:
    if data is None or len(data) > MAX_BODY:
        return ErrorFrame(detail=f"A frame is text with at most {MAX_BODY:,} characters of JSON.")
    try:
        found = Incoming.validate_json(data)
    except ValidationError as error:
        return ErrorFrame(detail=in_words(error))
    return PongFrame() if isinstance(found, Ping) else found


async def _hear(edge: Edge, line: Line, said: Said, email: str, session_id: str) -> None:
    request = ChatRequest(
        message=said.text,
        customer_email=email,
        session_id=session_id,
        message_id=said.message_id or uuid4().hex,
        attachments=said.attachments,
    )
    try:
        message = compose(edge, request)
        answer, message = await said_before(edge, message, request) if said.message_id else (None, message)
        if answer is None:
            await hand_over(edge, await attached.to_message(edge, message, said.attachments))
        line.put(AcceptedFrame(message_id=message.message_id))
        if isinstance(answer, SupersededAnswer):
            line.put(SupersededFrame(message_id=message.message_id, answered_by=answer.answered_by))
        elif answer is not None:
            await _say_again(edge, line, session_id, message.message_id)
    except (Problem, Unavailable) as error:
        line.put(ErrorFrame(detail=str(error), message_id=request.message_id))


async def _say_again(edge: Edge, line: Line, session_id: str, message_id: str) -> None:
    for reply in await edge.bus.replies_after(session_id, 0):
        if reply.message_id == message_id:
            line.put(ReplyFrame.of(reply))


async def _refuse(websocket: WebSocket, detail: str, code: int) -> None:
    await _send(websocket, ErrorFrame(detail=detail))
    await websocket.close(code, detail[:100])


async def _send(websocket: WebSocket, frame: BaseModel) -> None:
    await websocket.send_text(frame.model_dump_json())
