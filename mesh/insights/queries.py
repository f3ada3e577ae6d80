"""Every query behind the insights, in the order of docs/insights.md, which says what each of them counts."""

from typing import Any, Final, NamedTuple

import sqlalchemy as sql

from mesh.insights.tables import deeds, facts
from mesh.ratings import ratings

DAY: Final = 86_400.0
REOPENED_WITHIN: Final = 7 * DAY
NO_MATTER: Final = ("", "smalltalk", "out_of_scope", "feedback")
"""Intents that nobody comes back to."""
UNHAPPY, HAPPY = 2, 4
"""So many stars or fewer, and so many or more."""
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
    columns: dict[str, Any] = {"sessions": facts.c.session_id, "customers": facts.c.customer}
    counts: list[Any] = [sql.func.count(column.distinct()).label(name) for name, column in columns.items()]
    return sql.select(sql.func.count().label("messages"), *counts).where(_asked(span))


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
    query = query.where(_asked(span), _resolved())
    return query.group_by(bucket, facts.c.answered_by).order_by(bucket, facts.c.answered_by)


def resolutions(span: Span, now: float) -> Query:
    """Resolved messages by what the customer made of it and by who answered: state, answered_by, messages."""
    state = _state(now).label("state")
    judged = sql.select(state, facts.c.answered_by).where(_asked(span), _resolved()).subquery()
    query = sql.select(judged.c.state, judged.c.answered_by, sql.func.count().label("messages"))
    return query.group_by(judged.c.state, judged.c.answered_by).order_by(judged.c.state, judged.c.answered_by)


def percentiles(span: Span, column: str) -> Query:
    """Nearest-rank percentiles of a duration in seconds, over all: p50, p90, p95, p99, messages."""
    found = _ranked(span, column, sql.literal(""))
    ranks: list[Any] = [_rank(found, percent) for percent in (50, 90, 95, 99)]
    return sql.select(*ranks, sql.func.count().label("messages"))


def percentiles_over_time(span: Span, column: str) -> Query:
    """The median and the 95th percentile of a duration by hour or day: bucket, p50, p95, messages."""
    found = _ranked(span, column, _bucket(facts.c.hour, span))
    ranks = (_rank(found, percent) for percent in (50, 95))
    query = sql.select(found.c.bucket, *ranks, sql.func.count().label("messages"))
    return query.group_by(found.c.bucket).order_by(found.c.bucket)


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


def _resolved() -> sql.ColumnElement[bool]:
    return sql.and_(facts.c.ending == "resolved", facts.c.asks_back.is_(False))


def _state(now: float) -> sql.ColumnElement[str]:
    """What the customer made of a resolved message; the first that holds."""
    return sql.case(
        (_came_back(), "reopened"),
        (_rated(ratings.c.stars <= UNHAPPY), "disputed"),
        (_rated(ratings.c.stars >= HAPPY) | _thanked(), "confirmed"),
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


def _ranked(span: Span, column: str, bucket: sql.ColumnElement[str]) -> sql.Subquery:
    """Every value with its place among those of its bucket, the smallest first, and how many these are."""
    value = facts.c[column]
    place = sql.func.row_number().over(partition_by=bucket, order_by=value)
    many = sql.func.count().over(partition_by=bucket)
    found = sql.select(bucket.label("bucket"), value.label("value"), place.label("place"), many.label("many"))
    return found.where(_asked(span), value.is_not(None)).subquery()


def _rank(found: sql.Subquery, percent: int) -> sql.Label[float]:
    reached = found.c.place * 100 >= percent * found.c.many
    return sql.func.min(sql.case((reached, found.c.value))).label(f"p{percent}")
