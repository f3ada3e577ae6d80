"""How each action is asked of the shop: service, method, path and body. Nothing is sent from here."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from activities._reply import Action, ActionName
from activities.context_retriever import Context
from mesh.errors import MeshError
from mesh.route import Wire
from mesh.shop import Address, Order, Service

BEFORE_SHIPPING: Final = frozenset({"pending", "processing"})


class Impossible(MeshError):  # noqa: N818 - a verdict in words that the customer may read
    """The action cannot even be asked: something is missing or not the customer's."""


class Earlier(NamedTuple):
    """What came of an action before this one: the return that it opened, or why it was refused."""

    name: ActionName
    order_id: str | None
    return_id: str | None
    refused: str | None


class Case(NamedTuple):
    action: Action
    context: Context
    earlier: tuple[Earlier, ...] = ()


class Request(NamedTuple):
    service: Service
    method: Literal["POST", "PUT"]
    path: str
    body: Wire


class Body(Wire):
    """What a change needs to know; only what is set is sent."""


class Reason(Body):
    reason: str


class Text(Body):
    text: str


class Description(Body):
    description: str


class Sum(Body):
    amount: float | None
    reason: str


class Goods(Body):
    sku: str | None
    reason: str


class Swap(Body):
    sku: str
    size: str | None
    color: str | None
    reason: str


class Place(Body):
    address: Address


class Rank(Body):
    tier: str


class Call(Body):
    phone: str | None
    reason: str


def order_of(case: Case) -> Order:
    """The order that the action is about, when it is the customer's."""
    action, orders = case.action, case.context.orders
    if action.order_id is None and action.tracking_number is None:
        raise Impossible("No order number was given.")
    for order in orders:
        if action.order_id in (None, order.order_id) and action.tracking_number in (None, order.tracking_number):
            return order
    if "orders" in case.context.unavailable:
        raise Impossible("We cannot see the customer's orders at the moment.")
    raise Impossible("This order does not belong to the customer.")


def parcel_of(case: Case) -> str:
    """The tracking number of the order."""
    order = order_of(case)
    if order.tracking_number is None:
        raise Impossible(f"Order {order.order_id} has not been handed to a carrier yet.")
    return order.tracking_number


def _order_path(case: Case, change: str) -> str:
    return f"/orders/{order_of(case).order_id}/{change}"


def _customer_path(case: Case, change: str) -> str:
    customer, wanted = case.context.customer, case.action.customer_id
    if customer is None:
        unseen = "customers" in case.context.unavailable
        raise Impossible("We cannot see the customer's account at the moment." if unseen else "No account is known.")
    if wanted not in (None, customer.customer_id):
        raise Impossible("This account does not belong to the customer.")
    return f"/customers/{customer.customer_id}/{change}"


def _reason(case: Case, otherwise: str = "Requested by the customer.") -> str:
    return case.action.reason or otherwise


def _words(case: Case) -> str:
    if not case.action.reason:
        raise Impossible("The note has no text.")
    return case.action.reason


def _expedite_order(case: Case) -> Request:
    return Request("orders", "POST", _order_path(case, "expedite"), Body())


def _expedite_delivery(case: Case) -> Request:
    return Request("tracking", "POST", f"/tracking/{parcel_of(case)}/expedite", Body())


def _return(case: Case) -> Request:
    return Request("orders", "POST", _order_path(case, "return"), Goods(sku=case.action.sku, reason=_reason(case)))


def _refund(case: Case) -> Request:
    path = _order_path(case, "refund")
    for before in case.earlier:
        # Money must not go back for goods that do not.
        if before.name == "process_return" and before.order_id == order_of(case).order_id and before.refused:
            raise Impossible(f"No refund, because the return is not possible: {before.refused}")
    return Request("orders", "POST", path, Sum(amount=case.action.amount, reason=_reason(case)))


def _cancel(case: Case) -> Request:
    return Request("orders", "POST", _order_path(case, "cancel"), Reason(reason=_reason(case)))


def _address(case: Case) -> Request:
    order = order_of(case)
    body = Place(address=_whole(case.action.address, order))
    # A parcel on its way is the carrier's to redirect.
    if order.status in BEFORE_SHIPPING or order.tracking_number is None:
        return Request("orders", "PUT", f"/orders/{order.order_id}/address", body)
    return Request("tracking", "PUT", f"/tracking/{order.tracking_number}/address", body)


def _whole(address: Address | None, order: Order) -> Address:
    if address is None:
        raise Impossible("The new address was not given.")
    given = {name: getattr(address, name).strip() for name in Address.model_fields}
    if not given["country"] and order.address:
        given["country"] = order.address.country
    missing = [name.replace("_", " ") for name, value in given.items() if not value]
    if missing:
        raise Impossible(f"The new address is not complete: {' and '.join(missing)} missing.")
    return Address(**given)


def _order_note(case: Case) -> Request:
    return Request("orders", "POST", _order_path(case, "notes"), Text(text=_words(case)))


def _customer_note(case: Case) -> Request:
    return Request("customers", "POST", _customer_path(case, "notes"), Text(text=_words(case)))


def _tier(case: Case) -> Request:
    if not case.action.tier:
        raise Impossible("No tier was given.")
    return Request("customers", "PUT", _customer_path(case, "tier"), Rank(tier=case.action.tier))


def _label(case: Case) -> Request:
    return Request("orders", "POST", _order_path(case, f"returns/{_open_return(case)}/label"), Body())


def _open_return(case: Case) -> str:
    order = order_of(case)
    made = [before.return_id for before in case.earlier if before.order_id == order.order_id and before.return_id]
    known = [found.return_id for found in order.returns if found.status == "open"]
    if not (known or made):
        raise Impossible(f"There is no open return for order {order.order_id}.")
    return [*known, *made][-1]


def _carrier(case: Case) -> Request:
    body = Description(description=_reason(case, "The customer asks where the parcel is."))
    return Request("tracking", "POST", f"/tracking/{parcel_of(case)}/issues", body)


def _callback(case: Case) -> Request:
    body = Call(phone=case.action.phone, reason=_reason(case, "The customer wants to be called."))
    return Request("customers", "POST", _customer_path(case, "callbacks"), body)


def _supervisor(case: Case) -> Request:
    body = Reason(reason=_reason(case, "The customer asks for a supervisor."))
    return Request("customers", "POST", _customer_path(case, "escalations"), body)


def _credit(case: Case) -> Request:
    if case.action.amount is None:
        raise Impossible("No amount was given.")
    body = Sum(amount=case.action.amount, reason=_reason(case, "Goodwill."))
    return Request("customers", "POST", _customer_path(case, "credit"), body)


def _exchange(case: Case) -> Request:
    order, action = order_of(case), case.action
    sku = action.sku or (order.items[0].sku if len(order.items) == 1 else None)
    if sku is None:
        raise Impossible(f"Which item of order {order.order_id} is meant was not given.")
    body = Swap(sku=sku, size=action.size, color=action.color, reason=_reason(case))
    return Request("orders", "POST", f"/orders/{order.order_id}/exchange", body)


def _invoice(case: Case) -> Request:
    return Request("orders", "POST", _order_path(case, "invoice/resend"), Body())


CHANGES: Final[dict[ActionName, Callable[[Case], Request]]] = {
    "expedite_order": _expedite_order,
    "expedite_delivery": _expedite_delivery,
    "process_return": _return,
    "process_refund": _refund,
    "cancel_order": _cancel,
    "update_delivery_address": _address,
    "add_customer_note": _customer_note,
    "add_order_note": _order_note,
    "update_customer_tier": _tier,
    "generate_return_label": _label,
    "contact_carrier": _carrier,
    "schedule_callback": _callback,
    "escalate_to_supervisor": _supervisor,
    "issue_store_credit": _credit,
    "exchange_item": _exchange,
    "resend_invoice": _invoice,
}
