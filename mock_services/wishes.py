"""What callers may ask for: the bodies of PUT and POST."""

from typing import Annotated

from pydantic import Field, StringConstraints

from mock_services.models import Address, Frozen, OrderStatus, Tier

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
# Strict, or `true` would pass for 1.00; the sign is judged by the rules, whose refusals read as sentences.
Amount = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class TierWish(Frozen):
    tier: Tier


class NoteWish(Frozen):
    text: Text


class CreditWish(Frozen):
    amount: Amount
    reason: Text


class CallbackWish(Frozen):
    phone: Short | None = None
    when: Short | None = None
    reason: Text


class EscalationWish(Frozen):
    reason: Text


class StatusWish(Frozen):
    status: OrderStatus


class AddressWish(Frozen):
    address: Address


class CancelWish(Frozen):
    reason: Text


class RefundWish(Frozen):
    """An amount of None means all that is left."""

    amount: Amount | None = None
    reason: Text


class ReturnWish(Frozen):
    """A sku of None means every item that can be returned."""

    sku: Short | None = None
    reason: Text


class ExchangeWish(Frozen):
    """`sku` is the item as ordered; a size or colour of None stays as it was."""

    sku: Short
    size: Short | None = None
    color: Short | None = None
    reason: Text


class IssueWish(Frozen):
    description: Text
