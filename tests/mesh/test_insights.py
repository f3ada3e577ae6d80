"""Figures against a history made by hand: each number below can be counted in `figures_of.week`."""

from datetime import timedelta

import pytest
import sqlalchemy as sql
from sqlalchemy.dialects import postgresql

from mesh.errors import Transient
from mesh.insights import rollup
from mesh.insights.figures import Cell, Insights
from mesh.insights.queries import REOPENED_WITHIN, Span
from mesh.insights.tables import deeds, facts
from mesh.ratings import Rating, rate
from mesh.store import History, connected
from tests.mesh.figures_of import MONDAY, asked, said, week

HOUR, DAY = 3600.0, 86_400.0
START = MONDAY.replace(hour=0).timestamp()
WEEK = Span(START, START + 7 * DAY)
NEXT_YEAR = START + 365 * DAY


@pytest.fixture
async def insights(history: History) -> Insights:
    await history.add(week())
    for session, message, stars in (("s-9", "m-second", 5), ("s-5", "m-furious", 1)):
        await rate(history, Rating(session_id=session, message_id=message, stars=stars, timestamp=MONDAY))
    found = Insights(history)
    await found.rollup.catch_up()
    return found


async def rows(insights: Insights, name: str, span: Span = WEEK) -> list[tuple[Cell, ...]]:
    return list((await insights.table(name, span, NEXT_YEAR)).rows)


async def test_messages_conversations_and_customers_are_counted_once_each(insights: Insights) -> None:
    assert await rows(insights, "sessions") == [(11, 9, 8)]


async def test_volume_is_told_by_day_and_by_how_messages_ended(insights: Insights) -> None:
    assert await rows(insights, "volume") == [
        ("2026-06-01", "resolved", 3),
        ("2026-06-02", "apologised", 1),
        ("2026-06-02", "resolved", 2),
        ("2026-06-03", "open", 1),
        ("2026-06-03", "resolved", 2),
        ("2026-06-03", "superseded", 1),
        ("2026-06-03", "waiting", 1),
    ]


async def test_a_short_span_is_told_by_the_hour(insights: Insights) -> None:
    monday = Span(START, START + DAY, hourly=True)
    assert await rows(insights, "volume", monday) == [
        ("2026-06-01T09", "resolved", 2),
        ("2026-06-01T10", "resolved", 1),
    ]


async def test_a_span_ends_before_its_last_instant(insights: Insights) -> None:
    first = MONDAY.timestamp()
    assert await rows(insights, "sessions", Span(first, first + 300)) == [(1, 1, 1)]
    assert await rows(insights, "sessions", Span(first, first + 301)) == [(2, 1, 1)]


async def test_intents_are_told_with_how_many_of_them_people_answered(insights: Insights) -> None:
    assert await rows(insights, "intents") == [
        ("order_status", 6, 1), ("", 2, 0), ("refund_request", 2, 0), ("smalltalk", 1, 0),
    ]  # fmt: skip


async def test_languages_and_urgencies_are_counted_likewise(insights: Insights) -> None:
    assert await rows(insights, "languages") == [("en", 10, 1), ("", 1, 0)]
    assert await rows(insights, "urgencies") == [
        ("low", 6, 0), ("medium", 2, 0), ("", 1, 0), ("critical", 1, 1), ("high", 1, 0),
    ]  # fmt: skip


async def test_feelings_are_told_by_day(insights: Insights) -> None:
    assert await rows(insights, "sentiments") == [
        ("2026-06-01", "NEGATIVE", 1), ("2026-06-01", "NEUTRAL", 1), ("2026-06-01", "POSITIVE", 1),
        ("2026-06-02", "NEGATIVE", 2), ("2026-06-02", "NEUTRAL", 1),
        ("2026-06-03", "", 1), ("2026-06-03", "NEUTRAL", 4),
    ]  # fmt: skip


async def test_who_resolved_it_is_the_mesh_the_mesh_with_an_approval_or_a_person(insights: Insights) -> None:
    assert await rows(insights, "answered_by") == [
        ("2026-06-01", "mesh", 3),
        ("2026-06-02", "approved", 1), ("2026-06-02", "person", 1),
        ("2026-06-03", "mesh", 1),
    ]  # fmt: skip


async def test_resolution_is_confirmed_assumed_reopened_and_disputed_apart(insights: Insights) -> None:
    # m-where was thanked for, m-second rated 5, m-refund came back as m-again, m-furious was rated 1.
    assert await rows(insights, "resolution") == [
        ("assumed", "approved", 1), ("assumed", "mesh", 1),
        ("confirmed", "mesh", 2), ("disputed", "person", 1), ("reopened", "mesh", 1),
    ]  # fmt: skip


async def test_what_nobody_confirmed_is_pending_for_seven_days_and_assumed_then(insights: Insights) -> None:
    answered = MONDAY.timestamp() + DAY + 2.0
    early = await insights.table("resolution", WEEK, answered + REOPENED_WITHIN - 1)
    late = await insights.table("resolution", WEEK, answered + REOPENED_WITHIN)
    assert ("pending", "approved", 1) in early.rows
    assert ("assumed", "approved", 1) in late.rows


@pytest.mark.parametrize(
    ("later", "intent", "orders", "email", "state"),
    [
        (timedelta(days=7), "refund_status", ("ORD-1",), "a@example.com", "reopened"),
        (timedelta(days=7, seconds=2), "refund_status", ("ORD-1",), "a@example.com", "assumed"),
        (timedelta(days=1), "refund_status", (), "a@example.com", "reopened"),
        (timedelta(days=1), "refund_status", ("ORD-2",), "a@example.com", "assumed"),
        (timedelta(days=1), "order_status", ("ORD-1",), "a@example.com", "assumed"),
        (timedelta(days=1), "refund_status", ("ORD-1",), "b@example.com", "assumed"),
    ],
)
async def test_coming_back_is_the_same_customer_about_the_same_matter_within_seven_days(  # noqa: PLR0913, PLR0917
    history: History, later: timedelta, intent: str, orders: tuple[str, ...], email: str, state: str
) -> None:
    one, two = asked("m-1", "s-1", MONDAY, "a@example.com"), asked("m-2", "s-2", MONDAY + later, email)
    await history.add([one, said(one, 1.0, intent="refund_status", orders=("ORD-1",))])
    await history.add([two, said(two, 1.0, "apologised", intent=intent, orders=orders)])
    insights = Insights(history)
    await insights.rollup.catch_up()
    assert (await insights.table("resolution", WEEK, NEXT_YEAR)).rows == ((state, "mesh", 1),)


async def test_times_to_the_first_and_to_the_last_answer_are_nearest_ranks(insights: Insights) -> None:
    # First: .25 .5 .75 1 1 1 1 1 2. Last, of what has ended: .25 .5 .75 1 1 2 601 4000.
    assert await rows(insights, "first_answer") == [(1.0, 2.0, 2.0, 2.0, 9)]
    assert await rows(insights, "last_answer") == [(1.0, 4000.0, 4000.0, 4000.0, 8)]
    assert await rows(insights, "person_wait") == [(600.0, 3600.0, 3600.0, 3600.0, 3)]


async def test_times_are_told_by_day(insights: Insights) -> None:
    assert await rows(insights, "last_answer_over_time") == [
        ("2026-06-01", 0.5, 1.0, 3), ("2026-06-02", 601.0, 4000.0, 3), ("2026-06-03", 0.75, 1.0, 2),
    ]  # fmt: skip
    assert await rows(insights, "first_answer_over_time") == [
        ("2026-06-01", 0.5, 1.0, 3), ("2026-06-02", 1.0, 2.0, 3), ("2026-06-03", 1.0, 1.0, 3),
    ]  # fmt: skip


async def test_deadlines_are_kept_missed_or_still_running(insights: Insights) -> None:
    assert await rows(insights, "deadlines") == [
        ("critical", "kept", 1), ("high", "missed", 1), ("medium", "kept", 1), ("medium", "waiting", 1),
    ]  # fmt: skip


async def test_ratings_are_counted_by_stars(insights: Insights) -> None:
    assert await rows(insights, "ratings") == [(1, 1), (5, 1)]


async def test_actions_and_their_money_are_told_by_name_and_outcome(insights: Insights) -> None:
    assert await rows(insights, "actions") == [
        ("issue_store_credit", "refused", 1, 5.0),
        ("process_refund", "done", 2, 42.5),
    ]


async def test_an_empty_history_has_figures_too(history: History) -> None:
    insights = Insights(history)
    assert await insights.rollup.catch_up() == 0
    assert await insights.first() is None
    found = await insights.tables(WEEK, NEXT_YEAR)
    assert found["sessions"].rows == ((0, 0, 0),)
    assert found["first_answer"].rows == ((None, None, None, None, 0),)
    assert all(
        found[name].rows == ()
        for name in found
        if name not in {"sessions", "first_answer", "last_answer", "person_wait"}
    )


async def test_a_later_answer_changes_the_line_of_its_message(history: History, insights: Insights) -> None:
    waiting = next(row for row in week() if row.row_id == "m-waiting:customer")
    await history.add([said(waiting, 900.0, hop=8, sender="human", urgency="medium")])
    assert await insights.rollup.catch_up() == 1
    assert ("2026-06-03", "person", 1) in await rows(insights, "answered_by")


async def test_a_reply_that_was_held_back_after_all_changes_it_too(history: History, insights: Insights) -> None:
    await history.amend("m-second:6", "superseded")
    await insights.rollup.catch_up()
    assert ("2026-06-03", "waiting", 2) in await rows(insights, "volume")


async def test_what_is_known_is_not_read_again(insights: Insights) -> None:
    assert await insights.rollup.catch_up() == 0


async def test_another_process_goes_on_where_the_first_one_stopped(history: History, insights: Insights) -> None:
    other = Insights(history)
    # Only what is within the overlap of the newest row is looked at anew: the five of Wednesday.
    assert await other.rollup.catch_up() == 5
    assert await rows(other, "sessions") == [(11, 9, 8)]


async def test_pages_of_the_history_are_read_one_after_the_other(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "PAGE", 3)
    await history.add(week())
    insights = Insights(history)
    await insights.rollup.catch_up()
    assert await rows(insights, "sessions") == [(11, 9, 8)]


async def test_facts_hold_nobodys_words_and_no_address(history: History, insights: Insights) -> None:
    async with connected(history.engine) as connection:
        found = [str(row) for table in (facts, deeds) for row in await connection.execute(sql.select(table))]
    assert len(found) == 14
    assert not [row for row in found if "secret" in row or "@" in row]


async def test_what_a_foreign_actor_wrote_into_a_label_is_left_out_unless_it_is_a_plain_word(history: History) -> None:
    one = asked("m-1", "s-1", MONDAY)
    await history.add([one, said(one, 1.0, intent="<b>polly@example.com</b>", mood="x" * 17, execution_result=[1])])
    insights = Insights(history)
    await insights.rollup.catch_up()
    assert await rows(insights, "intents") == [("", 1, 0)]
    assert await rows(insights, "sentiments") == [("2026-06-01", "", 1)]


async def test_a_history_that_is_away_is_told(history: History, insights: Insights) -> None:
    async with connected(history.engine) as connection:
        await connection.execute(sql.text("DROP TABLE facts"))
    with pytest.raises(Transient):
        await insights.tables(WEEK)


def test_every_query_can_be_said_to_postgresql() -> None:
    from mesh.insights.figures import _queries  # noqa: PLC0415

    said_so = {name: str(query.compile(dialect=postgresql.dialect())) for name, query in _queries(WEEK, 0.0).items()}  # type: ignore[no-untyped-call]
    assert set(said_so) == set(Insights.names())
    assert "json_extract" not in " ".join(said_so.values()).lower()
    lines = str(sql.select(*rollup._LINE).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "#>" in lines
