"""Every query behind the insights, in the order of docs/insights.md, which says what each of them counts."""

from typing import Any, Final, NamedTuple

import sqlalchemy as sql

from mesh.insights.tables import deeds, facts
from mesh.ratings import ratings

DAY: Final = 86_400.0
REOPENED_WITHIN: Final = 7 * DAY
PERCENTILES: Final = (50, 90, 95, 99)
NO_MATTER: Final = ("", "smalltalk", "out_of_scope", "feedback")
"""Intents that nobody comes back to."""
MOST: Final = 100

Query = sql.Select[Any]


class Span(NamedTuple):
    """From this instant on, up to but not including that one; seconds since 1970. `hourly` or by day."""

    start: float
    end: float
    hourly: bool = False


def _asked(span: Span) -> sql.ColumnElement[bool]:
    return (facts.c.asked_at >= span.start) & (facts.c.asked_at < span.end)


def _bucket(column: sql.ColumnElement[str], span: Span) -> sql.ColumnElement[str]:
    return column if span.hourly else sql.func.substr(column, 1, 10)


def _count(condition: sql.ColumnElement[bool]) -> sql.ColumnElement[int]:
    return sql.func.coalesce(sql.func.sum(sql.case((condition, 1), else_=0)), 0)


def volume(span: Span) -> Query:
    """Messages by hour or day and by ending: bucket, ending, messages."""
    bucket = _bucket(facts.c.hour, span).label("bucket")
    query = sql.select(bucket, facts.c.ending, sql.func.count().label("messages")).where(_asked(span))
    return query.group_by(bucket, facts.c.ending).order_by(bucket, facts.c.ending)


def first() -> Query:
    """When the oldest message was asked."""
    return sql.select(sql.func.min(facts.c.asked_at))


def sessions(span: Span) -> Query:
    """Messages, conversations and customers: messages, sessions, customers."""
    columns = {"sessions": facts.c.session_id, "customers": facts.c.customer}
    distinct = (sql.func.count(column.distinct()).label(name) for name, column in columns.items())
    return sql.select(sql.func.count().label("messages"), *distinct).where(_asked(span))


def labels(span: Span, name: str) -> Query:
    """Messages by one label, the most frequent first: label, messages, by_people (a person wrote the answer)."""
    label = facts.c[name]
    query = sql.select(
        label.label("label"),
        sql.func.count().label("messages"),
        _count(facts.c.answered_by == "person").label("by_people"),
    )
    return query.where(_asked(span)).group_by(label).order_by(sql.func.count().desc(), label).limit(MOST)


def moods(span: Span) -> Query:
    """Messages by hour or day and by sentiment: bucket, sentiment, messages."""
    bucket = _bucket(facts.c.hour, span).label("bucket")
    query = sql.select(bucket, facts.c.sentiment, sql.func.count().label("messages")).where(_asked(span))
    return query.group_by(bucket, facts.c.sentiment).order_by(bucket, facts.c.sentiment)


def hands(span: Span) -> Query:
    """Messages that were answered, by hour or day and by who answered: bucket, answered_by, messages."""
    bucket = _bucket(facts.c.hour, span).label("bucket")
    query = sql.select(bucket, facts.c.answered_by, sql.func.count().label("messages"))
    query = query.where(_asked(span), _resolved(facts))
    return query.group_by(bucket, facts.c.answered_by).order_by(bucket, facts.c.answered_by)


def resolutions(span: Span, now: float) -> Query:
    """Resolved messages by what the customer made of it and by who answered: state, answered_by, messages."""
    state = _state(now).label("state")
    judged = sql.select(state, facts.c.answered_by).where(_asked(span), _resolved(facts)).subquery()
    query = sql.select(judged.c.state, judged.c.answered_by, sql.func.count().label("messages"))
    return query.group_by(judged.c.state, judged.c.answered_by).order_by(judged.c.state, judged.c.answered_by)


def percentiles(span: Span, column: str) -> Query:
    """Nearest-rank percentiles of a duration, over all: percent, seconds. Empty without a value."""
    found, value = _ranked(span, column)
    rows = (
        sql.select(sql.literal(percent).label("percent"), sql.func.min(value).label("seconds")).where(
            found.c.place * 100 >= percent * found.c.many
        )
        for percent in PERCENTILES
    )
    return sql.select(sql.union_all(*rows).subquery())


def percentiles_over_time(span: Span, column: str) -> Query:
    """The median and the 95th percentile of a duration by hour or day: bucket, p50, p95."""
    found, value = _ranked(span, column, partition=True)
    at = {
        percent: sql.func.min(sql.case((found.c.place * 100 >= percent * found.c.many, value))).label(f"p{percent}")
        for percent in (50, 95)
    }
    return sql.select(found.c.bucket, at[50], at[95]).group_by(found.c.bucket).order_by(found.c.bucket)


def deadlines(span: Span) -> Query:
    """Messages that needed a person, by urgency and by whether the person was in time: urgency, person, messages."""
    query = sql.select(facts.c.urgency, facts.c.person, sql.func.count().label("messages"))
    query = query.where(_asked(span), facts.c.person != "")
    return query.group_by(facts.c.urgency, facts.c.person).order_by(facts.c.urgency, facts.c.person)


def stars(span: Span) -> Query:
    """Ratings by stars: stars, ratings. In the span lies the message that was rated."""
    query = sql.select(ratings.c.stars, sql.func.count().label("ratings"))
    query = query.join(facts, facts.c.message_id == ratings.c.message_id).where(_asked(span))
    return query.group_by(ratings.c.stars).order_by(ratings.c.stars)


def actions(span: Span) -> Query:
    """Actions by name and outcome, and the money that they moved: name, outcome, actions, amount."""
    here = (deeds.c.asked_at >= span.start) & (deeds.c.asked_at < span.end)
    amount = sql.func.coalesce(sql.func.sum(deeds.c.amount), 0.0).label("amount")
    query = sql.select(deeds.c.name, deeds.c.outcome, sql.func.count().label("actions"), amount).where(here)
    return query.group_by(deeds.c.name, deeds.c.outcome).order_by(deeds.c.name, deeds.c.outcome)


# -- inside


def _resolved(table: Any) -> sql.ColumnElement[bool]:  # noqa: ANN401 - the table or an alias of it
    return (table.c.ending == "resolved") & ~table.c.asks_back


def _state(now: float) -> sql.ColumnElement[str]:
    """What the customer made of a resolved message; the first that holds."""
    return sql.case(
        (_came_back(), "reopened"),
        (_rated(ratings.c.stars <= 2), "disputed"),
        (_rated(ratings.c.stars >= 4) | _thanked(), "confirmed"),
        (facts.c.answered_at > now - REOPENED_WITHIN, "pending"),
        else_="assumed",
    )


def _soon_after(later: sql.Alias | sql.FromClause) -> sql.ColumnElement[bool]:
    at = later.c.asked_at
    return (at > facts.c.answered_at) & (at <= facts.c.answered_at + REOPENED_WITHIN)


def _came_back() -> sql.ColumnElement[bool]:
    """The same customer writes about the same matter again: the same intent, and not another order."""
    later = facts.alias("later")
    same = (later.c.customer == facts.c.customer) & (later.c.intent == facts.c.intent)
    orders = (later.c.orders == facts.c.orders) | (later.c.orders == "") | (facts.c.orders == "")
    about = facts.c.intent.not_in(NO_MATTER)
    return about & sql.exists().where(same, orders, _soon_after(later))


def _thanked() -> sql.ColumnElement[bool]:
    """In the same session, a friendly word that asks for nothing."""
    later = facts.alias("thanks")
    friendly = (later.c.intent == "smalltalk") & (later.c.sentiment == "POSITIVE")
    return sql.exists().where(later.c.session_id == facts.c.session_id, friendly, _soon_after(later))


def _rated(stars: sql.ColumnElement[bool]) -> sql.ColumnElement[bool]:
    """A rating of this message, or of a later one of the same session."""
    rated = facts.alias("rated")
    soon = (rated.c.asked_at >= facts.c.asked_at) & (rated.c.asked_at <= facts.c.asked_at + REOPENED_WITHIN)
    return sql.exists().where(
        ratings.c.session_id == facts.c.session_id, rated.c.message_id == ratings.c.message_id, soon, stars
    )


def _ranked(span: Span, column: str, *, partition: bool = False) -> tuple[sql.Subquery, sql.ColumnElement[float]]:
    value = facts.c[column]
    bucket = _bucket(facts.c.hour, span)
    within = {"partition_by": bucket} if partition else {}
    place = sql.func.row_number().over(order_by=value, **within).label("place")
    many = sql.func.count().over(**within).label("many")
    found = sql.select(bucket.label("bucket"), value.label("value"), place, many)
    ranked = found.where(_asked(span), value.is_not(None)).subquery()
    return ranked, ranked.c.value
