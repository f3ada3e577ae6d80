"""The three services, called in process, on a day that stands still."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from fastapi import FastAPI

from mock_services.models import Customer, Order
from mock_services.services import services
from mock_services.shop import Shop, open_shop

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
TODAY = NOW.date()
NEW_ADDRESS = {"street": "Elm Street 1", "city": "Porto", "postal_code": "4000", "country": "PT"}


def noon() -> datetime:
    return NOW


@dataclass(frozen=True)
class Mall:
    shop: Shop
    customers: httpx.AsyncClient
    orders: httpx.AsyncClient
    tracking: httpx.AsyncClient

    async def order(self, order_id: str) -> Order:
        return Order.model_validate_json((await self.orders.get(f"/orders/{order_id}")).content)

    async def customer(self, email: str) -> Customer:
        return Customer.model_validate_json((await self.customers.get(f"/customers/{email}")).content)

    def operations(self) -> list[str]:
        return [effect.operation for effect in self.shop.effects()]


@asynccontextmanager
async def open_mall(directory: Path | None = None) -> AsyncIterator[Mall]:
    with open_shop(directory, clock=noon) as shop:
        apps = services(shop)
        async with (
            _client(apps.customers) as customers,
            _client(apps.orders) as orders,
            _client(apps.tracking) as tracking,
        ):
            yield Mall(shop, customers, orders, tracking)


def _client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")
