"""Carry out a plan: every action once, and of those that hang together all or none.

Every call carries the key `<message_id>:<hop>:<place>-<action>`, where the hop is that of the visit that began. Whoever
sends it again, at whatever later hop, gets the remembered answer when it was done, and does it when it was not.
"""

from collections.abc import Mapping
from typing import Final

from activities._changes import CHANGES, Case, Earlier, Impossible, Request, order_of, parcel_of
from activities._compensations import group_of, in_order, owed, spoilt
from activities._facts import customer_key, orders_key, parcel_key, tickets_key
from activities._reply import Action, ActionPlan
from activities._results import ActionResult, ExecutionResult
from activities.context_retriever import Context
from mesh.errors import Transient
from mesh.protocol import Message
from mesh.shop import Change, Service, Shop

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
COORDINATOR: Final = "execution_coordinator"
QUESTIONS: Final = frozenset({"check_order_status", "provide_tracking_info"})
OPEN: Final = frozenset({"unclear", "failed"})

Results = dict[int, ActionResult]


class Saga:
    """One plan, begun at one hop."""

    def __init__(self, message: Message, shop: Shop, hop: int) -> None:
        self._plan = message.need(ActionPlan)
        self._context = message.need(Context)
        # A message as it was at that hop: from there its idempotency keys come.
        self._message = message.with_route(message.route.model_copy(update={"current_step": hop}))
        self._shop = shop
        self._hop = hop
        self._down: dict[Service, str] = {}

    async def carry_out(self, known: ExecutionResult | None = None) -> ExecutionResult:
        """Do what is not known to be done yet. `due` says whether something has to be taken back.

        Raises:
            Transient: a service failed; what is known is with it. Other services' actions were done all the same.
        """
        results: Results = {index: one for index, one in _places(known).items() if one.outcome not in OPEN}
        for index, action in in_order(self._plan.actions):
            if index not in results:
                results[index] = await self._tried(index, action, results)
        found = self._told(results)
        if self._down:
            raise Transient("; ".join(self._down.values()), found)
        return found

    def refuse(self, why: str) -> ExecutionResult:
        """Nothing is done, for this reason."""
        return self._told(
            {
                index: ActionResult(action=action, outcome="refused", detail=why)
                for index, action in enumerate(self._plan.actions)
            }
        )

    async def take_back(self, result: ExecutionResult) -> ExecutionResult:
        """Take back what is owed, the latest first.

        Raises:
            Transient: a service failed; what is known is with it.
        """
        results = _places(result)
        for index, request in owed(results, self._case).items():
            try:
                change = await self._change(request, f"undo-{index}-{results[index].action.name}")
            except Transient as error:
                results[index] = results[index].model_copy(update={"outcome": "unclear"})
                raise Transient(str(error), self._told(results)) from error
            results[index] = _taken_back(results[index], change)
            results = _with_labels(results, results[index])
        return self._told(results)

    # -- one action

    async def _tried(self, index: int, action: Action, results: Results) -> ActionResult:
        if _in_doubt(group_of(index, action), results):
            # Before anything is worked out: a label cannot even name its return until that is known.
            return ActionResult(action=action, outcome="unclear")
        case = self._case(ActionResult(action=action, outcome="failed"), results)
        try:
            if action.name in QUESTIONS:
                return await self._asked(case)
            return await self._done(index, case, CHANGES[action.name](case), results)
        except Impossible as why:
            return ActionResult(action=action, outcome="refused", detail=str(why))

    async def _done(self, index: int, case: Case, request: Request, results: Results) -> ActionResult:
        action = case.action
        if group_of(index, action) in spoilt(results):
            why = "Not done, because what belongs to it was not possible."
            return ActionResult(action=action, outcome="refused", detail=why)
        if request.service in self._down:
            return ActionResult(action=action, outcome="unclear")
        try:
            change = await self._change(request, f"{index}-{action.name}")
        except Transient as error:
            self._down[request.service] = str(error)
            return ActionResult(action=action, outcome="unclear")
        return _result(case, change)

    async def _change(self, request: Request, name: str) -> Change:
        return await self._shop.change(
            request.service, request.method, request.path, message=self._message, action=name, body=request.body
        )

    async def _asked(self, case: Case) -> ActionResult:
        service: Service = "orders" if case.action.name == "check_order_status" else "tracking"
        try:
            return await (_order_status if service == "orders" else _parcel_status)(case, self._shop)
        except Transient as error:
            self._down[service] = str(error)
            return ActionResult(action=case.action, outcome="failed")

    # -- what is known

    def _case(self, result: ActionResult, before: Results | None = None) -> Case:
        return Case(result.action, self._context, tuple(map(_earlier, (before or {}).values())))

    def _told(self, results: Results) -> ExecutionResult:
        found = tuple(results[index] for index in sorted(results))
        unclear = any(one.outcome == "unclear" for one in found)
        return ExecutionResult(results=found, hop=self._hop, due=unclear or bool(owed(results, self._case)))


def unfinished(message: Message) -> int | None:
    """The hop of a plan that was left half-way: something is in doubt, or has to be taken back. None otherwise."""
    result, error = message.get(ExecutionResult), message.payload.error
    if error is None or error.actor != COORDINATOR:
        return None
    if result is not None and result.hop == error.hop:
        return result.hop if result.due else None
    # Nobody came back from that visit: everything that it may have done is in doubt.
    return error.hop if error.kind in {"deadline", "unserved"} else None


def stale(message: Message) -> tuple[str, ...]:
    """The cached facts that a change may have made untrue."""
    context = message.need(Context)
    email, customer = message.payload.customer_email, context.customer
    own = (customer_key(email), orders_key(email)) if email else ()
    tickets = (tickets_key(customer.customer_id),) if customer else ()
    parcels = tuple(parcel_key(order.tracking_number) for order in context.orders if order.tracking_number)
    return (*own, *tickets, *parcels)


def _in_doubt(group: str, results: Results) -> bool:
    return any(one.outcome == "unclear" and group_of(place, one.action) == group for place, one in results.items())


def _places(known: ExecutionResult | None) -> Results:
    return dict(enumerate(known.results)) if known else {}


def _result(case: Case, change: Change) -> ActionResult:
    if not change.done:
        return ActionResult(action=case.action, outcome="refused", detail=change.detail)
    # The shop's whole documents would be carried through every later hop.
    receipt = {name: value for name, value in change.receipt.items() if name not in DOCUMENTS}
    if case.action.name == "update_delivery_address" and (before := order_of(case).address):
        receipt["address_before"] = before.model_dump(mode="json")
    said = receipt.get("done")
    return ActionResult(
        action=case.action, outcome="done", detail=said if isinstance(said, str) else None, receipt=receipt
    )


def _taken_back(result: ActionResult, change: Change) -> ActionResult:
    if not change.done:
        return result.model_copy(update={"stays": change.detail or "The shop refused it."})
    return result.model_copy(update={"outcome": "undone"})


def _with_labels(results: Mapping[int, ActionResult], gone: ActionResult) -> Results:
    """A label is worth nothing without its return."""
    made = gone.receipt.get("return_id")
    return {
        index: one.model_copy(update={"outcome": "undone"})
        if gone.outcome == "undone"
        and one.action.name == "generate_return_label"
        and one.receipt.get("return_id") == made
        else one
        for index, one in results.items()
    }


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
