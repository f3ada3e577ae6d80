"""What is not done before the customer has said yes to it, and what they have said yes to."""

from collections.abc import Iterable
from typing import Final

from activities._case import Case
from activities._language import SPOKEN
from activities._reply import Action, ActionName
from activities._tongue import Tongue
from activities._tongues import tongue
from activities._words import listed, money

NEEDS_YES: Final[frozenset[ActionName]] = frozenset({"cancel_order", "process_refund", "issue_store_credit"})
"""Deeds that move money or that nobody can take back. What is free and can be undone goes on without a question."""


def agreed(case: Case, wished: tuple[Action, ...]) -> tuple[Action, ...]:
    """What the customer has agreed to, exactly as it was put to them; nothing when the facts have changed since.

    Args:
        case: the case, with what was agreed to.
        wished: what would be proposed now.
    """
    given = case.follow.plan
    # Asked in one language and answered in another, they are the same terms.
    if not given or case.follow.terms not in {terms(case, given, language) for language in SPOKEN}:
        return ()
    return given if all(any(same_deed(action, now) for now in wished) for action in given) else ()


def unconfirmed(case: Case, wished: tuple[Action, ...]) -> tuple[Action, ...]:
    """What waits for a yes."""
    given = agreed(case, wished)
    waiting = (action for action in wished if action.name in NEEDS_YES)
    return tuple(action for action in waiting if not any(same_deed(action, done) for done in given))


def same_deed(one: Action, other: Action) -> bool:
    return (one.name, one.order_id, one.sku) == (other.name, other.order_id, other.sku)


def terms(case: Case, actions: Iterable[Action], language: str = "") -> str:
    """`cancel order ORD-00000001 (2 items, 89.00 EUR)`: what a yes would mean, with every sum."""
    spoken = tongue(language or case.language)
    found = [_term(case, action, spoken) for action in actions]
    return spoken.listed(found) if spoken else listed(found)


def _term(case: Case, action: Action, spoken: Tongue | None) -> str:
    order = case.context.order(action.order_id or "")
    if order is None:
        return ""
    if spoken:
        return spoken.term(action, order)
    count = sum(item.quantity for item in order.items)
    goods = f"{count} item{'' if count == 1 else 's'}"
    if action.name == "cancel_order":
        back = round(order.paid - order.refunded, 2)
        return f"cancel order {order.order_id} ({goods}, {money(back, order.currency)})"
    sum_ = money(action.amount or 0, order.currency)
    return f"{'refund' if action.name == 'process_refund' else 'credit'} {sum_} for order {order.order_id}"
