"""How an order got where it is: from what was bought and its status follow its history and its parcel."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from mock_services.models import (
    SEEN_BY_CARRIER,
    Carrier,
    Charge,
    Currency,
    Customer,
    Document,
    History,
    HistoryEntry,
    Item,
    Order,
    OrderStatus,
    Refund,
    Return,
    ShippingMethod,
    SupportTicket,
    Tracking,
    TrackingEvent,
    TrackingException,
)

WAREHOUSE = "Rotterdam warehouse"
PREPARED: tuple[OrderStatus, ...] = ("pending", "processing")
TRAVELLING: tuple[OrderStatus, ...] = (*PREPARED, "shipped", "in_transit")
ARRIVED: tuple[OrderStatus, ...] = (*TRAVELLING, "out_for_delivery", "delivered")
PATHS: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    "pending": ("pending",),
    "processing": PREPARED,
    "shipped": (*PREPARED, "shipped"),
    "in_transit": TRAVELLING,
    "out_for_delivery": (*TRAVELLING, "out_for_delivery"),
    "delivered": ARRIVED,
    "delayed": (*TRAVELLING, "delayed"),
    "lost": (*TRAVELLING, "delayed", "lost"),
    "cancelled": (*PREPARED, "cancelled"),
    "returned": (*ARRIVED, "returned"),
}
TOLD: dict[OrderStatus, str] = {
    "pending": "The order was placed.",
    "processing": "The payment was received and the order is being prepared.",
    "shipped": "The parcel was handed to the carrier.",
    "in_transit": "The parcel was scanned on its way.",
    "out_for_delivery": "The parcel is on the delivery vehicle.",
    "delivered": "The parcel was delivered.",
    "delayed": "The parcel missed its connection and is held.",
    "lost": "The carrier cannot find the parcel.",
    "cancelled": "The order was cancelled.",
    "returned": "The goods came back to the warehouse.",
}


class Stock(NamedTuple):
    documents: tuple[Document, ...]
    tickets: dict[str, tuple[SupportTicket, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """`placed` and `ended` are days ago, `due` is days ahead; `ended` is when the status was reached."""

    order_id: str
    customer: Customer
    items: tuple[Item, ...]
    status: OrderStatus
    placed: int
    ended: int
    due: int | None
    carrier: Carrier = "DHL"
    hub: str = "Cologne hub"
    shipping_method: ShippingMethod = "standard"
    payment_method: str = "card"
    currency: Currency = "EUR"
    extras: tuple[Charge, ...] = ()
    returns: tuple[Return, ...] = ()
    refunds: tuple[Refund, ...] = field(default=())


def moment(today: date, days_ago: int, hour: int = 10) -> datetime:
    return datetime.combine(today - timedelta(days=days_ago), time(hour), UTC)


def documents(purchase: Purchase, today: date) -> tuple[Document, ...]:
    history = _history(purchase, today)
    order = _order(purchase, history, today)
    if order.tracking_number is None:
        return order, history
    return order, history, _parcel(purchase, order, history)


def tracking_number(carrier: Carrier, order_id: str) -> str:
    """A number of the carrier's form, the same for the same order."""
    dice = random.Random(f"{carrier} {order_id}")
    match carrier:
        case "UPS":
            return "1Z" + "".join(
                dice.choices("0123456789ABCDEFGHJKLMNPRSTUVWXY", k=6) + dice.choices("0123456789", k=10)
            )
        case "FedEx":
            return "".join(dice.choices("0123456789", k=12))
        case "USPS":
            return "94" + "".join(dice.choices("0123456789", k=20))
        case "DHL":
            return "JD" + "".join(dice.choices("0123456789", k=18))


def _history(purchase: Purchase, today: date) -> History:
    path = PATHS[purchase.status]
    begin, end = moment(today, purchase.placed), moment(today, purchase.ended, hour=16)
    pace = (end - begin) / max(len(path) - 1, 1)
    entries = tuple(
        HistoryEntry(at=(begin + pace * step).replace(microsecond=0), status=status, description=TOLD[status])
        for step, status in enumerate(path)
    )
    return History(order_id=purchase.order_id, entries=entries)


def _order(purchase: Purchase, history: History, today: date) -> Order:
    charges = _charges(purchase)
    total = round(sum(charge.amount for charge in charges), 2)
    paid = 0.0 if purchase.status == "pending" else total
    shipped = "shipped" in PATHS[purchase.status]
    refunds = purchase.refunds
    customer = purchase.customer
    return Order(
        order_id=purchase.order_id,
        customer_id=customer.customer_id,
        customer_email=customer.email,
        status=purchase.status,
        placed_at=history.entries[0].at,
        expected_delivery=None if purchase.due is None else today + timedelta(days=purchase.due),
        delivered_at=next((entry.at for entry in history.entries if entry.status == "delivered"), None),
        items=purchase.items,
        charges=charges,
        currency=purchase.currency,
        total=total,
        paid=paid,
        refunded=round(sum(refund.amount for refund in refunds), 2),
        payment_method=purchase.payment_method,
        shipping_method=purchase.shipping_method,
        address=customer.address,
        carrier=purchase.carrier if shipped else None,
        tracking_number=tracking_number(purchase.carrier, purchase.order_id) if shipped else None,
        returns=purchase.returns,
        refunds=refunds,
    )


def _charges(purchase: Purchase) -> tuple[Charge, ...]:
    lines = tuple(
        Charge(description=f"{item.quantity} x {item.name}", amount=round(item.quantity * item.unit_price, 2))
        for item in purchase.items
    )
    return (*lines, *purchase.extras)


def _parcel(purchase: Purchase, order: Order, history: History) -> Tracking:
    seen = [entry for entry in history.entries if entry.status in SEEN_BY_CARRIER]
    status = SEEN_BY_CARRIER[seen[-1].status]
    return Tracking(
        tracking_number=order.tracking_number or "",
        carrier=purchase.carrier,
        order_id=order.order_id,
        status=status,
        location=_place(purchase, seen[-1].status),
        estimated_delivery=order.expected_delivery,
        events=tuple(
            TrackingEvent(at=entry.at, location=_place(purchase, entry.status), description=entry.description)
            for entry in seen
        ),
        exceptions=_exceptions(purchase, seen),
        address=order.address,
    )


def _exceptions(purchase: Purchase, seen: list[HistoryEntry]) -> tuple[TrackingException, ...]:
    codes: dict[OrderStatus, tuple[str, str]] = {
        "delayed": ("DELAYED", f"Held at the {purchase.hub}: missed connection."),
        "lost": ("LOST", f"Not seen since the {purchase.hub}, presumed lost."),
    }
    found = [(codes[entry.status], entry.at) for entry in seen if entry.status in codes]
    return tuple(TrackingException(code=code, description=told, at=at) for (code, told), at in found)


def _place(purchase: Purchase, status: OrderStatus) -> str:
    match status:
        case "shipped":
            return WAREHOUSE
        case "out_for_delivery" | "delivered":
            return purchase.customer.address.city
        case _:
            return purchase.hub
