"""Facts of the shop through the cache. What cannot be had is named, and the caller goes on without it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from mesh.errors import Transient
from mesh.sessions import Sessions
from mesh.shop import Customer, Order, Service, Shop, SupportTicket, Tracking

T = TypeVar("T")


def customer_key(email: str) -> str:
    return f"customer:{email.lower()}"


def orders_key(email: str) -> str:
    return f"orders:{email.lower()}"


def tickets_key(customer_id: str) -> str:
    return f"tickets:{customer_id}"


def parcel_key(number: str) -> str:
    return f"tracking:{number}"


class Doubts:
    """Which services failed while an answer was put together."""

    def __init__(self) -> None:
        self._failed: set[str] = set()

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(sorted(self._failed))

    def add(self, service: str) -> None:
        self._failed.add(service)

    async def unless_down(self, service: Service, wanted: Awaitable[T]) -> T | None:
        """What was wanted, or None and a doubt when its service fails."""
        try:
            return await wanted
        except Transient:
            self.add(service)
            return None


class Facts:
    """The facts that every message needs."""

    def __init__(self, shop: Shop, sessions: Sessions, doubts: Doubts) -> None:
        self._shop = shop
        self._sessions = sessions
        self._doubts = doubts

    async def customer(self, email: str | None) -> Customer | None:
        if not email:
            return None
        return await self._have("customers", customer_key(email), Customer, lambda: self._shop.customer(email))

    async def orders(self, email: str | None) -> tuple[Order, ...]:
        if not email:
            return ()
        kind = tuple[Order, ...]
        return await self._have("orders", orders_key(email), kind, lambda: self._shop.orders(email)) or ()

    async def tickets(self, customer: Customer | None) -> tuple[SupportTicket, ...]:
        if customer is None:
            return ()
        number, kind = customer.customer_id, tuple[SupportTicket, ...]
        key = tickets_key(number)
        return await self._have("customers", key, kind, lambda: self._shop.support_history(number)) or ()

    async def parcels(self, orders: Iterable[Order]) -> tuple[Tracking, ...]:
        numbers = [order.tracking_number for order in orders if order.tracking_number]
        found = await asyncio.gather(*map(self._parcel, numbers))
        return tuple(parcel for parcel in found if parcel)

    async def _parcel(self, number: str) -> Tracking | None:
        return await self._have("tracking", parcel_key(number), Tracking, lambda: self._shop.tracking(number))

    async def _have(
        self, service: Service, key: str, kind: type[T], load: Callable[[], Awaitable[T | None]]
    ) -> T | None:
        return await self._doubts.unless_down(service, self._sessions.cached(key, kind, load))
