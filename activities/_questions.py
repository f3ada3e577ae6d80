"""Which questions an intent raises, and which orders they are about."""

from collections.abc import Callable
from typing import Final, Literal

from activities.context_retriever import Context
from activities.intent_analyzer import Intent, IntentName
from mesh.shop import Order

Question = Literal["return_eligibility", "refunds", "invoice", "exceptions", "products"]

MOST_ORDERS: Final = 5
"""Somebody who lists fifty numbers gets an answer on these, and the shop is not flooded."""

_GOING_BACK: Final[tuple[Question, ...]] = ("return_eligibility", "refunds")
RAISED: Final[dict[IntentName, tuple[Question, ...]]] = {
    "return_request": _GOING_BACK,
    "exchange_request": (*_GOING_BACK, "products"),
    "product_issue": _GOING_BACK,
    "refund_request": _GOING_BACK,
    "refund_status": ("refunds",),
    "billing_invoice": ("invoice",),
    "payment_issue": ("invoice",),
    "delivery_complaint": ("exceptions",),
    "product_inquiry": ("products",),
}

_ENDED: Final = frozenset({"delivered", "returned", "cancelled"})
_SUITABLE: Final[dict[Question, Callable[[Order], bool]]] = {
    "return_eligibility": lambda order: order.status == "delivered",
    "refunds": lambda order: bool(order.refunds or order.returns) or order.status in _ENDED,
    "invoice": lambda order: order.paid > 0,
    "exceptions": lambda order: order.tracking_number is not None and order.status not in _ENDED,
}


def raised_by(intent: Intent) -> tuple[Question, ...]:
    """The questions behind everything the customer wants, each once."""
    return tuple(dict.fromkeys(question for name in intent.wanted for question in RAISED.get(name, ())))


def concerned(questions: tuple[Question, ...], intent: Intent, context: Context) -> dict[str, tuple[Question, ...]]:
    """What to ask about each order of the customer."""
    asked: dict[str, tuple[Question, ...]] = {}
    for question in questions:
        for order in orders_for(question, intent, context):
            asked[order.order_id] = (*asked.get(order.order_id, ()), question)
    return asked


def orders_for(question: Question, intent: Intent, context: Context) -> tuple[Order, ...]:
    """The orders that are named; else the one last talked about; else the newest that the question suits."""
    if named := _named(intent, context):
        return named[:MOST_ORDERS]
    other_than = intent.follows.other_than if intent.follows else None
    last = context.order(context.session.last_order_id or "")
    if last and last.order_id != other_than:
        return (last,)
    suits = _SUITABLE.get(question, _SUITABLE["return_eligibility"])
    fitting = [order for order in context.orders if suits(order) and order.order_id != other_than]
    return tuple((fitting or list(context.orders if len(context.orders) == 1 else ()))[:1])


def _named(intent: Intent, context: Context) -> tuple[Order, ...]:
    parcels = {"".join(number.split()).upper() for number in intent.entities.tracking_numbers}
    ids = intent.entities.order_ids
    return tuple(order for order in context.orders if order.order_id in ids or order.tracking_number in parcels)
