"""A reply as the customer's program reads it, from the stream or from the history: the same either way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import JsonValue, TypeAdapter, ValidationError

from gateway.models import Answer, AnswerMetadata, Line, SupersededAnswer
from mesh.attachments import ATTACHMENTS, Reference
from mesh.parts import parts_in
from mesh.protocol import Message
from mesh.replies import Reply, Source
from mesh.store import Row, utc
from mesh.together import ANSWERED_BY

SOURCES: Final = TypeAdapter(list[Source])
REFERENCES: Final = TypeAdapter(list[Reference])


def of_reply(reply: Reply, message: Message) -> Answer:
    return Answer(
        message_id=reply.message_id,
        session_id=reply.session_id,
        response=reply.text,
        status=reply.status,
        action_plan=reply.action_plan,
        sources=list(reply.sources),
        parts=reply.parts,
        processing_time=_seconds(accepted_at(message), reply.at),
        metadata=AnswerMetadata(
            reply_id=reply.reply_id,
            author=reply.author,
            at=reply.at,
            intent=_text(reply.metadata, "intent"),
            urgency=_text(reply.metadata, "urgency"),
            visited=_texts(reply.metadata.get("visited")),
        ),
    )


def of_rows(rows: Sequence[Row]) -> list[Answer]:
    """Every answer among the rows of one message, oldest first."""
    asked = next((row.timestamp for row in rows if row.sender == "customer"), None)
    return [_of_row(row, asked) for row in rows if row.sender != "customer" and row.status != "received"]


def line_of(row: Row) -> Line:
    """A row as a page shows it."""
    payload: Mapping[str, JsonValue] = row.payload or {}
    return Line(
        line_id=row.row_id,
        message_id=row.message_id,
        sender=row.sender,
        content=row.content,
        status=row.status,
        timestamp=row.timestamp,
        sources=_sources(row),
        parts=parts_in(payload.get("response")),
        attachments=_references(payload.get(ATTACHMENTS)) if row.sender == "customer" else [],
    )


def accepted_at(message: Message) -> datetime | None:
    """When the message was accepted; whoever entered the mesh elsewhere may have said nothing or nonsense."""
    stamp = message.metadata.get("accepted_at")
    try:
        at = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
    except ValueError:
        return None
    return None if at is None else utc(at)


def _of_row(row: Row, asked: datetime | None) -> Answer:
    payload: Mapping[str, JsonValue] = row.payload or {}
    trace = row.route_trace or []
    visited: JsonValue = [entry.get("actor") for entry in trace if entry.get("kind") == "visited"]
    other = payload.get(ANSWERED_BY)
    return (SupersededAnswer if other else Answer).model_validate(
        {
            **({"answered_by": other} if other else {}),
            "message_id": row.message_id,
            "session_id": row.session_id,
            "response": row.content,
            "status": row.status,
            "action_plan": payload.get("action_plan"),
            "sources": _sources(row),
            "parts": parts_in(payload.get("response")),
            "processing_time": _seconds(asked, row.timestamp),
            "metadata": AnswerMetadata(
                reply_id=row.row_id,
                author="human" if row.sender == "human" else _text(payload.get("response"), "author") or "rules",
                at=row.timestamp,
                intent=_text(payload.get("intent"), "intent"),
                urgency=_text(payload.get("sentiment"), "urgency"),
                visited=_texts(visited),
            ),
        }
    )


def _sources(row: Row) -> list[Source]:
    """What the answer quotes; anybody may have filled the slot, so what does not fit is none."""
    response = (row.payload or {}).get("response")
    named = response.get("sources") if isinstance(response, Mapping) else None
    try:
        return SOURCES.validate_python(named or [])
    except ValidationError:
        return []


def _references(found: JsonValue) -> list[Reference]:
    try:
        return REFERENCES.validate_python(found or [])
    except ValidationError:
        return []


def _seconds(start: datetime | None, end: datetime) -> float:
    return max(0.0, round((end - start).total_seconds(), 6)) if start else 0.0


def _text(value: JsonValue | Mapping[str, JsonValue], name: str) -> str | None:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else None


def _texts(value: JsonValue) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
