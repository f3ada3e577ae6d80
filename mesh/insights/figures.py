"""The figures of a span, as a page shows them and a table lists them."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from mesh.insights import queries
from mesh.insights.queries import Query, Span
from mesh.insights.rollup import Rollup
from mesh.store import History, connected

AT_ONCE = 2
"""Queries at the same time: chats use the same few connections."""

Cell = str | int | float | None


class Table(BaseModel):
    """What one query found: the names of its columns, and its rows."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()

    def dicts(self) -> list[dict[str, Cell]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Insights:
    """Answers from the facts, brought up to date before. Every method raises `Transient` without its database."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.rollup = Rollup(history)

    @staticmethod
    def names() -> tuple[str, ...]:
        """What can be asked for."""
        return tuple(_queries(Span(0, 0), 0))

    async def table(self, name: str, span: Span, now: float | None = None) -> Table:
        """One table.

        Raises:
            KeyError: there is none by this name.
        """
        return await self._ask(_queries(span, now or time.time())[name])

    async def tables(self, span: Span, now: float | None = None) -> dict[str, Table]:
        """All tables of a span, by name."""
        asked = _queries(span, now or time.time())
        # All to their ends, so that none is left with an open connection when another fails.
        found = await asyncio.gather(*map(self._ask, asked.values()), return_exceptions=True)
        tables: dict[str, Table] = {}
        for name, one in zip(asked, found, strict=True):
            if isinstance(one, BaseException):
                raise one
            tables[name] = one
        return tables

    async def first(self) -> float | None:
        """When the oldest message was asked; None when there is none."""
        found = await self._ask(queries.first())
        at = found.rows[0][0] if found.rows else None
        return float(at) if isinstance(at, int | float) else None

    async def _ask(self, query: Query) -> Table:
        async with self._slots, connected(self._history.engine) as connection:
            found = await connection.execute(query)
            return Table(columns=tuple(found.keys()), rows=tuple(_cells(row) for row in found))


def _queries(span: Span, now: float) -> dict[str, Query]:
    return {
        "sessions": queries.sessions(span),
        "volume": queries.volume(span),
        "intents": queries.labels(span, "intent"),
        "languages": queries.labels(span, "language"),
        "sentiments": queries.moods(span),
        "urgencies": queries.labels(span, "urgency"),
        "answered_by": queries.hands(span),
        "resolution": queries.resolutions(span, now),
        "first_answer": queries.percentiles(span, "first_seconds"),
        "last_answer": queries.percentiles(span, "last_seconds"),
        "person_wait": queries.percentiles(span, "person_seconds"),
        "first_answer_over_time": queries.percentiles_over_time(span, "first_seconds"),
        "last_answer_over_time": queries.percentiles_over_time(span, "last_seconds"),
        "deadlines": queries.deadlines(span),
        "ratings": queries.stars(span),
        "actions": queries.actions(span),
    }


def _cells(row: Sequence[Any]) -> tuple[Cell, ...]:
    return tuple(round(cell, 6) if isinstance(cell, float) else cell for cell in row)
