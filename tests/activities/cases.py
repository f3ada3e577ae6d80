"""Polly's shop history, rich enough for every kind of answer."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

from activities.api_query_executor import ApiData, OrderFacts
from activities.context_retriever import Context
from activities.intent_analyzer import Entities, Intent, IntentName
from activities.sentiment_analyzer import Sentiment
from mesh.protocol import Enrichment, Failure, Message, Route
from mesh.shop import (
    Address,
    Charge,
    Customer,
    Invoice,
    Item,
    Order,
    Product,
    Refund,
    Return,
    ReturnEligibility,
    Tracking,
    TrackingEvent,
    TrackingException,
)
from tests.fakes import a_message

INTENTS: tuple[IntentName, ...] = get_args(IntentName)
EMAIL = "polly.inquirer@example.com"
NOW = datetime.now(UTC)
TODAY = NOW.date()

JACKET = Item(sku="JKT-M", name="Trail jacket", size="M", color="black", unit_price=129.0)
SCARF = Item(sku="SCF", name="Silk scarf", color="red", unit_price=49.9)
BRIEFS = Item(sku="UND", name="Cotton briefs", unit_price=14.9, returnable=False)

HOME = Address(street="Lister Meile 8", city="Hanover", postal_code="30161", country="DE")
POLLY = Customer(customer_id="CUST-000002", email=EMAIL, name="Polly Hart", phone="+49 30 23125002", address=HOME)


def an_order(order_id: str, status: str, *items: Item, days: int = 5, **changes: object) -> Order:
    """An order of Polly's, placed some days ago and paid in full."""
    goods = items or (JACKET,)
    total = round(sum(item.unit_price * item.quantity for item in goods), 2)
    moving = status not in {"pending", "processing"}
    fields: dict[str, object] = {
        "order_id": order_id,
        "customer_email": EMAIL,
        "status": status,
        "placed_at": NOW - timedelta(days=days),
        "expected_delivery": TODAY + timedelta(days=2),
        "delivered_at": NOW - timedelta(days=1) if status in {"delivered", "returned"} else None,
        "items": goods,
        "charges": tuple(Charge(description=f"1 x {item.name}", amount=item.unit_price) for item in goods),
        "total": total,
        "paid": total,
        "payment_method": "gift_card",
        "shipping_method": "standard",
        "address": HOME,
        "carrier": "DHL" if moving else None,
        "tracking_number": f"JD{order_id[-8:]}0000000001" if moving else None,
    }
    return Order.model_validate(fields | changes)


def a_parcel(order: Order) -> Tracking:
    return Tracking(
        tracking_number=order.tracking_number or "",
        order_id=order.order_id,
        status="in_transit",
        carrier=order.carrier,
        location="Leipzig hub",
        estimated_delivery=order.expected_delivery,
        events=(
            TrackingEvent(at=NOW - timedelta(days=1), location="Leipzig hub", description="The parcel was scanned."),
        ),
        exceptions=(TrackingException(code="missed_connection", description="Missed connection."),),
    )


PREPARED = an_order("ORD-00000001", "processing", days=1)
TRAVELLING = an_order("ORD-00000002", "in_transit", SCARF, days=4)
DELIVERED = an_order(
    "ORD-00000003", "delivered", JACKET, days=9,
    charges=(
        Charge(description="1 x Trail jacket", amount=129.0), Charge(description="Premium handling fee", amount=49.9),
    ),
    total=178.9, paid=178.9,
)  # fmt: skip
REFUND = Refund(
    refund_id="REF-33301", amount=99.0, status="pending", reason="Returned", expected_by=TODAY + timedelta(days=3)
)
SENT_BACK = an_order(
    "ORD-00000004", "delivered", SCARF, days=20, refunds=(REFUND,), refunded=40.0,
    returns=(Return(return_id="RET-33301", status="received", sku="SCF"),),
)  # fmt: skip
ORDERS = (PREPARED, TRAVELLING, DELIVERED, SENT_BACK)


def a_context(*orders: Order, **changes: object) -> Context:
    found = orders or ORDERS
    parcels = tuple(a_parcel(order) for order in found if order.tracking_number)
    return Context(customer=POLLY, orders=found, tracking=parcels).model_copy(update=changes)


def api_data(*orders: Order, eligible: bool = True) -> ApiData:
    rule = ReturnEligibility(
        eligible=eligible,
        reason="The order can be returned." if eligible else "The time for returns is over.",
        until=TODAY + timedelta(days=20),
    )
    return ApiData(
        orders=tuple(
            OrderFacts(
                order_id=order.order_id,
                return_eligibility=rule,
                refunds=order.refunds,
                invoice=Invoice(
                    invoice_number=f"INV-2026-{order.order_id[-8:]}",
                    url=f"https://shop.example.com/invoices/{order.order_id}.pdf",
                    total=order.total,
                    charges=order.charges,
                ),
            )
            for order in orders or ORDERS
        ),
        products=(Product(sku="JKT", name="Trail jacket", price=129.0, sizes={"S": 1, "M": 3, "L": 2, "XL": 0}),),
    )


def an_intent(name: IntentName, *order_ids: str, confidence: float = 0.9, **entities: object) -> Intent:
    found = Entities.model_validate({"order_ids": order_ids, **entities})
    return Intent(intent=name, confidence=confidence, entities=found, order_ids=order_ids)


def a_mood(sentiment: str = "NEUTRAL", **changes: object) -> Sentiment:
    fields: dict[str, object] = {"sentiment": sentiment, "confidence": 0.9, "urgency": "low"}
    return Sentiment.model_validate(fields | changes)


PLANNING = Route(
    steps=("response_generator", "guardrail_validator", "execution_coordinator", "response_generator"),
)
ANSWERING = Route(steps=("response_generator", "guardrail_validator", "response_aggregator"))
HOLDING = Route(steps=("response_generator", "response_aggregator", "human_agent", "response_aggregator")).tune(
    "human_agent", timeout=900
)


def a_case(text: str, *enrichments: Enrichment, route: Route = ANSWERING) -> Message:
    """Polly's message with her context, unless another is given."""
    given = {item.slot for item in enrichments}
    standard = [item for item in (a_context(), a_mood()) if item.slot not in given]
    return a_message(text, *standard, *enrichments, email=EMAIL, route=route)


def after_failures(message: Message, *actors: str) -> Message:
    """The message as the error handler's route finds it after visits to these actors have failed."""
    log = tuple(Failure(actor=name, hop=hop, kind="permanent", reason="it failed") for hop, name in enumerate(actors))
    payload = message.payload.model_copy(update={"error": log[-1], "recovery_log": log})
    return message.model_copy(update={"payload": payload})


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)
