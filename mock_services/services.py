"""The three services over one shop, each with /health, /_faults and /_effects of its own."""

from typing import Final, NamedTuple, cast

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute

from mock_services import customers, orders, problems, products, returns, tracking
from mock_services.answers import Health
from mock_services.faults import Fault, Faults, FaultyLine
from mock_services.idempotency import OpenShop
from mock_services.models import Effect
from mock_services.problems import Problem
from mock_services.shop import Shop

switches: Final = APIRouter()


class Services(NamedTuple):
    customers: FastAPI
    orders: FastAPI
    tracking: FastAPI


def services(shop: Shop, seed: int = 7) -> Services:
    return Services(
        customers=_service("customers", shop, customers.router, seed=seed),
        orders=_service("orders", shop, orders.router, returns.router, products.router, seed=seed),
        tracking=_service("tracking", shop, tracking.router, seed=seed),
    )


def _service(name: str, shop: Shop, *routers: APIRouter, seed: int) -> FastAPI:
    app = FastAPI(
        title=f"Mock shop: {name}",
        version="1",
        description="Every PUT and POST honours `Idempotency-Key`; refusals are `application/problem+json`.",
        responses={status: {"model": Problem} for status in (404, 409, 422)},
        generate_unique_id_function=_operation_id,
    )
    app.state.name, app.state.shop, app.state.faults = name, shop, Faults(seed)
    problems.install(app)
    for router in (*routers, switches):
        app.include_router(router)
    app.add_middleware(FaultyLine, faults=app.state.faults)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _faults(request: Request) -> Faults:
    return cast("Faults", request.app.state.faults)


@switches.get("/health", tags=["health"])
async def health(request: Request) -> Health:
    return Health(status="ok", service=request.app.state.name)


@switches.get("/_faults", tags=["testing"])
async def read_fault(request: Request) -> Fault:
    return _faults(request).current


@switches.put("/_faults", tags=["testing"])
async def set_fault(request: Request, fault: Fault) -> Fault:
    _faults(request).set(fault)
    return fault


@switches.get("/_effects", tags=["testing"])
async def list_effects(shop: OpenShop, key_prefix: str = "") -> list[Effect]:
    """Everything that really changed the shop, through whichever service, oldest first."""
    return shop.effects(key_prefix)
