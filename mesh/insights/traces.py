"""The ways of messages that were lately answered, without words: what latencies and failures are computed from."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sql
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mesh.route import TraceEntry
from mesh.store import History, connected, messages, utc

_TRACE = TypeAdapter(tuple[TraceEntry, ...])


class Travelled(BaseModel):
    """The way of a message up to an answer."""

    model_config = ConfigDict(frozen=True)

    row_id: str
    message_id: str
    at: datetime
    trace: tuple[TraceEntry, ...] = ()


async def lately(history: History, since: datetime, most: int) -> Sequence[Travelled]:
    """The newest answers since then, oldest first; at most so many.

    Raises:
        Transient: the history cannot be read.
    """
    columns = (messages.c[name] for name in ("row_id", "message_id", "timestamp", "route_trace"))
    query = sql.select(*columns).where(messages.c.timestamp >= since.astimezone(UTC), messages.c.sender != "customer")
    async with connected(history.engine) as connection:
        found = (await connection.execute(query.order_by(messages.c.timestamp.desc()).limit(most))).all()
    return [
        Travelled(row_id=row_id, message_id=message_id, at=utc(at), trace=trace_of(raw))
        for row_id, message_id, at, raw in reversed(found)
    ]


def trace_of(raw: object) -> tuple[TraceEntry, ...]:
    """The lines of a trace as the history keeps it; what does not fit has none."""
    try:
        return _TRACE.validate_python(raw or ())
    except ValidationError:
        return ()
