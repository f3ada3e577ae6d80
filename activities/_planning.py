"""Which things to do at the shop follow from what the customer wants, and what stands in the way of the rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from activities._addresses import address_in
from activities._case import MOVING, OPEN, PAID_BACK, Case, Matter
from activities._confirming import NEEDS_YES, agreed, unconfirmed
from activities._reply import Action, ActionPlan
from activities._wishes import charge_doubted, damaged, hurried, invoice_wanted, reason_in, variant_in
from activities.intent_analyzer import IntentName
from mesh.shop import Item, Order

Obstacle = Literal[
    "no_order", "which_order", "which_item", "which_variant", "which_address", "not_delivered", "already_returned",
    "not_returnable", "not_eligible", "sold_out", "return_first", "cancel_first", "wait_first", "nothing_left",
    "under_way", "gone", "already_cancelled",
]  # fmt: skip
"""Why nothing can be done yet; `obstacle.jinja` says it in words."""

LONGEST_NOTE: Final = 300


@dataclass(frozen=True)
class Proposal:
    actions: tuple[Action, ...] = ()
    obstacle: Obstacle | None = None


Propose = Callable[[Case, Order], Proposal]


def plan(case: Case) -> ActionPlan:
    """Everything that can be done for the customer now, each thing once: what is free, and what they agreed to."""
    wished = _wished(case)
    return ActionPlan(actions=(*agreed(case, wished), *(one for one in wished if one.name not in NEEDS_YES)))


def waiting(case: Case) -> tuple[Action, ...]:
    """What could be done as soon as the customer says yes."""
    return unconfirmed(case, _wished(case))


def planned(case: Case, proposal: Proposal) -> tuple[Action, ...]:
    """What of a proposal is in the plan."""
    asked = waiting(case)
    return tuple(action for action in proposal.actions if action not in asked)


def _wished(case: Case) -> tuple[Action, ...]:
    if case.nameless:
        return ()
    return _once(action for matter in case.matters for action in propose(case, matter).actions)


def propose(case: Case, matter: Matter) -> Proposal:
    """What to do about one matter, or what stands in the way."""
    if matter.intent == "complaint":
        return _noted(case, "Complaint")
    rule = RULES.get(matter.intent)
    if rule is None:
        return Proposal()
    if matter.order is None:
        return Proposal(obstacle="which_order" if matter.choices else "no_order")
    return rule(case, matter.order)


def callback(case: Case, reason: str) -> ActionPlan:
    """A call back, for when nobody was free in time."""
    customer = case.context.customer
    if customer is None:
        return ActionPlan()
    action = Action(
        name="schedule_callback", customer_id=customer.customer_id, phone=customer.phone, reason=reason[:LONGEST_NOTE]
    )
    return ActionPlan(actions=(action,))


def _once(actions: Iterable[Action]) -> tuple[Action, ...]:
    # One item is sent back once, whether as a return, for a defect or against another size.
    same = {"exchange_item": "process_return"}
    kept: dict[tuple[str | None, ...], Action] = {}
    for action in actions:
        kept.setdefault((same.get(action.name, action.name), action.order_id, action.sku), action)
    return tuple(kept.values())


def _return(case: Case, order: Order) -> Proposal:
    item = case.item(order)
    if found := _return_obstacle(case, order, item):
        return Proposal(obstacle=found)
    opened = Action(
        name="process_return", order_id=order.order_id, sku=item.sku if item else None, reason=reason_in(case.said)
    )
    return Proposal((opened, Action(name="generate_return_label", order_id=order.order_id)))


def _return_obstacle(case: Case, order: Order, item: Item | None) -> Obstacle | None:
    if order.status != "delivered":
        return _undelivered(order)
    if item is None:
        return "which_item"
    if not item.returnable:
        return "not_returnable"
    if any(found.status != "void" and found.sku in {None, item.sku} for found in order.returns):
        return "already_returned"
    facts = case.api.facts(order.order_id)
    refused = facts is not None and facts.return_eligibility is not None and not facts.return_eligibility.eligible
    return "not_eligible" if refused else None


def _undelivered(order: Order) -> Obstacle:
    if order.status == "returned":
        return "already_returned"
    return "already_cancelled" if order.status == "cancelled" else "not_delivered"


def _exchange(case: Case, order: Order) -> Proposal:
    item = case.item(order)
    obstacle = _return_obstacle(case, order, item)
    if obstacle or item is None:
        return Proposal(obstacle=obstacle)
    wanted = variant_in(case.said, size=item.size, color=item.color)
    if not any(wanted) and not damaged(case.said):
        return Proposal(obstacle="which_variant")
    if _sold_out(case, item, wanted.size):
        return Proposal(obstacle="sold_out")
    action = Action(
        name="exchange_item",
        order_id=order.order_id,
        sku=item.sku,
        size=wanted.size,
        color=wanted.color,
        reason=reason_in(case.said),
    )
    return Proposal((action,))


def _sold_out(case: Case, item: Item, size: str | None) -> bool:
    product = next((found for found in case.api.products if found.name == item.name), None)
    return product is not None and size is not None and product.sizes.get(size, 1) < item.quantity


def _product_issue(case: Case, order: Order) -> Proposal:
    text = f"The customer reports a problem: {reason_in(case.said, 'not as it should be')}."
    note = Action(name="add_order_note", order_id=order.order_id, reason=text)
    return_ = _return(case, order)
    # A note alone would help nobody: the obstacle is what the customer must hear.
    return Proposal((note, *return_.actions)) if return_.actions else return_


def _refund(case: Case, order: Order) -> Proposal:
    left = round(order.paid - order.refunded, 2)
    if left <= 0:
        return Proposal(obstacle="nothing_left")
    if order.status not in PAID_BACK and not _damaged_on_the_way(case, order):
        return Proposal(obstacle=_refund_obstacle(order))
    named = [amount.value for amount in case.entities.amounts if 0 < amount.value <= left]
    amount = round(named[0], 2) if named else left
    reason = f"Order {order.status}" if order.status in PAID_BACK else "Damaged on the way"
    return Proposal((Action(name="process_refund", order_id=order.order_id, amount=amount, reason=reason),))


def _refund_due(case: Case, order: Order) -> Proposal:
    """Where is my refund? Where none was made although one is due, it is offered at once."""
    facts = case.api.facts(order.order_id)
    made = order.refunds or (facts and facts.refunds)
    due = not made and order.status in PAID_BACK and order.paid > order.refunded
    return _refund(case, order) if due else Proposal()


def _refund_obstacle(order: Order) -> Obstacle:
    if order.status in OPEN:
        return "cancel_first"
    return "return_first" if order.status == "delivered" else "wait_first"


def _damaged_on_the_way(case: Case, order: Order) -> bool:
    """The carrier says so; the customer's word opens a return instead."""
    facts, parcel = case.api.facts(order.order_id), case.context.parcel(order)
    told = (*(facts.exceptions if facts else ()), *(parcel.exceptions if parcel else ()))
    return any(damaged(f"{one.code.replace('_', ' ')} {one.description}") for one in told)


def _cancel(case: Case, order: Order) -> Proposal:
    if order.status in OPEN:
        action = Action(
            name="cancel_order", order_id=order.order_id, reason=reason_in(case.said, "cancelled by the customer")
        )
        return Proposal((action,))
    if order.status == "cancelled":
        return Proposal(obstacle="already_cancelled")
    return Proposal(obstacle="under_way" if order.status in MOVING else "gone")


def _address(case: Case, order: Order) -> Proposal:
    if order.status not in OPEN | (MOVING - {"out_for_delivery"}):
        return Proposal(obstacle="under_way" if order.status in MOVING else "gone")
    customer = case.context.customer
    known = order.address or (customer.address if customer else None)
    address = address_in(case.said, known)
    if address is None:
        return Proposal(obstacle="which_address")
    action = Action(
        name="update_delivery_address",
        order_id=order.order_id,
        tracking_number=order.tracking_number,
        address=address,
        reason="asked for by the customer",
    )
    return Proposal((action,))


def _change(case: Case, order: Order) -> Proposal:
    if order.status == "delivered" and any(variant_in(case.said, size=None, color=None)):
        return _exchange(case, order)
    if sooner := _status(case, order).actions:
        return Proposal(sooner)
    if order.status not in OPEN:
        return Proposal(obstacle="under_way" if order.status in MOVING else "gone")
    text = f"The customer asks for a change: {case.text}"
    return Proposal((Action(name="add_order_note", order_id=order.order_id, reason=text[:LONGEST_NOTE]),))


def _status(case: Case, order: Order) -> Proposal:
    """A question for the status is answered; a wish for more speed is a deed."""
    if not hurried(case.said) or order.shipping_method == "express":
        return Proposal()
    if order.status in OPEN:
        return Proposal((Action(name="expedite_order", order_id=order.order_id),))
    if order.tracking_number is None or order.status not in {"in_transit", "delayed"}:
        return Proposal()
    number, reason = order.tracking_number, "The customer is in a hurry"
    return Proposal((Action(name="expedite_delivery", order_id=order.order_id, tracking_number=number, reason=reason),))


def _delivery(_: Case, order: Order) -> Proposal:
    number = order.tracking_number
    if number is None or order.status not in MOVING | {"delivered"}:
        return Proposal()
    reason = (
        "Marked as delivered, but the customer has not got it" if order.status == "delivered" else "Not arrived yet"
    )
    asked = Action(name="contact_carrier", order_id=order.order_id, tracking_number=number, reason=reason)
    if order.status not in {"in_transit", "delayed"} or order.shipping_method == "express":
        return Proposal((asked,))
    hurried = Action(name="expedite_delivery", order_id=order.order_id, tracking_number=number, reason=reason)
    return Proposal((asked, hurried))


def _billing(case: Case, order: Order) -> Proposal:
    if invoice_wanted(case.said):
        return Proposal((Action(name="resend_invoice", order_id=order.order_id, reason="asked for by the customer"),))
    return _noted(case, f"Asks about a charge on {order.order_id}") if charge_doubted(case.said) else Proposal()


def _noted(case: Case, about: str) -> Proposal:
    customer = case.context.customer
    if customer is None:
        return Proposal()
    text = f"{about}: {case.text}"[:LONGEST_NOTE]
    return Proposal((Action(name="add_customer_note", customer_id=customer.customer_id, reason=text),))


RULES: Final[dict[IntentName, Propose]] = {
    "return_request": _return,
    "exchange_request": _exchange,
    "product_issue": _product_issue,
    "refund_request": _refund,
    "refund_status": _refund_due,
    "cancel_order": _cancel,
    "change_address": _address,
    "change_order": _change,
    "delivery_complaint": _delivery,
    "order_status": _status,
    "delivery_info": _status,
    "billing_invoice": _billing,
    "payment_issue": _billing,
}
