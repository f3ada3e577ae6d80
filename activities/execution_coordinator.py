"""Do what the action plan says, once, and write down truly what came of it."""

from datetime import timedelta
from typing import Any, Final, Literal

from pydantic import Field

from activities._changes import CHANGES, Case, Earlier, Impossible, order_of, parcel_of
from activities._facts import customer_key, orders_key, parcel_key, tickets_key
from activities._reply import Action, ActionName, ActionPlan
from activities.context_retriever import Context
from mesh.actor import actor
from mesh.protocol import Enrichment, Message
from mesh.route import Wire
from mesh.sessions import Sessions
from mesh.shop import Change, Shop

LATE: Final[dict[ActionName, int]] = {"generate_return_label": 1, "process_refund": 2}
"""A label needs its return; money goes back when everything else is settled."""

DOCUMENTS: Final = frozenset({"customer", "order", "replacement", "tracking"})
ORDER_STATUS: Final = {
    "order_id",
    "status",
    "placed_at",
    "expected_delivery",
    "delivered_at",
    "carrier",
    "tracking_number",
}
PARCEL_STATUS: Final = {"tracking_number", "order_id", "carrier", "status", "location", "estimated_delivery"}


class ActionResult(Wire):
    """What came of one action. `detail` is the shop's own sentence, for what was done as for what was refused."""

    action: Action
    outcome: Literal["done", "refused", "failed"]
    detail: str | None = None
    receipt: dict[str, Any] = Field(default_factory=dict)


class ExecutionResult(Enrichment, slot="execution_result"):
    results: tuple[ActionResult, ...] = ()

    def of(self, name: str) -> tuple[ActionResult, ...]:
        return tuple(result for result in self.results if result.action.name == name)


@actor("execution_coordinator", timeout=timedelta(seconds=20))
async def execution_coordinator(message: Message, *, shop: Shop, sessions: Sessions) -> ExecutionResult:
    """Perform the plan one action after the other; results stand in plan order.

    Raises:
        Transient: a service failed. The visit is tried again as a whole; the keys keep what is done from
            being done twice, so a plan is never half reported.
    """
    plan, context = message.need(ActionPlan), message.need(Context)
    results: dict[int, ActionResult] = {}
    try:
        for index, action in sorted(enumerate(plan.actions), key=lambda each: LATE.get(each[1].name, 0)):
            case = Case(action, context, tuple(map(_earlier, results.values())))
            results[index] = await _perform(case, message, f"{index}-{action.name}", shop)
    finally:
        # Even after a failure: the change may have happened and only its answer been lost.
        await sessions.forget(*_stale(message, context))
    return ExecutionResult(results=tuple(results[index] for index in sorted(results)))


async def _perform(case: Case, message: Message, key: str, shop: Shop) -> ActionResult:
    try:
        match case.action.name:
            case "check_order_status":
                return await _order_status(case, shop)
            case "provide_tracking_info":
                return await _parcel_status(case, shop)
            case name:
                request = CHANGES[name](case)
    except Impossible as why:
        return ActionResult(action=case.action, outcome="refused", detail=str(why))
    change = await shop.change(
        request.service, request.method, request.path, message=message, action=key, body=request.body
    )
    return _told(case.action, change)


def _told(action: Action, change: Change) -> ActionResult:
    if not change.done:
        return ActionResult(action=action, outcome="refused", detail=change.detail)
    # The shop's whole documents would be carried through every later hop.
    receipt = {name: value for name, value in change.receipt.items() if name not in DOCUMENTS}
    said = receipt.get("done")
    return ActionResult(action=action, outcome="done", detail=said if isinstance(said, str) else None, receipt=receipt)


async def _order_status(case: Case, shop: Shop) -> ActionResult:
    found = await shop.order(order_of(case).order_id)
    if found is None:
        return ActionResult(action=case.action, outcome="refused", detail="The shop no longer knows this order.")
    detail = f"Order {found.order_id} is {found.status.replace('_', ' ')}."
    receipt = found.model_dump(mode="json", include=ORDER_STATUS)
    return ActionResult(action=case.action, outcome="done", detail=detail, receipt=receipt)


async def _parcel_status(case: Case, shop: Shop) -> ActionResult:
    found = await shop.tracking(parcel_of(case))
    if found is None:
        return ActionResult(action=case.action, outcome="refused", detail="The carrier does not know this parcel.")
    where = f", last seen at {found.location}" if found.location else ""
    detail = f"Parcel {found.tracking_number} is {found.status.replace('_', ' ')}{where}."
    receipt = found.model_dump(mode="json", include=PARCEL_STATUS)
    return ActionResult(action=case.action, outcome="done", detail=detail, receipt=receipt)


def _earlier(result: ActionResult) -> Earlier:
    made = result.receipt.get("return_id")
    return Earlier(
        name=result.action.name,
        order_id=result.action.order_id,
        return_id=made if isinstance(made, str) else None,
        refused=result.detail if result.outcome == "refused" else None,
    )


def _stale(message: Message, context: Context) -> tuple[str, ...]:
    """The cached facts that a change may have made untrue."""
    email, customer = message.payload.customer_email, context.customer
    own = (customer_key(email), orders_key(email)) if email else ()
    tickets = (tickets_key(customer.customer_id),) if customer else ()
    parcels = tuple(parcel_key(order.tracking_number) for order in context.orders if order.tracking_number)
    return (*own, *tickets, *parcels)
