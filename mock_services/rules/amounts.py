"""Amounts of money as callers give them."""

from mock_services.problems import Unacceptable


def cents(amount: float, what: str) -> float:
    """The amount, when it is one that can be paid out."""
    if amount <= 0:
        raise Unacceptable("amount_not_positive", f"A {what} must be more than zero.")
    if round(amount, 2) != amount:
        raise Unacceptable("amount_not_in_cents", f"A {what} has at most two decimals, {amount} has more.")
    return amount
