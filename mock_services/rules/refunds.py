"""Giving money back, never more than was paid."""

from datetime import timedelta
from typing import Final

from mock_services import answers, wishes
from mock_services.models import Order, Refund
from mock_services.problems import Conflict, Unacceptable
from mock_services.rules.amounts import cents
from mock_services.shop import Change, Deed, Shop

BANKING_DAYS: Final = timedelta(days=5)


def refund(shop: Shop, order: Order, wish: wishes.RefundWish) -> Change:
    amount = _amount(order, wish)
    changed = refunded(shop, order, amount, wish.reason)
    made = changed.refunds[-1]
    answer = answers.Refunded(
        done=f"{amount:.2f} {order.currency} go back to you by {made.expected_by}.",
        refund_id=made.refund_id,
        amount=amount,
        currency=order.currency,
        refund=made,
        order=changed,
    )
    deed = Deed("refund", order.order_id, {"refund_id": made.refund_id, "amount": amount, "reason": wish.reason})
    return Change(answer, deed, (changed,))


def refunded(shop: Shop, order: Order, amount: float, reason: str) -> Order:
    made = Refund(
        refund_id=shop.new_id("REF"),
        amount=amount,
        status="pending",
        reason=reason,
        created_at=shop.now(),
        expected_by=shop.today + BANKING_DAYS,
    )
    total = round(order.refunded + amount, 2)
    return order.model_copy(update={"refunds": (*order.refunds, made), "refunded": total})


def _amount(order: Order, wish: wishes.RefundWish) -> float:
    left = order.refundable
    if wish.amount is None:
        if left <= 0:
            detail = f"Nothing that was paid for order {order.order_id} is left to refund."
            raise Conflict("nothing_to_refund", detail)
        return left
    amount = cents(wish.amount, "refund")
    if amount > left:
        detail = (
            f"{amount:.2f} {order.currency} cannot be refunded for order {order.order_id}: "
            f"{left:.2f} {order.currency} of what was paid are left."
        )
        raise Unacceptable("refund_exceeds_paid", detail)
    return amount
