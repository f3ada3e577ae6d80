"""The gateway as an app: what it opens when it starts, and what it answers."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypedDict

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import chat, desk, health, insights, mesh, problems, websocket
from gateway.edge import Edge, Temporal
from gateway.limits import LimitedBodies
from gateway.metrics import Counted, Metrics
from gateway.views import Views, views_of
from gateway.waiting import Switchboard
from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.plan import Plan
from mesh.protocol import Route
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.store import History

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
PROTECTION = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
DOCUMENTATION = ("/docs", "/redoc")


class State(TypedDict):
    edge: Edge
    views: Views


def create_app(
    settings: Settings,
    *,
    route: Route,
    actors: Sequence[str],
    temporal: Temporal | None = None,
    plan: Plan | None = None,
) -> FastAPI:
    """Build the gateway; it connects when it starts.

    Args:
        settings: addresses and limits.
        route: what every new message travels, with the policies of its actors.
        actors: names of every actor whose queue must be served.
        temporal: another way to reach the journeys of the mesh.
        plan: the actors and the ways between them, as the mesh view shows them.
    """
    metrics = Metrics()
    lifespan = _lifespan(settings, route, tuple(actors), temporal or Temporal(settings), metrics, plan=plan or Plan())
    app = FastAPI(title="Actor Mesh", summary="An e-commerce support agent as an actor mesh.", lifespan=lifespan)
    problems.install(app)
    app.add_middleware(LimitedBodies)
    app.add_middleware(Counted, metrics=metrics)
    app.add_middleware(Protected)
    for module in (chat, desk, health, websocket):
        app.include_router(module.router)
    for module in (insights, mesh):
        app.include_router(module.router)
        app.include_router(module.pages)
    app.add_api_route("/", _page, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def _lifespan(  # noqa: PLR0913 - what the app is made from
    settings: Settings, route: Route, actors: tuple[str, ...], temporal: Temporal, metrics: Metrics, *, plan: Plan
) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            edge = Edge(
                settings=settings,
                route=route,
                actors=actors,
                bus=await stack.enter_async_context(Bus.open(settings, "gateway")),
                temporal=temporal,
                sessions=await stack.enter_async_context(Sessions.open(settings)),
                history=await stack.enter_async_context(History.open(settings)),
                shop=await stack.enter_async_context(Shop.open(settings)),
                switchboard=Switchboard(metrics),
                metrics=metrics,
            )
            views = await stack.enter_async_context(views_of(edge, plan))
            first_contact = asyncio.create_task(_meet(temporal))
            stack.callback(first_contact.cancel)
            yield State(edge=edge, views=views)

    return lifespan


async def _meet(temporal: Temporal) -> None:
    """Reach Temporal ahead of the first request. Chats do not need it, so nobody waits for this."""
    with contextlib.suppress(Unavailable):
        await temporal.journeys()
        return
    log.warning("Temporal is away: chats are accepted, the desk is closed")


async def _page() -> FileResponse:
    return FileResponse(STATIC / "index.html")


class Protected:
    """Headers that keep a page to its own scripts. The API documentation loads its own from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in DOCUMENTATION:
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(PROTECTION)
            await send(message)

        await self._app(scope, receive, with_headers)
