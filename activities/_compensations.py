"""Which actions hang together, in which order they are done, and how each is taken back."""

from collections.abc import Callable, Mapping
from typing import Final

from activities._changes import CHANGES, Body, Case, Impossible, Request
from activities._reply import Action, ActionName
from activities._results import ActionResult
from mesh.shop import Address

TIED: Final[frozenset[ActionName]] = frozenset({
    "process_return", "generate_return_label", "update_delivery_address", "exchange_item", "cancel_order",
    "process_refund", "issue_store_credit",
})  # fmt: skip
"""Actions that move goods, money or a parcel: those on one order are all done or all taken back. On the others, a note
or a question to the carrier, nothing hangs."""

LATE: Final[dict[ActionName, int]] = {
    "process_return": 0,
    "update_delivery_address": 0,
    "generate_return_label": 1,
    "issue_store_credit": 3,
    "process_refund": 3,
}
"""What can be taken back comes first, a label after its return, money last; everything else is in between."""

BETWEEN: Final = 2

Undo = Callable[[Case, ActionResult], Request | None]


def _void_return(_: Case, result: ActionResult) -> Request | None:
    made = result.receipt.get("return_id")
    path = f"/orders/{result.action.order_id}/returns/{made}/void"
    return Request("orders", "POST", path, Body()) if made and result.action.order_id else None


def _old_address(case: Case, result: ActionResult) -> Request | None:
    before = result.receipt.get("address_before")
    if not before:
        return None
    back = case.action.model_copy(update={"address": Address.model_validate(before)})
    try:
        return CHANGES["update_delivery_address"](case._replace(action=back))
    except Impossible:
        return None


COMPENSATIONS: Final[Mapping[ActionName, Undo]] = {
    "process_return": _void_return,
    "update_delivery_address": _old_address,
}
"""How an action is taken back. A label goes with the return that it was made for; what is not named here stays."""


def in_order(actions: tuple[Action, ...]) -> list[tuple[int, Action]]:
    """The actions with their places in the plan, in the order in which they are done."""
    return sorted(enumerate(actions), key=lambda each: LATE.get(each[1].name, BETWEEN))


def group_of(index: int, action: Action) -> str:
    """What this action stands and falls with: its order, or itself alone."""
    about = action.order_id or action.tracking_number or action.customer_id
    return f"tied:{about}" if about and action.name in TIED else f"alone:{index}"


def spoilt(results: Mapping[int, ActionResult]) -> frozenset[str]:
    """The groups in which something was refused."""
    return frozenset(group_of(index, one.action) for index, one in results.items() if one.outcome == "refused")


def owed(results: Mapping[int, ActionResult], case_of: Callable[[ActionResult], Case]) -> dict[int, Request]:
    """What has to be taken back and how, the latest first."""
    bad = spoilt(results)
    ordered = [index for index, _ in in_order(tuple(results[index].action for index in sorted(results)))]
    found = {}
    for index in reversed(ordered):
        one = results[index]
        undo = COMPENSATIONS.get(one.action.name)
        if one.outcome == "done" and one.stays is None and undo and group_of(index, one.action) in bad:
            found[index] = undo(case_of(one), one)
    return {index: request for index, request in found.items() if request}
