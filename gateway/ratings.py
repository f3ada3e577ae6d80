"""What a customer thought of a conversation, asked when it has ended."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from gateway.edge import TheEdge
from gateway.identity import TheCustomer
from gateway.models import Strict, Text
from gateway.ownership import demand_session
from gateway.problems import Problem
from mesh.personal import for_storage
from mesh.protocol import Id
from mesh.ratings import Rating, rate

router = APIRouter(tags=["chat"])

LONGEST = 1000


class NewRating(Strict):
    """`message_id`: the last message that was answered; rating the same end again replaces what was said."""

    message_id: Id
    stars: Annotated[int, Field(ge=1, le=5)]
    words: Annotated[Text, Field(max_length=LONGEST)] | None = None


@router.post("/api/sessions/{session_id}/ratings", status_code=HTTPStatus.CREATED)
async def give_rating(
    session_id: Annotated[Id, Path()], body: NewRating, customer: TheCustomer, edge: TheEdge
) -> Rating:
    """Rate a conversation that has ended, from 1 (bad) to 5 (good)."""
    await demand_session(edge, customer, session_id)
    rows = await edge.history.of_message(body.message_id)
    answered = [row for row in rows if row.session_id == session_id and row.sender != "customer"]
    if not answered:
        raise Problem(HTTPStatus.NOT_FOUND, "This conversation has no such message that was answered.")
    rating = Rating(
        session_id=session_id,
        message_id=body.message_id,
        stars=body.stars,
        words=for_storage(body.words) if body.words else None,
        timestamp=datetime.now(UTC),
    )
    await rate(edge.history, rating)
    return rating
