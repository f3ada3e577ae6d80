"""What the shop can do for a customer, and what shows that it was done: a receipt, a plan, or a typed fact."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from activities._approval import Approval
from activities._case import MOVING, Case
from activities._reply import Action, ActionName, ActionPlan
from mesh.protocol import Message
from mesh.shop import Order

Deed = Literal[
    "refund", "cancellation", "replacement", "return", "label", "pickup", "address", "credit", "discount", "callback",
    "handoff", "follow_up", "email", "delivery", "shipping", "expedite", "carrier", "account", "order_change", "note",
    "stock",
]  # fmt: skip

EARNED: Final[dict[ActionName, frozenset[Deed]]] = {
    "process_refund": frozenset({"refund"}),
    "cancel_order": frozenset({"cancellation", "refund"}),
    "process_return": frozenset({"return"}),
    "generate_return_label": frozenset({"label", "return"}),
    "exchange_item": frozenset({"replacement", "return", "shipping"}),
    "update_delivery_address": frozenset({"address"}),
    "issue_store_credit": frozenset({"credit"}),
    "schedule_callback": frozenset({"callback", "follow_up"}),
    "escalate_to_supervisor": frozenset({"handoff", "follow_up"}),
    "contact_carrier": frozenset({"carrier", "follow_up"}),
    "expedite_order": frozenset({"expedite", "delivery"}),
    "expedite_delivery": frozenset({"expedite", "delivery"}),
    "resend_invoice": frozenset({"email"}),
    "add_order_note": frozenset({"note"}),
    "add_customer_note": frozenset({"note"}),
    "update_customer_tier": frozenset({"account"}),
}
"""What may be said about an action. Nothing earns `discount`, `pickup` or `stock`: the shop does not do that here."""

HANDED_OVER: Final[frozenset[Deed]] = frozenset({"handoff", "follow_up"})


@dataclass(frozen=True)
class Backing:
    """A reason to believe it.

    Attributes:
        order_id: the order that it is about; None when it is about none, or about any.
        source: what is only planned backs no word about the past; what the shop shows backs no "I have".
    """

    deeds: frozenset[Deed]
    order_id: str | None = None
    source: Literal["receipt", "plan", "fact", "route"] = "receipt"


def backings(message: Message) -> tuple[Backing, ...]:
    """Everything that was done or will be, from receipts and typed facts alone: free text vouches for nothing."""
    case = Case.of(message)
    return (*_receipts(case), *_planned(message), *_facts(case), *_people(message))


def _receipts(case: Case) -> Iterator[Backing]:
    for result in case.executed.results if case.executed else ():
        if result.outcome == "done":
            yield _earned(result.action, "receipt")
            if result.receipt.get("sent_to"):
                yield Backing(frozenset({"email"}), result.action.order_id)


def _planned(message: Message) -> Iterator[Backing]:
    plan, approval = message.get(ActionPlan), message.get(Approval)
    ahead = "execution_coordinator" in message.route.ahead and message.payload.execution_result is None
    if plan and ahead and not (approval and approval.verdict == "refused"):
        yield from (_earned(action, "plan") for action in plan.actions)


def _earned(action: Action, source: Literal["receipt", "plan"]) -> Backing:
    return Backing(EARNED.get(action.name, frozenset()), action.order_id, source)


def _facts(case: Case) -> Iterator[Backing]:
    for order in case.orders:
        yield Backing(frozenset((*_moved(order), *_returned(order, case))), order.order_id, "fact")


def _moved(order: Order) -> Iterator[Deed]:
    if order.status == "cancelled":
        yield "cancellation"
    if order.status in MOVING | {"delivered", "returned", "lost"}:
        yield "shipping"
    if order.expected_delivery or order.status in MOVING | {"delivered"}:
        yield "delivery"


def _returned(order: Order, case: Case) -> Iterator[Deed]:
    facts = case.api.facts(order.order_id)
    standing = [found for found in order.returns if found.status != "void"]
    if order.refunds or order.refunded > 0 or (facts and facts.refunds):
        yield "refund"
    if standing or order.status == "returned":
        yield "return"
    if any(found.label_url for found in standing):
        yield "label"


def _people(message: Message) -> Iterator[Backing]:
    # Behind `human_agent` somebody waits already: saying so is no promise.
    if "human_agent" in message.route.ahead:
        yield Backing(HANDED_OVER, source="route")
