"""What the shop keeps. All money is in the order's currency, two decimals; all times are UTC."""

from datetime import date, datetime
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Tier = Literal["standard", "silver", "gold", "vip"]
Currency = Literal["EUR", "USD", "GBP"]
Carrier = Literal["DHL", "UPS", "FedEx", "USPS"]
ShippingMethod = Literal["standard", "express"]
OrderStatus = Literal[
    "pending",
    "processing",
    "shipped",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "delayed",
    "lost",
    "cancelled",
    "returned",
]
TrackingStatus = Literal["label_created", "in_transit", "out_for_delivery", "delivered", "exception"]

ONE_SIZE: Final = "one size"
SEEN_BY_CARRIER: Final[dict[OrderStatus, TrackingStatus]] = {
    "shipped": "label_created",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "delayed": "exception",
    "lost": "exception",
}


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(Frozen):
    """Something the shop keeps under a key of its own, and saves whole when it changes."""

    @property
    def key(self) -> str:
        raise NotImplementedError


class Address(Frozen):
    street: str = Field(min_length=1, max_length=200)
    city: str = Field(min_length=1, max_length=100)
    postal_code: str = Field(min_length=1, max_length=20)
    country: str = Field(min_length=2, max_length=60)


class Note(Frozen):
    note_id: str
    text: str
    at: datetime


class Customer(Document):
    customer_id: str
    email: str
    name: str
    phone: str
    tier: Tier
    since: date
    verified: bool
    address: Address
    store_credit: float = 0.0
    notes: tuple[Note, ...] = ()

    @property
    def key(self) -> str:
        return self.customer_id


class SupportTicket(Frozen):
    ticket_id: str
    opened_at: datetime
    closed_at: datetime | None
    subject: str
    resolution: str | None


class Item(Frozen):
    sku: str
    name: str
    category: str
    size: str | None
    color: str | None
    quantity: int
    unit_price: float
    returnable: bool


class Charge(Frozen):
    description: str
    amount: float


class Return(Frozen):
    """A sku of None stands for every item that could still be returned when it was opened."""

    return_id: str
    status: Literal["open", "received", "closed", "void"]
    sku: str | None
    reason: str
    label_url: str | None
    created_at: datetime


class Refund(Frozen):
    refund_id: str
    amount: float
    status: Literal["pending", "paid"]
    reason: str
    created_at: datetime
    expected_by: date


class Order(Document):
    """`refunded` counts every refund, pending ones too: `paid - refunded` is what can still be given back."""

    order_id: str
    customer_id: str
    customer_email: str
    status: OrderStatus
    placed_at: datetime
    expected_delivery: date | None
    delivered_at: datetime | None
    items: tuple[Item, ...]
    charges: tuple[Charge, ...]
    currency: Currency
    total: float
    paid: float
    refunded: float
    payment_method: str
    shipping_method: ShippingMethod
    address: Address
    carrier: Carrier | None
    tracking_number: str | None
    returns: tuple[Return, ...] = ()
    refunds: tuple[Refund, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def key(self) -> str:
        return self.order_id

    @property
    def refundable(self) -> float:
        return round(self.paid - self.refunded, 2)


class HistoryEntry(Frozen):
    at: datetime
    status: OrderStatus
    description: str


class History(Document):
    order_id: str
    entries: tuple[HistoryEntry, ...]

    @property
    def key(self) -> str:
        return self.order_id

    def plus(self, at: datetime, status: OrderStatus, description: str) -> Self:
        entry = HistoryEntry(at=at, status=status, description=description)
        return self.model_copy(update={"entries": (*self.entries, entry)})


class TrackingEvent(Frozen):
    at: datetime
    location: str
    description: str


class TrackingException(Frozen):
    code: str
    description: str
    at: datetime
    resolved: bool = False


class Tracking(Document):
    tracking_number: str
    carrier: Carrier
    order_id: str
    status: TrackingStatus
    location: str
    estimated_delivery: date | None
    events: tuple[TrackingEvent, ...]
    exceptions: tuple[TrackingException, ...]
    address: Address

    @property
    def key(self) -> str:
        return self.tracking_number

    def plus(self, at: datetime, description: str) -> Self:
        event = TrackingEvent(at=at, location=self.location, description=description)
        return self.model_copy(update={"events": (*self.events, event)})


class Product(Document):
    """`sizes` maps each size to the pieces in stock; a product without sizes has the one size `one size`."""

    sku: str
    name: str
    category: str
    price: float
    currency: Currency
    sizes: dict[str, int]
    colors: tuple[str, ...] = ()
    returnable: bool = True

    @property
    def key(self) -> str:
        return self.sku


class Effect(Frozen):
    """One change that really happened."""

    key: str | None
    operation: str
    target: str
    at: datetime
    details: dict[str, JsonValue]


KINDS: dict[str, type[Document]] = {kind.__name__: kind for kind in (Customer, Order, History, Tracking, Product)}
