"""The mock shop in this process, its three services reached without a socket."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI
from pydantic import TypeAdapter

from mesh.shop import Service, Shop
from mock_services.models import Effect
from mock_services.services import services
from mock_services.shop import open_shop

EFFECTS = TypeAdapter(list[Effect])


class CountingTransport(httpx.ASGITransport):
    """Remembers every request as method and path."""

    def __init__(self, app: FastAPI, seen: list[str]) -> None:
        super().__init__(app)
        self._seen = seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._seen.append(f"{request.method} {request.url.raw_path.decode()}")
        return await super().handle_async_request(request)


class MockShop:
    def __init__(self, clients: dict[Service, httpx.AsyncClient], seen: list[str]) -> None:
        self._clients = clients
        self.shop = Shop(clients)
        self.seen = seen

    async def spoil(self, service: Service, mode: str = "fail", **fault: object) -> None:
        """Tell a service to fail from now on."""
        answer = await self._clients[service].put("/_faults", json={"mode": mode, **fault})
        answer.raise_for_status()

    async def mend(self, service: Service) -> None:
        await self.spoil(service, "off")

    async def effects(self) -> list[Effect]:
        """What really changed."""
        return EFFECTS.validate_json((await self._clients["orders"].get("/_effects")).content)

    async def operations(self) -> list[str]:
        return [effect.operation for effect in await self.effects()]


@asynccontextmanager
async def mock_shop() -> AsyncIterator[MockShop]:
    seen: list[str] = []
    async with AsyncExitStack() as stack:
        apps = services(stack.enter_context(open_shop()))
        by_name: dict[Service, FastAPI] = {
            "customers": apps.customers,
            "orders": apps.orders,
            "tracking": apps.tracking,
        }
        clients = {
            name: await stack.enter_async_context(
                httpx.AsyncClient(transport=CountingTransport(app, seen), base_url="http://shop.test")
            )
            for name, app in by_name.items()
        }
        yield MockShop(clients, seen)
