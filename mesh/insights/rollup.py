"""Keeps the facts up to date with the history: reads what is new, a chunk at a time, and writes its lines again."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

import sqlalchemy as sql
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from mesh.insights.facts import Fact, Line, deed_facts, fact_of
from mesh.insights.tables import deeds, facts
from mesh.store import History, connected, messages, utc
from mesh.together import ANSWERED_BY

OVERLAP: Final = timedelta(minutes=2)
"""How long ago a row may be dated when it is written: a message that waited on its way in, a database that was away."""
PAGE: Final = 100
"""Rows that are read at once: their traces are large, and what a process has once needed it keeps."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_payload = messages.c.payload
_LINE: Final = (
    *(messages.c[name] for name in ("row_id", "message_id", "session_id", "timestamp", "sender", "status")),
    messages.c.route_trace,
    _payload["customer_email"].label("email"),
    _payload[("intent", "intent")].label("intent"),
    _payload[("intent", "language")].label("language"),
    _payload[("intent", "order_ids")].label("order_ids"),
    _payload[("sentiment", "sentiment")].label("sentiment"),
    _payload[("sentiment", "urgency")].label("urgency"),
    _payload[("context", "customer", "tier")].label("tier"),
    _payload[("response", "kind")].label("kind"),
    _payload[("response", "asks", "kind")].label("asks"),
    _payload[ANSWERED_BY].label("answered_by"),
    _payload["execution_result"].label("execution_result"),
)


class Place(NamedTuple):
    """Behind which row to go on."""

    timestamp: datetime
    row_id: str


class Rollup:
    """One for each process. Several processes may run one: they write the same lines."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lock = asyncio.Lock()
        self._seen: dict[tuple[str, str], datetime] = {}
        self._water: datetime | None = None

    async def catch_up(self) -> int:
        """Bring the facts to the newest rows; how many messages were written.

        Raises:
            Transient: the database is locked, full or away.
        """
        written = 0
        async with self._lock:
            place = Place(await self._high_water() - OVERLAP, "")
            while page := await self._page(place):
                fresh = {row.message_id for row in page if (row.row_id, row.status) not in self._seen}
                written += await self._write(fresh) if fresh else 0
                self._seen |= {(row.row_id, row.status): row.timestamp for row in page}
                place = Place(page[-1].timestamp, page[-1].row_id)
                self._water = max(self._water or EPOCH, place.timestamp)
                # The loop of a gateway has customers to serve.
                await asyncio.sleep(0)
            self._forget()
        return written

    async def _high_water(self) -> datetime:
        if self._water is None:
            async with connected(self._history.engine) as connection:
                newest = await connection.scalar(sql.select(sql.func.max(facts.c.newest)))
            self._water = EPOCH + OVERLAP if newest is None else datetime.fromtimestamp(newest, UTC)
        return self._water

    async def _page(self, after: Place) -> list[Line]:
        """The next rows behind this place, oldest first; only what identifies them."""
        at, row_id = messages.c.timestamp, messages.c.row_id
        columns = [messages.c[name] for name in ("row_id", "message_id", "session_id", "timestamp", "sender", "status")]
        behind = (at > after.timestamp) | ((at == after.timestamp) & (row_id > after.row_id))
        query = sql.select(*columns).where(at >= after.timestamp, behind).order_by(at, row_id).limit(PAGE)
        async with connected(self._history.engine) as connection:
            return [_zoned(Line(*row)) for row in await connection.execute(query)]

    async def _write(self, message_ids: set[str]) -> int:
        async with connected(self._history.engine) as connection:
            read = sql.select(*_LINE).where(messages.c.message_id.in_(message_ids)).order_by(messages.c.message_id)
            lines = [_zoned(Line(*row)) for row in await connection.execute(read)]
            found = [_facts(list(group)) for _, group in groupby(lines, key=lambda line: line.message_id)]
            await _put(connection, facts, [fact for fact, _ in found])
            await _put(connection, deeds, [deed for _, some in found for deed in some])
        return len(found)

    def _forget(self) -> None:
        """What is too old to be looked at again need not be remembered."""
        if self._water:
            oldest = self._water - OVERLAP
            self._seen = {key: at for key, at in self._seen.items() if at >= oldest}


def _facts(lines: Sequence[Line]) -> tuple[Fact, Sequence[BaseModel]]:
    fact = fact_of(lines)
    return fact, deed_facts(fact, lines)


def _zoned(line: Line) -> Line:
    return line._replace(timestamp=utc(line.timestamp))


async def _put(connection: AsyncConnection, table: sql.Table, lines: Iterable[BaseModel]) -> None:
    """Write these lines, in the place of those that are there: one statement, however many lines."""
    values: list[Mapping[str, Any]] = [line.model_dump() for line in lines]
    if not values:
        return
    keys = [column.name for column in table.primary_key]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(values)
    others = {name: statement.excluded[name] for name in table.c.keys() if name not in keys}  # noqa: SIM118 - columns
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others))
