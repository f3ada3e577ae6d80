"""What the desk's acts mean for who is asked and who has how much: offers accepted, given back, answered."""

import logging
from datetime import UTC, datetime

from pydantic import JsonValue

from gateway.edge import Edge
from gateway.people import Person
from gateway.waiting_list import plainly
from mesh.assignment.pace import Answered, Served
from mesh.assignment.seats import Over, Seat, Seats
from mesh.errors import Transient, Unavailable
from mesh.protocol import Message

log = logging.getLogger(__name__)


async def accepted(edge: Edge, message: Message, person: Person) -> None:
    """Count the conversation as this person's, before they claim it: from now on it is offered to nobody.

    Raises:
        Offered: it is offered to somebody else, who has still time to take it.
    """
    over: Over = "offers" if person.may("supervisor") else "nothing"
    since = plainly(message).waiting_since
    await Seats(edge.bus).take(message.session_id, message.message_id, person.name, since, over)


async def theirs(edge: Edge, message: Message, holder: str | None) -> None:
    """Count it as theirs who has claimed it, also where it was another's who did not keep it, or lost."""
    if holder is None:
        return
    try:
        await Seats(edge.bus).take(
            message.session_id, message.message_id, holder, plainly(message).waiting_since, "anybody"
        )
    except (Unavailable, Transient) as error:
        log.warning("whose %s is, is not counted yet: %s", message.message_id, error)


async def left(edge: Edge, message: Message, person: str, *, passed: bool = False) -> None:
    """The person has it no more. What cannot be told now is found at the next sweep."""
    try:
        await Seats(edge.bus).free(message.session_id, person, passed=passed)
    except (Unavailable, Transient) as error:
        log.warning("the place of %s is not given back yet: %s", message.message_id, error)


async def seat_of(edge: Edge, message: Message) -> Seat | None:
    return await Seats(edge.bus).of(message.session_id)


def assignment(seat: Seat | None) -> dict[str, JsonValue]:
    """Who was asked and why, for the trace of the message; nothing where nobody was."""
    if seat is None or not seat.why:
        return {}
    since = seat.begun.isoformat()
    return {"assignment": {"person": seat.person, "skill": seat.skill, "why": list(seat.why), "asked_at": since}}


async def answered(edge: Edge, message: Message, person: str, seat: Seat | None) -> None:
    """Measure it. An answer that is not measured is an answer all the same."""
    now, since = datetime.now(UTC), plainly(message).waiting_since
    # Who stayed with the customer was not asked again when this message came.
    begun = max((one for one in (seat and seat.begun, since) if one), default=None)
    took = Answered(at=now, seconds=max(0.0, (now - begun).total_seconds()) if begun else 0.0)
    try:
        await Served(edge.bus).answered(customer_of(message), person, took)
    except (Unavailable, Transient) as error:
        log.warning("the answer to %s is not measured: %s", message.message_id, error)


def customer_of(message: Message) -> str:
    return message.payload.customer_email or message.session_id
