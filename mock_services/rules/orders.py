"""Changes to an order before and while it travels."""

from typing import Final

from mock_services import answers, wishes
from mock_services.models import SEEN_BY_CARRIER, Note, Order, OrderStatus, Tracking
from mock_services.problems import Conflict
from mock_services.rules.refunds import refunded
from mock_services.shop import Change, Deed, Shop

BEFORE_SHIPPING: Final[tuple[OrderStatus, ...]] = ("pending", "processing")
# Cancelling has a rule of its own, because money moves with it.
NEXT: Final[dict[OrderStatus, tuple[OrderStatus, ...]]] = {
    "pending": ("processing",),
    "processing": ("shipped",),
    "shipped": ("in_transit", "out_for_delivery", "delivered", "delayed", "lost"),
    "in_transit": ("out_for_delivery", "delivered", "delayed", "lost"),
    "out_for_delivery": ("in_transit", "delivered", "delayed", "lost"),
    "delayed": ("in_transit", "out_for_delivery", "delivered", "lost"),
    "lost": ("in_transit", "delivered"),
    "delivered": ("returned",),
}


def spoken(status: str) -> str:
    return status.replace("_", " ")


def change_status(shop: Shop, order: Order, wish: wishes.StatusWish) -> Change:
    if wish.status not in NEXT.get(order.status, ()):
        detail = f"Order {order.order_id} is {spoken(order.status)} and cannot become {spoken(wish.status)}."
        raise Conflict("status_impossible", detail)
    changed, parcel = _moved(shop, order, wish.status)
    change_id = shop.new_id("CHG")
    done = f"Order {order.order_id} is now {spoken(wish.status)}."
    answer = answers.OrderChanged(done=done, change_id=change_id, order=changed)
    history = shop.history(order).plus(shop.now(), wish.status, done)
    deed = Deed("update_status", order.order_id, {"from": order.status, "to": wish.status, "change_id": change_id})
    return Change(answer, deed, (changed, history, *parcel))


def change_address(shop: Shop, order: Order, wish: wishes.AddressWish) -> Change:
    if order.status not in BEFORE_SHIPPING:
        detail = (
            f"Order {order.order_id} is already {spoken(order.status)}, so its address can no longer be changed here."
        )
        raise Conflict("address_fixed", detail)
    changed = order.model_copy(update={"address": wish.address})
    change_id = shop.new_id("CHG")
    done = f"Order {order.order_id} goes to {wish.address.street}, {wish.address.city}."
    answer = answers.OrderChanged(done=done, change_id=change_id, order=changed)
    deed = Deed("update_address", order.order_id, {"change_id": change_id, "address": wish.address.model_dump()})
    history = shop.history(order).plus(shop.now(), order.status, "The delivery address was changed.")
    return Change(answer, deed, (changed, history))


def cancel(shop: Shop, order: Order, wish: wishes.CancelWish) -> Change:
    if order.status == "cancelled":
        raise Conflict("already_cancelled", f"Order {order.order_id} was cancelled already.")
    if order.status not in BEFORE_SHIPPING:
        detail = f"Order {order.order_id} is already {spoken(order.status)} and can no longer be cancelled."
        raise Conflict("too_late_to_cancel", detail)
    amount = order.refundable
    changed = refunded(shop, order, amount, wish.reason) if amount > 0 else order
    changed = changed.model_copy(update={"status": "cancelled", "expected_delivery": None})
    history = shop.history(order).plus(shop.now(), "cancelled", f"Cancelled: {wish.reason}")
    answer = _cancelled(shop, changed, amount)
    deed = Deed("cancel", order.order_id, {"reason": wish.reason, "refunded": amount, "refund_id": answer.refund_id})
    return Change(answer, deed, (changed, history))


def add_note(shop: Shop, order: Order, wish: wishes.NoteWish) -> Change:
    note = Note(note_id=shop.new_id("NOTE"), text=wish.text, at=shop.now())
    changed = order.model_copy(update={"notes": (*order.notes, note)})
    answer = answers.OrderNoted(done="The note was added.", note_id=note.note_id, order=changed)
    deed = Deed("add_order_note", order.order_id, {"note_id": note.note_id, "text": wish.text})
    return Change(answer, deed, (changed,))


def invoice(order: Order) -> answers.Invoice:
    number = f"INV-{order.placed_at.year}-{order.order_id.removeprefix('ORD-')}"
    url = f"https://shop.example.com/invoices/{number}.pdf"
    return answers.Invoice(
        invoice_number=number, url=url, charges=order.charges, total=order.total, currency=order.currency
    )


def resend_invoice(shop: Shop, order: Order) -> Change:
    number, delivery_id = invoice(order).invoice_number, shop.new_id("MAIL")
    done = f"Invoice {number} was sent to {order.customer_email}."
    answer = answers.InvoiceSent(
        done=done, delivery_id=delivery_id, invoice_number=number, sent_to=order.customer_email
    )
    return Change(answer, Deed("resend_invoice", order.order_id, {"delivery_id": delivery_id, "invoice": number}))


def _cancelled(shop: Shop, order: Order, amount: float) -> answers.Cancelled:
    back = f" {amount:.2f} {order.currency} go back to you." if amount > 0 else ""
    return answers.Cancelled(
        done=f"Order {order.order_id} was cancelled.{back}",
        cancellation_id=shop.new_id("CNCL"),
        refund_id=order.refunds[-1].refund_id if amount > 0 else None,
        refunded=amount,
        currency=order.currency,
        order=order,
    )


def _moved(shop: Shop, order: Order, status: OrderStatus) -> tuple[Order, tuple[Tracking, ...]]:
    """The order in its new status, and its parcel with it."""
    changed = order.model_copy(update={"status": status})
    if status == "delivered":
        changed = changed.model_copy(update={"delivered_at": shop.now()})
    if status == "shipped":
        return _handed_over(shop, changed)
    parcel, seen = shop.tracking_of(order), SEEN_BY_CARRIER.get(status)
    if parcel is None or seen is None:
        return changed, ()
    parcel = parcel.model_copy(update={"status": seen}).plus(shop.now(), f"The parcel is {spoken(status)}.")
    return changed, (parcel,)


def _handed_over(shop: Shop, order: Order) -> tuple[Order, tuple[Tracking, ...]]:
    number = f"JD{shop.new_number():018d}"
    changed = order.model_copy(update={"carrier": "DHL", "tracking_number": number})
    parcel = Tracking(
        tracking_number=number,
        carrier="DHL",
        order_id=order.order_id,
        status="label_created",
        location="Rotterdam warehouse",
        estimated_delivery=order.expected_delivery,
        events=(),
        exceptions=(),
        address=order.address,
    )
    return changed, (parcel.plus(shop.now(), "Shipment information received."),)
