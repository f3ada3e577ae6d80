"""One conversation with everything that is known about it, for the person who answers it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from gateway.answers import line_of
from gateway.case_models import Case, Entity, Felt, Found, Meant, Suggestion, Travelled
from gateway.edge import Edge
from gateway.waiting_list import PERSON, shown, was_held_back
from mesh.desk import Desk
from mesh.floor import Floor
from mesh.protocol import Message
from mesh.shop import Order

LINES = 200
LONGEST_VALUE = 80
T = TypeVar("T", bound=BaseModel)


async def case_of(edge: Edge, message: Message) -> Case:
    """Put together what the workflow, the history and the registers know of a message.

    Raises:
        Transient: the history cannot be read.
        Unavailable: NATS does not answer.
    """
    payload, found = message.payload, _read(Found, message.payload.context)
    meant = _read(Meant, payload.intent)
    return Case(
        item=await shown(edge, message),
        waiting=PERSON in message.route.here,
        felt=_read(Felt, payload.sentiment),
        meant=meant,
        entities=list(_entities(meant)),
        found=found,
        reasons=[entry.why for entry in message.route.trace if entry.kind == "edited" and entry.why],
        objections=list(_objections(payload.guardrail_check)),
        route=_travelled(message),
        lines=[line_of(row) for row in await edge.history.recent(message.session_id, LINES)],
        notes=list(await Desk(edge.bus).notes(message.message_id)),
        suggestion=_suggestion(message),
        transfer=await Floor(edge.bus).transfer_of(message.message_id),
        variables=_variables(message, found, meant),
        workflow=edge.settings.workflow_page(message.message_id),
        read_at=datetime.now(UTC),
    )


def _read(kind: type[T], value: JsonValue) -> T:
    try:
        return kind.model_validate(value or {})
    except ValidationError:
        return kind()


def _entities(meant: Meant) -> Iterator[Entity]:
    for name, value in meant.entities.items():
        for one in value if isinstance(value, list) else [value]:
            text = _in_words(one)
            if text:
                yield Entity(kind=name, value=text[:LONGEST_VALUE])


def _in_words(value: JsonValue) -> str:
    """A sum is an object of its figure and its currency."""
    parts = list(value.values()) if isinstance(value, dict) else [value]
    return " ".join(str(part) for part in parts if isinstance(part, str | int | float) and not isinstance(part, bool))


def _objections(check: JsonValue) -> Iterator[str]:
    """Which checks the mesh's own reply failed, by name."""
    findings = check.get("findings") if isinstance(check, dict) else None
    for finding in findings if isinstance(findings, list) else []:
        name = finding.get("check") if isinstance(finding, dict) else None
        if isinstance(name, str):
            yield name


def _travelled(message: Message) -> Travelled:
    route = message.route
    return Travelled(done=list(route.trace), here=list(route.here), ahead=list(route.ahead))


def _suggestion(message: Message) -> Suggestion | None:
    response = message.payload.response
    if not isinstance(response, dict):
        return None
    text, author = response.get("draft"), str(response.get("author") or "rules")
    if was_held_back(message):
        return Suggestion(text=str(response.get("text") or ""), source="held_back", author=author)
    return Suggestion(text=text, source="draft") if isinstance(text, str) and text else None


def _variables(message: Message, found: Found, meant: Meant) -> dict[str, str]:
    """What a canned reply may name. Of several orders it is the one that the customer named."""
    name = found.customer.name if found.customer else ""
    named = [one.value for one in _entities(meant)]
    order = next((order for order in found.orders if order.order_id in named), next(iter(found.orders), None))
    values = {
        "customer_name": name,
        "first_name": name.split(" ")[0],
        "customer_email": message.payload.customer_email or "",
        **(_of_order(order, found) if order else {}),
    }
    return {key: value for key, value in values.items() if value}


def _of_order(order: Order, found: Found) -> dict[str, str]:
    parcel = next((one for one in found.tracking if one.order_id == order.order_id), None)
    expected = (parcel.estimated_delivery if parcel else None) or order.expected_delivery
    return {
        "order_id": order.order_id,
        "order_status": order.status.replace("_", " "),
        "order_total": f"{order.total:.2f} {order.currency}",
        "tracking_number": order.tracking_number or "",
        "carrier": (parcel.carrier if parcel else None) or order.carrier or "",
        "expected_delivery": f"{expected:%d %B %Y}" if expected else "",
    }
