"""Which plans a person has to approve before anything is done. `activities.human_agent` hands the approval on."""

from collections.abc import Iterator
from typing import Final, Literal

from activities._changes import CHANGES, Case, Impossible, order_of
from activities._reply import Action, ActionName, ActionPlan
from activities.context_retriever import Context
from mesh.protocol import Enrichment, Message
from mesh.settings import Settings

MONEY: Final[frozenset[ActionName]] = frozenset({"process_refund", "issue_store_credit", "cancel_order"})
SENSITIVE: Final[frozenset[ActionName]] = MONEY | {"update_delivery_address", "exchange_item"}
"""What nobody may have for an account that may be somebody else's: money, goods, and where they go."""


class Approval(Enrichment, slot="approval"):
    """What a person decided about the plan. With `changed` the slot `action_plan` holds their plan."""

    verdict: Literal["approved", "refused", "changed"]
    by: str = ""
    note: str | None = None


def objections_to(message: Message, settings: Settings) -> str:
    """Why a person must approve the plan, in words without personal data; empty when nobody need."""
    plan, context = message.get(ActionPlan) or ActionPlan(), message.get(Context) or Context()
    actions = [action for action in plan.actions if _possible(Case(action, context))]
    return "; ".join([*_above_limits(actions, context, settings), *_unverified(actions, context)])


def denied(message: Message, settings: Settings) -> str:
    """Why nothing of this plan may be done, in words that the customer may read; empty when it may."""
    approval = message.get(Approval)
    if approval is not None and approval.verdict == "refused":
        note = (approval.note or "").strip()
        return f"A colleague did not approve it: {note}" if note else "A colleague did not approve it."
    # Whatever route led here: what must be approved is not done without.
    if approval is None and objections_to(message, settings):
        return "A colleague has to approve it first, and nobody did."
    return ""


def _above_limits(actions: list[Action], context: Context, settings: Settings) -> Iterator[str]:
    tier = context.customer.tier if context.customer else "standard"
    # Two refunds of half the sum are one refund of the whole.
    for name in sorted({action.name for action in actions} & MONEY):
        limit = settings.approval_limit(tier, name)
        total = round(sum(_amount(Case(action, context)) for action in actions if action.name == name), 2)
        if limit is not None and total > limit:
            yield f"{name} over {total:.2f} is above the limit of {limit:.2f} for {tier} customers"


def _unverified(actions: list[Action], context: Context) -> Iterator[str]:
    names = sorted({action.name for action in actions} & SENSITIVE)
    if names and not (context.customer and context.customer.verified):
        yield f"{', '.join(names)} for a customer who is not verified"


def _amount(case: Case) -> float:
    if case.action.amount is not None and case.action.name != "cancel_order":
        return case.action.amount
    order = order_of(case)
    return max(0.0, order.paid - order.refunded)


def _possible(case: Case) -> bool:
    """What cannot even be asked of the shop needs nobody's approval: its refusal is told."""
    change = CHANGES.get(case.action.name)
    try:
        return change is not None and bool(change(case))
    except Impossible:
        return False
