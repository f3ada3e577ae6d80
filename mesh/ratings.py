"""What customers thought of a conversation when it had ended."""

from datetime import UTC, datetime
from typing import Annotated

import sqlalchemy as sql
from pydantic import BaseModel, ConfigDict, Field

from mesh.protocol import Id
from mesh.store import History, connected, metadata, utc

ratings = sql.Table(
    "ratings",
    metadata,
    sql.Column("session_id", sql.String(64), primary_key=True),
    sql.Column("message_id", sql.String(64), primary_key=True),
    sql.Column("stars", sql.Integer, nullable=False),
    sql.Column("words", sql.Text, nullable=True),
    sql.Column("timestamp", sql.DateTime(timezone=True), nullable=False),
    sql.Index("ix_ratings_timestamp", "timestamp"),
)


class Rating(BaseModel):
    """One for each end of a session: `message_id` is the last message that had been answered by then."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    session_id: Id
    message_id: Id
    stars: Annotated[int, Field(ge=1, le=5)]
    words: str | None = None
    timestamp: datetime


async def rate(history: History, rating: Rating) -> None:
    """Keep a rating; given again for the same end it takes the place of the first.

    Raises:
        Transient: the history cannot be written.
    """
    values = rating.model_copy(update={"timestamp": rating.timestamp.astimezone(UTC)}).model_dump()
    here = (ratings.c.session_id == rating.session_id) & (ratings.c.message_id == rating.message_id)
    async with connected(history.engine) as connection:
        again = await connection.execute(sql.update(ratings).where(here).values(values))
        if not again.rowcount:
            await connection.execute(sql.insert(ratings).values(values))


async def rating_of(history: History, session_id: str, message_id: str) -> Rating | None:
    """What was said of this end, if anything.

    Raises:
        Transient: the history cannot be read.
    """
    here = (ratings.c.session_id == session_id) & (ratings.c.message_id == message_id)
    async with connected(history.engine) as connection:
        found = (await connection.execute(sql.select(ratings).where(here))).first()
    if found is None:
        return None
    rating = Rating.model_validate(found)
    return rating.model_copy(update={"timestamp": utc(rating.timestamp)})
