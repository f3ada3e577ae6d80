"""The conversation history: what was said, by whom, along which route. SQL, through SQLAlchemy Core."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

import sqlalchemy as sql
from pydantic import BaseModel, ConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from mesh.effects import effect
from mesh.errors import Transient
from mesh.settings import Settings

Sender = Literal["customer", "agent", "human"]
Status = Literal["received", "resolved", "escalated", "apologised", "dead_lettered", "superseded"]

ENDS: Final = ("resolved", "apologised", "dead_lettered", "superseded")
"""How a message may end. Escalated is no end: somebody still has to answer."""

VERSIONS: Final = Path(__file__).with_name("migrations") / "versions"

metadata = sql.MetaData()
messages = sql.Table(
    "messages",
    metadata,
    sql.Column("row_id", sql.String(160), primary_key=True),
    sql.Column("message_id", sql.String(64), nullable=False),
    sql.Column("session_id", sql.String(64), nullable=False),
    sql.Column("timestamp", sql.DateTime(timezone=True), nullable=False),
    sql.Column("sender", sql.String(16), nullable=False),
    sql.Column("content", sql.Text, nullable=False),
    sql.Column("status", sql.String(16), nullable=False),
    sql.Column("route_trace", sql.JSON, nullable=True),
    sql.Column("payload", sql.JSON, nullable=True),
    sql.Index("ix_messages_session_timestamp", "session_id", "timestamp"),
    sql.Index("ix_messages_message", "message_id"),
    sql.Index("ix_messages_timestamp", "timestamp"),
)


class Row(BaseModel):
    """One line of a conversation. `row_id` is the same for the same fact, so writing it twice writes it once."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    row_id: str
    message_id: str
    session_id: str
    timestamp: datetime
    sender: Sender
    content: str
    status: Status
    route_trace: list[Any] | None = None
    payload: dict[str, Any] | None = None


def said_by(row: Row, email: str | None) -> bool:
    """Whether a message is known to be this customer's."""
    known = str((row.payload or {}).get("customer_email") or "")
    return bool(known) and known.lower() == (email or "").lower()


class Unended(BaseModel):
    """A message that was accepted and has no end yet."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    session_id: str
    accepted_at: datetime


class History:
    """Reads and appends rows. Raises `Transient` when the database is locked, full or away.

    Every transaction is one statement: SQLite's only write lock is then held within one call of the library, however
    long this process's event loop is busy with something else.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Connect. The tables must be there: see `migrate`."""
        async with engine_of(settings) as engine:
            yield cls(engine)

    @property
    def engine(self) -> AsyncEngine:
        """For the tables beside this one."""
        return self._engine

    async def add(self, rows: Iterable[Row]) -> set[str]:
        """Append these rows, all or none; the ids of those that are there already, which stay as they are."""
        effect("add to the history")
        values = [_values(row) for row in rows]
        async with connected(self._engine) as connection:
            known = await _known(connection, [value["row_id"] for value in values])
            fresh = [value for value in values if value["row_id"] not in known]
            if fresh:
                await _insert(connection, fresh)
            return known

    async def amend(self, row_id: str, status: Status) -> None:
        """Say how a row's reply really went: a person may take a conversation over while it is delivered."""
        effect("amend the history")
        async with connected(self._engine) as connection:
            found = sql.update(messages).where(messages.c.row_id == row_id, messages.c.status != status)
            await connection.execute(found.values(status=status))

    async def of_message(self, message_id: str) -> tuple[Row, ...]:
        """Every row of one message, oldest first."""
        return await self._select(messages.c.message_id == message_id)

    async def of_session(self, session_id: str) -> tuple[Row, ...]:
        """Every row of one session, oldest first."""
        return await self._select(messages.c.session_id == session_id)

    async def beginning(self, session_id: str) -> Row | None:
        """The first thing that a customer said in this session."""
        said = (messages.c.session_id == session_id) & (messages.c.sender == "customer")
        found = await self._fetch(sql.select(messages).where(said).order_by(messages.c.timestamp).limit(1))
        return found[0] if found else None

    async def recent(self, session_id: str, limit: int = 10, before: datetime | None = None) -> tuple[Row, ...]:
        """The newest rows of a session, or those up to an instant, oldest first.

        Without the route; of the payload only what a page shows: the response, and the references of attachments.
        """
        query = sql.select(*_LIGHT).where(messages.c.session_id == session_id)
        if before is not None:
            query = query.where(messages.c.timestamp <= before.astimezone(UTC))
        newest = query.order_by(messages.c.timestamp.desc(), messages.c.row_id.desc()).limit(limit)
        async with connected(self._engine) as connection:
            return tuple(_light(found) for found in reversed((await connection.execute(newest)).all()))

    async def unended(self) -> tuple[Unended, ...]:
        """Every accepted message without an end, the longest waiting first: one query proves that there is none."""
        async with connected(self._engine) as connection:
            found = await connection.execute(_UNENDED)
            return tuple(Unended(message_id=one, session_id=two, accepted_at=utc(at)) for one, two, at in found)

    async def unanswered(self, session_ids: Iterable[str], since: datetime) -> tuple[Row, ...]:
        """The messages of these sessions, accepted since then, that nobody has answered or escalated; oldest first."""
        return await self._select(
            messages.c.session_id.in_(list(session_ids))
            & (messages.c.sender == "customer")
            & (messages.c.timestamp >= since.astimezone(UTC))
            & ~sql.exists().where(_end.c.message_id == messages.c.message_id, _end.c.sender != "customer")
        )

    async def ping(self) -> None:
        """Raises `Transient` unless the table can be read."""
        await self._fetch(sql.select(messages).limit(1))

    async def _select(self, where: sql.ColumnElement[bool]) -> tuple[Row, ...]:
        return await self._fetch(sql.select(messages).where(where).order_by(messages.c.timestamp, messages.c.row_id))

    async def _fetch(self, query: sql.Select[Any]) -> tuple[Row, ...]:
        async with connected(self._engine) as connection:
            return tuple(_row(found) for found in await connection.execute(query))


@asynccontextmanager
async def engine_of(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database, whose every statement is a transaction of its own."""
    engine = create_async_engine(
        settings.database_target,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
        # Nothing is ever open when a connection comes back: asking costs a turn of the driver's thread each time.
        skip_autocommit_rollback=True,
    )
    if engine.dialect.name == "sqlite":
        sql.event.listen(engine.sync_engine, "connect", _durable_sqlite)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection; what goes wrong with it is `Transient`."""
    try:
        async with engine.connect() as connection:
            yield connection
    except (DBAPIError, PoolTimeoutError, OSError) as error:
        raise Transient(f"the history database is not usable: {type(error).__name__}") from error


_SHOWN: Final = ("response", "attachments")
_LIGHT: Final = (
    *(messages.c[name] for name in Row.model_fields if name not in {"route_trace", "payload"}),
    *(messages.c.payload[name].label(name) for name in _SHOWN),
)
_end = messages.alias()
_UNENDED: Final = (
    sql.select(messages.c.message_id, messages.c.session_id, messages.c.timestamp)
    .where(messages.c.sender == "customer", messages.c.status == "received")
    .where(~sql.exists().where(_end.c.message_id == messages.c.message_id, _end.c.status.in_(ENDS)))
    .order_by(messages.c.timestamp, messages.c.message_id)
)


async def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema; safe to run again."""
    if make_url(settings.database_target).get_backend_name() == "sqlite":
        Path(make_url(settings.database_target).database or "").parent.mkdir(parents=True, exist_ok=True)
    if not await _newest(settings):
        await asyncio.to_thread(_upgrade, settings.database_target)


async def _newest(settings: Settings) -> bool:
    """Whether the database says that it has the newest version: then what changes it need not even be imported."""
    newest = max(file.name for file in VERSIONS.glob("0*.py")).split("_")[0]
    async with engine_of(settings) as engine:
        try:
            async with engine.connect() as connection:
                found = await connection.scalar(sql.text("SELECT version_num FROM alembic_version"))
        except DBAPIError:
            return False
    return bool(found == newest)


def _upgrade(url: str) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "mesh:migrations")
    config.attributes["url"] = url
    command.upgrade(config, "head")


async def _known(connection: AsyncConnection, row_ids: list[str]) -> set[str]:
    found = await connection.execute(sql.select(messages.c.row_id).where(messages.c.row_id.in_(row_ids)))
    return set(found.scalars())


async def _insert(connection: AsyncConnection, values: list[dict[str, Any]]) -> None:
    try:
        # One row is a parameter: its statement is compiled once. Rows written as values are compiled anew each time,
        # but are one transaction; with RETURNING they would be both, and hold SQLite's lock until they are fetched.
        one, *others = values
        if others:
            await connection.execute(sql.insert(messages).values(values))
        else:
            await connection.execute(sql.insert(messages), one)
    except IntegrityError as error:
        # A twin of this visit wrote them between our look and our insert; the retry will find them.
        raise Transient("the same rows were being written at this moment") from error


def _values(row: Row) -> dict[str, Any]:
    # PostgreSQL stores no NUL in a text: one such message would be refused for ever.
    content = row.content.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return {**row.model_dump(), "content": content, "timestamp": row.timestamp.astimezone(UTC)}


def _row(found: sql.Row[Any]) -> Row:
    row = Row.model_validate(found)
    return row.model_copy(update={"timestamp": utc(row.timestamp)})


def _light(found: sql.Row[Any]) -> Row:
    slots = {name: value for name in _SHOWN if (value := getattr(found, name)) is not None}
    return _row(found).model_copy(update={"payload": slots or None})


def utc(at: datetime) -> datetime:
    """An instant as it was written: in UTC, which SQLite forgets."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _durable_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
