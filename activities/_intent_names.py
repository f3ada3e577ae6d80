"""What a customer can want of a shop."""

from typing import Literal

IntentName = Literal[
    "order_status", "delivery_info", "delivery_complaint", "place_order", "cancel_order", "change_order",
    "change_address", "refund_request", "refund_status", "return_request", "exchange_request", "product_issue",
    "payment_issue", "payment_methods", "billing_invoice", "account_access", "account_registration", "account_update",
    "account_delete", "product_inquiry", "policy_question", "complaint", "feedback", "human_agent_request",
    "subscription", "smalltalk", "out_of_scope",
]  # fmt: skip
