"""The insights' API: spans, JSON, CSV; and the pages with the library that draws."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.insights import HOURLY, a_span
from mesh.insights.figures import Insights
from mesh.ratings import Rating, rate
from mesh.store import History, connected
from tests.fakes import FakeJourneys
from tests.gateway.overlook import Overlook, overlook
from tests.mesh.figures_of import MONDAY, asked, said, week

WEEK_BEGAN = MONDAY.timestamp()
WEEK = "since=2026-06-01&until=2026-06-07"


@pytest.fixture
async def view(history: History) -> AsyncIterator[Overlook]:
    await history.add(week())
    await rate(history, Rating(session_id="s-9", message_id="m-second", stars=5, timestamp=MONDAY))
    async with overlook(history, FakeJourneys()) as opened:
        yield opened


async def test_all_tables_of_a_span_come_together(view: Overlook) -> None:
    found = (await view.http.get(f"/api/insights?{WEEK}")).json()
    assert (found["since"], found["until"], found["by"]) == ("2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z", "day")
    assert found["first"] == "2026-06-01T09:00:00Z"
    assert set(found["tables"]) == set(Insights.names())
    assert found["tables"]["sessions"] == {"columns": ["messages", "sessions", "customers"], "rows": [[11, 9, 8]]}
    assert found["tables"]["ratings"]["rows"] == [[5, 1]]


async def test_a_day_is_told_by_the_hour_and_its_last_day_is_in_it(view: Overlook) -> None:
    found = (await view.http.get("/api/insights?since=2026-06-01&until=2026-06-01")).json()
    assert found["by"] == "hour"
    assert found["tables"]["sessions"]["rows"] == [[3, 2, 2]]
    assert found["tables"]["volume"]["rows"][0] == ["2026-06-01T09", "resolved", 2]


async def test_a_span_without_a_message_is_empty(view: Overlook) -> None:
    found = (await view.http.get("/api/insights?since=2020-01-01&until=2020-01-31")).json()
    assert found["tables"]["sessions"]["rows"] == [[0, 0, 0]]
    assert found["tables"]["volume"]["rows"] == []


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "hours=0", "hours=100000", "until=0", "until=20260601", "until=2026-02-30", "until=0000-01-01"],
)  # fmt: skip
async def test_a_span_that_is_none_is_refused_in_words(view: Overlook, query: str) -> None:
    answer = await view.http.get(f"/api/insights?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_week_is_meant_when_nothing_is_said() -> None:
    span = a_span()
    today = datetime.now(UTC).date()
    assert datetime.fromtimestamp(span.start, UTC).date() == today - timedelta(days=6)
    assert datetime.fromtimestamp(span.end, UTC).date() == today + timedelta(days=1)
    assert not span.hourly


def test_hours_are_counted_back_from_now() -> None:
    span = a_span(hours=24)
    assert span.end - span.start == 86_400
    assert span.hourly
    assert a_span(hours=int(HOURLY / 3600)).hourly
    assert not a_span(hours=int(HOURLY / 3600) + 1).hourly


async def test_days_in_the_wrong_order_are_turned_around(view: Overlook) -> None:
    found = (await view.http.get("/api/insights?since=2026-06-07&until=2026-06-01")).json()
    assert found["tables"]["sessions"]["rows"] == [[11, 9, 8]]


def test_the_ends_of_all_calendars_can_be_asked_for() -> None:
    everything = a_span(since=date.min, until=date.max)
    assert everything.start <= WEEK_BEGAN < everything.end
    assert a_span(until=date.min).start >= 0


@pytest.mark.parametrize("name", Insights.names())
async def test_every_table_can_be_had_as_csv_with_the_same_rows(view: Overlook, name: str) -> None:
    table = (await view.http.get(f"/api/insights?{WEEK}")).json()["tables"][name]
    answer = await view.http.get(f"/api/insights/{name}.csv?{WEEK}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}_2026-06-01_2026-06-07.csv"'
    header, *lines = csv.reader(io.StringIO(answer.text))
    assert header == table["columns"]
    assert lines == [["" if cell is None else str(cell) for cell in row] for row in table["rows"]]


async def test_a_table_that_is_none_is_not_found(view: Overlook) -> None:
    assert (await view.http.get("/api/insights/passwords.csv")).status_code == 404


async def test_a_label_that_a_spreadsheet_would_run_is_only_text(history: History, view: Overlook) -> None:
    question = asked("m-evil", "s-evil", MONDAY)
    await history.add([question, said(question, 1.0, intent="refund")])
    await view.views.insights.rollup.catch_up()
    async with connected(history.engine) as connection:
        from mesh.insights.tables import facts  # noqa: PLC0415

        await connection.execute(facts.update().where(facts.c.message_id == "m-evil").values(intent="=1+1"))
    found = await view.http.get(f"/api/insights/intents.csv?{WEEK}")
    assert "'=1+1" in found.text
    assert "\n=1+1" not in found.text


async def test_the_pages_bring_only_what_is_ours_and_no_script_or_style_within(view: Overlook) -> None:
    for path in ("/mesh", "/insights"):
        page = await view.http.get(path)
        assert page.status_code == 200
        assert "http://" not in page.text
        assert "https://" not in page.text
        assert "<style" not in page.text
        assert " style=" not in page.text
        assert " onclick=" not in page.text


async def test_the_library_that_draws_is_served_from_where_it_is_installed(view: Overlook) -> None:
    packed = await view.http.get("/insights/plotly.js", headers={"Accept-Encoding": "gzip"})
    plain = await view.http.get("/insights/plotly.js", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert "plotly.js v" in plain.text[:200]
