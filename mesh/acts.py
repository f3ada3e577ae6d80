"""What people did: one line for every act, kept with the history."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Self
from uuid import uuid4

import sqlalchemy as sql
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from mesh.settings import Settings
from mesh.store import connected, engine_of, metadata, utc

acts = sql.Table(
    "acts",
    metadata,
    sql.Column("act_id", sql.String(32), primary_key=True),
    sql.Column("timestamp", sql.DateTime(timezone=True), nullable=False),
    sql.Column("who", sql.String(80), nullable=False),
    sql.Column("role", sql.String(16), nullable=False),
    sql.Column("act", sql.String(80), nullable=False),
    sql.Column("subject", sql.String(200), nullable=False),
    sql.Column("outcome", sql.String(16), nullable=False),
    sql.Index("ix_acts_timestamp", "timestamp"),
)


class Act(BaseModel):
    """Who did what, when, to what, and what came of it.

    Attributes:
        act: the name of the route, such as `claim`, `approve`, `sign_in`.
        subject: the ids in its path, such as a message's; never what anybody wrote.
        outcome: the status of the answer.
    """

    model_config = ConfigDict(frozen=True, from_attributes=True)

    act_id: str = Field(default_factory=lambda: uuid4().hex)
    timestamp: datetime = Field(default_factory=lambda: datetime.now(UTC))
    who: str
    role: str
    act: str
    subject: str = ""
    outcome: str


class Acts:
    """Appends and reads. Raises `Transient` when the database is locked, full or away."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Connect. The tables must be there: see `mesh.store.migrate`."""
        async with engine_of(settings) as engine:
            yield cls(engine)

    async def note(self, act: Act) -> None:
        async with connected(self._engine) as connection:
            await connection.execute(sql.insert(acts).values(**act.model_dump()))

    async def newest(self, limit: int = 100, who: str | None = None) -> tuple[Act, ...]:
        """The newest first."""
        query = sql.select(acts).order_by(acts.c.timestamp.desc(), acts.c.act_id).limit(limit)
        async with connected(self._engine) as connection:
            found = await connection.execute(query if who is None else query.where(acts.c.who == who))
            return tuple(_act(Act.model_validate(row)) for row in found)


def _act(act: Act) -> Act:
    return act.model_copy(update={"timestamp": utc(act.timestamp)})
