"""What the shop answers to a change (`done` is a sentence), and to questions that no document answers."""

from datetime import date

from mock_services.models import Charge, Currency, Customer, Frozen, Order, Product, Refund, Return, Tracking


class Done(Frozen):
    done: str


class CustomerChanged(Done):
    change_id: str
    customer: Customer


class CustomerNoted(Done):
    note_id: str
    customer: Customer


class CreditGiven(Done):
    credit_id: str
    amount: float
    currency: Currency
    customer: Customer


class CallbackBooked(Done):
    callback_id: str
    phone: str
    when: str
    customer_id: str


class Escalated(Done):
    escalation_id: str
    customer_id: str


class OrderChanged(Done):
    change_id: str
    order: Order


class OrderNoted(Done):
    note_id: str
    order: Order


class Expedited(Done):
    expedite_id: str
    expected_delivery: date
    order: Order
    tracking: Tracking | None


class Cancelled(Done):
    """`refund_id` is None when nothing had been paid."""

    cancellation_id: str
    refund_id: str | None
    refunded: float
    currency: Currency
    order: Order


class Refunded(Done):
    refund_id: str
    amount: float
    currency: Currency
    refund: Refund
    order: Order


class ReturnOpened(Done):
    return_id: str
    opened: Return
    order: Order


class LabelMade(Done):
    return_id: str
    label_url: str
    order: Order


class ReturnVoided(Done):
    return_id: str
    order: Order


class Exchanged(Done):
    exchange_id: str
    return_id: str
    replacement_order_id: str
    replacement: Order
    order: Order


class InvoiceSent(Done):
    delivery_id: str
    invoice_number: str
    sent_to: str


class TrackingChanged(Done):
    change_id: str
    tracking: Tracking
    order: Order


class CaseOpened(Done):
    case_id: str
    answer_by: date
    tracking: Tracking


class Eligibility(Frozen):
    """`until` is the last day on which a return may be opened."""

    eligible: bool
    reason: str
    until: date | None


class Invoice(Frozen):
    invoice_number: str
    url: str
    charges: tuple[Charge, ...]
    total: float
    currency: Currency


class TrackingSummary(Frozen):
    tracking_number: str
    status: str
    location: str
    estimated_delivery: date | None


class Health(Frozen):
    status: str
    service: str


Catalogue = list[Product]
