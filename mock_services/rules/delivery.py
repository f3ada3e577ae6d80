"""Changes to a parcel on its way, whether asked for by order or by tracking number."""

from datetime import date, timedelta
from typing import Final

from mock_services import answers, wishes
from mock_services.models import Order, OrderStatus, Tracking
from mock_services.problems import Conflict
from mock_services.rules.orders import spoken
from mock_services.shop import Change, Deed, Shop

TOO_LATE: Final[tuple[OrderStatus, ...]] = ("out_for_delivery", "delivered", "lost", "cancelled", "returned")
EXPRESS: Final = timedelta(days=2)
CARRIER_ANSWERS: Final = timedelta(days=2)


def expedite(shop: Shop, order: Order) -> Change:
    _check_can_be_faster(order)
    due = _sooner(order.expected_delivery, shop.today)
    changed = order.model_copy(update={"shipping_method": "express", "expected_delivery": due})
    history = shop.history(order).plus(shop.now(), order.status, f"Expedited, expected on {due}.")
    parcel = _hurried(shop, order, due)
    answer = answers.Expedited(
        done=f"Order {order.order_id} now travels express and should arrive on {due}.",
        expedite_id=shop.new_id("EXP"),
        expected_delivery=due,
        order=changed,
        tracking=parcel,
    )
    deed = Deed("expedite", order.order_id, {"expedite_id": answer.expedite_id, "expected_delivery": due.isoformat()})
    return Change(answer, deed, (changed, history, *([parcel] if parcel else [])))


def change_address(shop: Shop, parcel: Tracking, wish: wishes.AddressWish) -> Change:
    order = shop.order(parcel.order_id)
    if order.status in TOO_LATE:
        detail = f"The parcel {parcel.tracking_number} is {spoken(order.status)} and cannot be sent elsewhere."
        raise Conflict("address_fixed", detail)
    moved = parcel.model_copy(update={"address": wish.address}).plus(shop.now(), "The delivery address was changed.")
    changed = order.model_copy(update={"address": wish.address})
    done = f"The parcel {parcel.tracking_number} goes to {wish.address.street}, {wish.address.city}."
    answer = answers.TrackingChanged(done=done, change_id=shop.new_id("CHG"), tracking=moved, order=changed)
    deed = Deed(
        "redirect_parcel", parcel.tracking_number, {"change_id": answer.change_id, "address": wish.address.model_dump()}
    )
    return Change(answer, deed, (moved, changed))


def report_issue(shop: Shop, parcel: Tracking, wish: wishes.IssueWish) -> Change:
    case_id, answer_by = shop.new_id("CASE"), shop.today + CARRIER_ANSWERS
    changed = parcel.plus(shop.now(), f"We asked {parcel.carrier} to look into it (case {case_id}).")
    done = f"We contacted {parcel.carrier} about parcel {parcel.tracking_number} and expect an answer by {answer_by}."
    answer = answers.CaseOpened(done=done, case_id=case_id, answer_by=answer_by, tracking=changed)
    deed = Deed("carrier_issue", parcel.tracking_number, {"case_id": case_id, "description": wish.description})
    return Change(answer, deed, (changed,))


def _check_can_be_faster(order: Order) -> None:
    if order.status in TOO_LATE:
        detail = f"Order {order.order_id} is {spoken(order.status)} and cannot be expedited."
        raise Conflict("too_late_to_expedite", detail)
    if order.shipping_method == "express":
        detail = f"Order {order.order_id} travels express already and cannot be made faster."
        raise Conflict("already_express", detail)


def _sooner(expected: date | None, today: date) -> date:
    soonest, promised = today + timedelta(days=1), today + EXPRESS
    # A day that is past says nothing about when a late parcel will come.
    return promised if expected is None or expected < today else max(soonest, min(expected, promised))


def _hurried(shop: Shop, order: Order, due: date) -> Tracking | None:
    parcel = shop.tracking_of(order)
    if parcel is None:
        return None
    return parcel.model_copy(update={"estimated_delivery": due}).plus(shop.now(), "Upgraded to express.")
