"""What can be done at the shop for a customer."""

from typing import Literal

from pydantic import Field

from mesh.route import Wire
from mesh.shop import Address

ActionName = Literal[
    "check_order_status", "provide_tracking_info", "expedite_order", "expedite_delivery", "process_return",
    "process_refund", "cancel_order", "update_delivery_address", "add_customer_note", "add_order_note",
    "update_customer_tier", "generate_return_label", "contact_carrier", "schedule_callback",
    "escalate_to_supervisor", "issue_store_credit", "exchange_item", "resend_invoice",
]  # fmt: skip


class Action(Wire):
    """One thing to do at the shop. Which of the fields matter depends on the name."""

    name: ActionName
    order_id: str | None = None
    customer_id: str | None = None
    tracking_number: str | None = None
    sku: str | None = None
    size: str | None = None
    color: str | None = None
    amount: float | None = Field(default=None, gt=0)
    reason: str | None = None
    address: Address | None = None
    tier: str | None = None
    phone: str | None = None
