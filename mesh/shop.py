"""The shop's customer, order and tracking APIs, by HTTP. Temporal owns retries: one call is one request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import Field, TypeAdapter, ValidationError

from mesh.effects import effect
from mesh.errors import Transient
from mesh.protocol import Message
from mesh.route import Wire
from mesh.settings import Settings

Service = Literal["customers", "orders", "tracking"]
Tier = Literal["standard", "silver", "gold", "vip"]
T = TypeVar("T")


class Address(Wire):
    street: str = ""
    city: str = ""
    postal_code: str = ""
    country: str = ""


class Customer(Wire):
    customer_id: str
    email: str
    name: str = ""
    phone: str | None = None
    tier: Tier = "standard"
    since: date | None = None
    verified: bool = False
    address: Address | None = None
    store_credit: float = 0.0


class Item(Wire):
    sku: str
    name: str
    category: str = ""
    size: str | None = None
    color: str | None = None
    quantity: int = 1
    unit_price: float = 0.0
    returnable: bool = True


class Charge(Wire):
    description: str
    amount: float


class Return(Wire):
    return_id: str
    status: str
    sku: str | None = None
    reason: str = ""
    label_url: str | None = None


class Refund(Wire):
    refund_id: str
    amount: float
    status: str
    reason: str = ""
    created_at: datetime | None = None
    expected_by: date | None = None


class Order(Wire):
    order_id: str
    customer_email: str
    status: str
    placed_at: datetime | None = None
    expected_delivery: date | None = None
    delivered_at: datetime | None = None
    items: tuple[Item, ...] = ()
    charges: tuple[Charge, ...] = ()
    currency: str = "EUR"
    total: float = 0.0
    paid: float = 0.0
    refunded: float = 0.0
    payment_method: str | None = None
    shipping_method: str | None = None
    address: Address | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    returns: tuple[Return, ...] = ()
    refunds: tuple[Refund, ...] = ()


class TrackingEvent(Wire):
    at: datetime | None = None
    location: str = ""
    description: str = ""


class TrackingException(Wire):
    code: str
    description: str = ""
    at: datetime | None = None
    resolved: bool = False


class Tracking(Wire):
    tracking_number: str
    order_id: str
    status: str
    carrier: str | None = None
    location: str | None = None
    estimated_delivery: date | None = None
    events: tuple[TrackingEvent, ...] = ()
    exceptions: tuple[TrackingException, ...] = ()


class SupportTicket(Wire):
    ticket_id: str
    subject: str
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    resolution: str | None = None


class ReturnEligibility(Wire):
    eligible: bool
    reason: str
    until: date | None = None


class Invoice(Wire):
    invoice_number: str
    url: str
    total: float
    currency: str = "EUR"
    charges: tuple[Charge, ...] = ()


class Product(Wire):
    sku: str
    name: str
    price: float
    category: str = ""
    currency: str = "EUR"
    sizes: dict[str, int] = Field(default_factory=dict)
    colors: tuple[str, ...] = ()


class Change(Wire):
    """What the shop said to a change: done with its receipt, or refused with the reason in words."""

    done: bool
    status: int
    detail: str | None = None
    receipt: dict[str, Any] = Field(default_factory=dict)


def _part(text: str) -> str:
    return quote(text, safe="@")


class Shop:
    """One client per process. Reads answer None for what does not exist.

    Every method raises `Transient` when the service is down, slow, overloaded or answers garbage.
    """

    def __init__(self, clients: dict[Service, httpx.AsyncClient]) -> None:
        self._clients = clients

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
        clients: dict[Service, httpx.AsyncClient] = {
            name: httpx.AsyncClient(base_url=url, timeout=settings.shop_timeout, limits=limits, trust_env=False)
            for name, url in settings.shop_targets.items()
        }
        try:
            yield cls(clients)
        finally:
            for client in clients.values():
                await client.aclose()

    async def customer(self, email: str) -> Customer | None:
        return await self._read("customers", f"/customers/{_part(email)}", Customer)

    async def orders(self, email: str) -> tuple[Order, ...]:
        return await self._read("orders", f"/customers/{_part(email)}/orders", tuple[Order, ...]) or ()

    async def order(self, order_id: str) -> Order | None:
        return await self._read("orders", f"/orders/{_part(order_id)}", Order)

    async def tracking(self, number: str) -> Tracking | None:
        return await self._read("tracking", f"/tracking/{_part(number)}", Tracking)

    async def tracking_exceptions(self, number: str) -> tuple[TrackingException, ...]:
        path = f"/tracking/{_part(number)}/exceptions"
        return await self._read("tracking", path, tuple[TrackingException, ...]) or ()

    async def support_history(self, customer_id: str) -> tuple[SupportTicket, ...]:
        path = f"/customers/{_part(customer_id)}/support-history"
        return await self._read("customers", path, tuple[SupportTicket, ...]) or ()

    async def return_eligibility(self, order_id: str) -> ReturnEligibility | None:
        return await self._read("orders", f"/orders/{_part(order_id)}/return-eligibility", ReturnEligibility)

    async def refunds(self, order_id: str) -> tuple[Refund, ...]:
        return await self._read("orders", f"/orders/{_part(order_id)}/refunds", tuple[Refund, ...]) or ()

    async def invoice(self, order_id: str) -> Invoice | None:
        return await self._read("orders", f"/orders/{_part(order_id)}/invoice", Invoice)

    async def products(self, query: str, size: str = "", color: str = "") -> tuple[Product, ...]:
        wanted = httpx.QueryParams({"query": query, "size": size, "color": color})
        return await self._read("orders", f"/products?{wanted}", tuple[Product, ...]) or ()

    async def change(  # noqa: PLR0913 - a request has this many parts
        self, service: Service, method: Literal["POST", "PUT"], path: str, *, message: Message, action: str, body: Wire
    ) -> Change:
        """Change the shop once: the idempotency key is that of this visit and action."""
        effect("change the shop")
        headers = {"Idempotency-Key": message.key(action)}
        answer = await self._send(service, method, path, headers, body.model_dump(mode="json"))
        found = _json(answer, TypeAdapter(dict[str, Any]))
        if answer.is_success:
            return Change(done=True, status=answer.status_code, receipt=found)
        return Change(done=False, status=answer.status_code, detail=str(found.get("detail") or "The shop refused it."))

    async def health(self) -> dict[Service, bool]:
        """Which of the services answer."""
        found: dict[Service, bool] = {}
        for service in self._clients:
            try:
                found[service] = (await self._send(service, "GET", "/health")).is_success
            except Transient:
                found[service] = False
        return found

    async def _read(self, service: Service, path: str, kind: type[T]) -> T | None:
        answer = await self._send(service, "GET", path)
        if answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY}:
            return None
        return _json(answer, TypeAdapter(kind))

    async def _send(
        self, service: Service, method: str, path: str, headers: dict[str, str] | None = None, body: object = None
    ) -> httpx.Response:
        try:
            answer = await self._clients[service].request(method, path, headers=headers, json=body)
        except httpx.HTTPError as error:
            raise Transient(f"the {service} service did not answer: {type(error).__name__}") from error
        if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise Transient(f"the {service} service answered {answer.status_code}")
        return answer


def _json(answer: httpx.Response, adapter: TypeAdapter[T]) -> T:
    try:
        return adapter.validate_json(answer.content)
    except ValidationError:
        # Not from the error: it quotes the shop's answer.
        raise Transient("the shop answered a request with something unreadable") from None
