"""The tables that figures are computed from. Both follow from the history alone and may be emptied at any time."""

from typing import Final

import sqlalchemy as sql

from mesh.store import metadata

facts: Final = sql.Table(
    "facts",
    metadata,
    sql.Column("message_id", sql.String(64), primary_key=True),
    sql.Column("session_id", sql.String(64), nullable=False),
    sql.Column("customer", sql.String(64), nullable=False),
    # Instants are seconds since 1970: to subtract and compare them means the same to every database.
    sql.Column("asked_at", sql.Float, nullable=False),
    sql.Column("hour", sql.String(13), nullable=False),
    sql.Column("intent", sql.String(64), nullable=False),
    sql.Column("orders", sql.String(200), nullable=False),
    sql.Column("language", sql.String(16), nullable=False),
    sql.Column("sentiment", sql.String(16), nullable=False),
    sql.Column("urgency", sql.String(16), nullable=False),
    sql.Column("tier", sql.String(32), nullable=False),
    sql.Column("ending", sql.String(16), nullable=False),
    sql.Column("answered_by", sql.String(16), nullable=False),
    sql.Column("asks_back", sql.Boolean, nullable=False),
    sql.Column("first_seconds", sql.Float, nullable=True),
    sql.Column("last_seconds", sql.Float, nullable=True),
    sql.Column("answered_at", sql.Float, nullable=True),
    sql.Column("person", sql.String(16), nullable=False),
    sql.Column("person_seconds", sql.Float, nullable=True),
    sql.Column("newest", sql.Float, nullable=False),
    sql.Index("ix_facts_asked", "asked_at"),
    sql.Index("ix_facts_newest", "newest"),
    sql.Index("ix_facts_matter", "customer", "intent", "asked_at", "orders"),
    sql.Index("ix_facts_session", "session_id", "asked_at", "intent", "sentiment"),
)

deeds: Final = sql.Table(
    "deeds",
    metadata,
    sql.Column("message_id", sql.String(64), primary_key=True),
    sql.Column("place", sql.Integer, primary_key=True, autoincrement=False),
    sql.Column("asked_at", sql.Float, nullable=False),
    sql.Column("hour", sql.String(13), nullable=False),
    sql.Column("name", sql.String(64), nullable=False),
    sql.Column("outcome", sql.String(16), nullable=False),
    sql.Column("amount", sql.Float, nullable=True),
    sql.Index("ix_deeds_asked", "asked_at"),
)
