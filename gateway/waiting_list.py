"""The desk's list: what waits for a person, why, since when, and who has it."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from gateway.desk_models import Wanted
from gateway.edge import Edge
from gateway.models import Waiting
from mesh.assignment.seats import Seat, Seats
from mesh.desk import Desk
from mesh.errors import Unavailable
from mesh.floor import Floor
from mesh.mail.letter import letter_of
from mesh.protocol import Message
from mesh.store import utc
from mesh.temporal import Journeys

log = logging.getLogger(__name__)

PERSON = "human_agent"
EXECUTOR = "execution_coordinator"
AT_ONCE = 8
URGENCIES = ("critical", "high", "medium", "low")
DISTANT = datetime.max.replace(tzinfo=UTC)


async def listed(edge: Edge, wanted: Wanted) -> list[Waiting]:
    """Every conversation that waits for a person and is wanted, in the wanted order."""
    journeys, slots = await edge.temporal.journeys(), asyncio.Semaphore(AT_ONCE)

    async def one(message_id: str, facets: Mapping[str, str]) -> Waiting | None:
        async with slots:
            item = await _read(journeys, message_id, facets)
            return item and await _in_hands(edge, item, seats.get(item.session_id or ""))

    seats = await Seats(edge.bus).all()
    found = [found async for found in journeys.at(PERSON)]
    items = await asyncio.gather(*(one(message_id, facets) for message_id, facets in found))
    return sorted(
        (item for item in items if item and _fits(item, wanted)), key=_by_age if wanted.sort == "age" else _rank
    )


def is_approval(message: Message) -> bool:
    """Whether a verdict on a plan is asked for, not a reply: the plan is carried out after this visit."""
    return EXECUTOR in message.route.ahead


def was_held_back(message: Message) -> bool:
    """Whether it came to the desk because somebody had taken its conversation over."""
    return _field(getattr(message.payload, "delivery", None), "status") == "superseded"


async def _read(journeys: Journeys, message_id: str, facets: Mapping[str, str]) -> Waiting | None:
    """What the desk shows of one message; None when it went on after it was listed."""
    try:
        message = await journeys.message(message_id)
    except Unavailable as error:
        log.warning("message %s waits for a person and cannot be read: %s", message_id, error)
        return _unread(message_id, facets)
    return plainly(message) if message and PERSON in message.route.here else None


async def shown(edge: Edge, message: Message) -> Waiting:
    """What the desk shows of this message, whether or not it still waits."""
    return await _in_hands(edge, plainly(message), await Seats(edge.bus).of(message.session_id))


async def _in_hands(edge: Edge, item: Waiting, seat: Seat | None) -> Waiting:
    """The item with who has its conversation, to whom it was passed on, and who is asked to take it."""
    hold = await Desk(edge.bus).holder(item.session_id) if item.session_id else None
    transfer = await Floor(edge.bus).transfer_of(item.message_id)
    passed = {"skill": transfer.skill, "transferred_by": transfer.by} if transfer else {}
    held = {"state": "claimed", "claimed_by": hold.agent, "claimed_until": hold.until} if hold else {}
    return item.model_copy(update={**_offer(seat), **passed, **held})


def _offer(seat: Seat | None) -> dict[str, object]:
    if seat is None or seat.state != "offered" or not seat.stands(datetime.now(UTC)):
        return {}
    return {
        "offered_to": seat.person,
        "offered_until": seat.until,
        "offered_why": list(seat.why),
        "reserved": seat.reserved,
    }


def _fits(item: Waiting, wanted: Wanted) -> bool:
    asked = wanted.model_dump(exclude_none=True, exclude={"agent", "sort"})
    return all(getattr(item, name) == value for name, value in asked.items()) and wanted.agent in {
        None,
        item.claimed_by,
    }


def _unread(message_id: str, facets: Mapping[str, str]) -> Waiting:
    return Waiting(
        message_id=message_id,
        session_id=facets.get("SessionId"),
        urgency=facets.get("Urgency"),
        intent=facets.get("Intent"),
        tier=facets.get("Tier"),
        channel=facets.get("Channel"),
    )


def plainly(message: Message) -> Waiting:
    """What the message itself tells."""
    trace, payload, held_back = message.route.trace, message.payload, was_held_back(message)
    text = _field(payload.response, "text")
    since = _since(message)
    return _unread(message.message_id, message.facets("")).model_copy(
        update={
            "customer_email": payload.customer_email,
            "customer_name": _customer_name(payload.context),
            "customer_message": payload.customer_message,
            "waiting_since": since,
            "why": next((entry.why for entry in reversed(trace) if entry.kind == "edited" and entry.why), None),
            "holding_reply": None if held_back else text,
            "held_back": text if held_back else None,
            "kind": "approval" if is_approval(message) else "reply",
            "action_plan": payload.action_plan,
            "currency": _currency(message),
            **_due(message, since),
            **_by_mail(message),
        }
    )


def _since(message: Message) -> datetime | None:
    """When the visit to the person began: when the step before it ended."""
    ended = [(entry.at, entry.seconds or 0.0) for entry in message.route.trace if entry.at is not None]
    if not ended:
        return None
    at, seconds = ended[-1]
    return datetime.fromtimestamp(utc(at).timestamp() + seconds, UTC)


def _due(message: Message, since: datetime | None) -> dict[str, object]:
    if since is None:
        return {}
    policy = message.route.policy(PERSON)
    reminded = policy.remind_after
    soon = reminded is not None and datetime.now(UTC) >= since + timedelta(seconds=reminded)
    return {"due_at": since + timedelta(seconds=policy.timeout), "overdue_soon": soon}


def _by_mail(message: Message) -> dict[str, object]:
    letter = letter_of(message)
    if letter is None:
        return {}
    unproven = letter.sender if message.payload.customer_email is None else None
    return {"subject": letter.subject or None, "sender": unproven, "enclosed": [one.name for one in letter.enclosed]}


def _field(value: JsonValue, name: str) -> str | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def _customer_name(context: JsonValue) -> str | None:
    return _field(context.get("customer"), "name") if isinstance(context, dict) else None


def _currency(message: Message) -> str | None:
    """The one currency of the orders that the plan names; None when nobody knows it, or there are several."""
    named = {_field(action, "order_id") for action in _listed(message.payload.action_plan, "actions")}
    orders = _listed(message.payload.context, "orders")
    found = {_field(order, "currency") for order in orders if _field(order, "order_id") in named}
    return found.pop() if len(found) == 1 else None


def _listed(value: JsonValue, name: str) -> list[JsonValue]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _by_age(item: Waiting) -> datetime:
    return item.waiting_since or DISTANT


def _rank(item: Waiting) -> tuple[int, datetime]:
    urgency = URGENCIES.index(item.urgency) if item.urgency in URGENCIES else len(URGENCIES)
    return urgency, _by_age(item)
