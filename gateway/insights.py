"""Insights: figures from the history for a span of time, as JSON for the page and as CSV for a spreadsheet."""

import asyncio
import csv
import gzip
import importlib.util
import io
import time
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path as File
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from gateway.models import Day
from gateway.pages import page
from gateway.people import a_supervisor
from gateway.problems import Problem
from gateway.views import TheViews
from mesh.insights.figures import Cell, Table
from mesh.insights.queries import DAY, Span

router = APIRouter(prefix="/api/insights", tags=["insights"], dependencies=[Depends(a_supervisor)])
pages = APIRouter(include_in_schema=False)

HOURLY: Final = 3 * DAY
"""Spans up to this length are shown by hour, longer ones by day."""
USUAL: Final = timedelta(days=7)
FIRST, LAST = date(1970, 1, 8), date(9999, 12, 30)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Figures(BaseModel):
    """Everything about a span. `until` is not in it. `by`: what a bucket is. All days and hours are of UTC."""

    since: datetime
    until: datetime
    by: Literal["hour", "day"]
    first: datetime | None
    tables: dict[str, Table]


def a_span(
    since: Annotated[Day | None, Query(description="First day, UTC; a week ago when left out.")] = None,
    until: Annotated[Day | None, Query(description="Last day, UTC, that is still in it; today when left out.")] = None,
    hours: Annotated[int | None, Query(ge=1, le=24 * 366, description="Instead of days: the last hours.")] = None,
) -> Span:
    """The span that is asked for."""
    now = datetime.now(UTC)
    if hours is not None:
        return _span(now - timedelta(hours=hours), now)
    last = _clamped(until or now.date())
    first = last - USUAL + timedelta(days=1) if since is None else _clamped(since)
    # Whoever mixes them up means the days between them.
    return _span(_midnight(min(first, last)), _midnight(max(first, last)) + timedelta(days=1))


TheSpan = Annotated[Span, Depends(a_span)]


@router.get("")
async def figures(span: TheSpan, views: TheViews) -> Figures:
    """Every table of the span."""
    await views.insights.rollup.catch_up()
    first = await views.insights.first()
    return Figures(
        since=_at(span.start),
        until=_at(span.end),
        by="hour" if span.hourly else "day",
        first=None if first is None else _at(first),
        tables=await views.insights.tables(span),
    )


@router.get("/{name}.csv", response_class=Response)
async def table(name: Annotated[str, Path(max_length=64)], span: TheSpan, views: TheViews) -> Response:
    """One table of the span as CSV, with a line of headings."""
    if name not in views.insights.names():
        raise Problem(HTTPStatus.NOT_FOUND, f"No table is called so; there are {', '.join(views.insights.names())}.")
    await views.insights.rollup.catch_up()
    found = await views.insights.table(name, span, time.time())
    days = f"{_at(span.start):%Y-%m-%d}_{_at(span.end - 1):%Y-%m-%d}"
    headers = {"Content-Disposition": f'attachment; filename="{name}_{days}.csv"', "Cache-Control": "no-store"}
    return Response(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


@pages.get("/insights")
async def insights_page() -> FileResponse:
    return page("insights")


@pages.get("/insights/plotly.js")
async def plotly(request: Request) -> Response:
    """The library that draws, from where it is installed."""
    headers = {"Cache-Control": "private, max-age=86400", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(_plotly(), media_type="text/javascript", headers=headers)
    # Made once and beside the loop: it takes longer than a chat may wait.
    packed = await asyncio.to_thread(_packed)
    return Response(packed, media_type="text/javascript", headers={**headers, "Content-Encoding": "gzip"})


# -- inside


def _plotly() -> File:
    # Found, not imported: the gateway needs one file of it and none of its code.
    found = importlib.util.find_spec("plotly")
    if found is None or found.origin is None:
        raise Problem(HTTPStatus.NOT_FOUND, "plotly is not installed.")
    return File(found.origin).parent / "package_data" / "plotly.min.js"


@cache
def _packed() -> bytes:
    return gzip.compress(_plotly().read_bytes(), 6)


def _span(start: datetime, end: datetime) -> Span:
    return Span(start.timestamp(), end.timestamp(), hourly=(end - start).total_seconds() <= HOURLY)


def _clamped(day: date) -> date:
    """The day, or the first or last one that can be counted with."""
    return min(max(day, FIRST), LAST)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _csv(found: Table) -> str:
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(found.columns)
    lines.writerows([_safe(cell) for cell in row] for row in found.rows)
    return written.getvalue()


def _safe(cell: Cell) -> Cell:
    # A spreadsheet runs what begins like a formula, and labels are what actors of anybody's making wrote.
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
