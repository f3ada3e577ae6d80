"""The gateway as an app: what it opens when it starts, and what it answers."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypedDict

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from gateway import (
    agentmail,
    chat,
    desk,
    documentation,
    embedding,
    floor,
    health,
    insights,
    mesh,
    oidc,
    problems,
    ratings,
    ready,
    sign_in,
    status,
    uploads,
    websocket,
)
from gateway.admission import Gate
from gateway.assigning import Assigner
from gateway.board import Board
from gateway.breakage import Broken
from gateway.credentials import EMAIL_HEADER, SECRET_HEADER, Described
from gateway.edge import Edge, Temporal
from gateway.gatekeeping import kept
from gateway.leases import Leases
from gateway.limits import LimitedBodies
from gateway.metrics import Counted, Metrics
from gateway.owners import Owners
from gateway.pace import Sockets
from gateway.protection import Audited, Paced, Protected
from gateway.sign_ins import SignIns
from gateway.views import Views, views_of
from gateway.waiting import Switchboard
from mesh.acts import Acts
from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.mail.composing import MailRoutes
from mesh.mail.signature import Signatures
from mesh.people import People
from mesh.plan import Plan
from mesh.protocol import Route
from mesh.rates import Rates
from mesh.secret import Secret, agentmail_secrets, session_key
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.store import History, engine_of
from mesh.tokens import Tokens

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"


class State(TypedDict):
    edge: Edge
    board: Board
    assigner: Assigner
    views: Views


def create_app(  # noqa: PLR0913 - what the app is made from
    settings: Settings,
    *,
    route: Route,
    actors: Sequence[str],
    temporal: Temporal | None = None,
    plan: Plan | None = None,
    mail: MailRoutes | None = None,
) -> FastAPI:
    """Build the gateway; it connects when it starts.

    Args:
        settings: addresses and limits.
        route: what every new message travels, with the policies of its actors.
        actors: names of every actor whose queue must be served.
        temporal: another way to reach the journeys of the mesh.
        plan: the actors and the ways between them, as the mesh view shows them.
        mail: what e-mails travel.
    """
    metrics = Metrics()
    reached = temporal or Temporal(settings)
    lifespan = _lifespan(settings, route, tuple(actors), reached, metrics, plan=plan or Plan(), mail=mail)
    app = Described(
        title="Actor Mesh",
        summary="An e-commerce support agent as an actor mesh.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=problems.RESPONSES,
    )
    problems.install(app)
    guard(app, settings, metrics)
    modules = (
        agentmail, chat, desk, documentation, floor, health, oidc, ratings, ready, sign_in, status, uploads,
        websocket,
    )  # fmt: skip
    for module in modules:
        app.include_router(module.router)
    for module in (insights, mesh):
        app.include_router(module.router)
        app.include_router(module.pages)
    app.add_api_route("/", _page, include_in_schema=False)
    app.add_api_route("/desk", _desk_page, include_in_schema=False)
    app.mount(embedding.PATH, embedding.files(), name="widget")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def guard(app: FastAPI, settings: Settings, metrics: Metrics) -> None:
    """What every request passes, the outermost last."""
    app.add_middleware(Broken)
    app.add_middleware(Audited)
    app.add_middleware(LimitedBodies)
    app.add_middleware(Paced, settings=settings)
    app.add_middleware(Counted, metrics=metrics)
    # Without credentials: pages of others use tokens, and never the cookies of our people.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=("GET", "POST", "DELETE"),
        allow_headers=("Authorization", "Content-Type", EMAIL_HEADER, SECRET_HEADER, "X-File-Name"),
        expose_headers=("Retry-After", "Location"),
        max_age=600,
    )
    # Once more, for what breaks on the way to the innermost.
    app.add_middleware(Broken)
    app.add_middleware(Protected, settings=settings)


def _lifespan(  # noqa: PLR0913 - what the app is made from
    settings: Settings,
    route: Route,
    actors: tuple[str, ...],
    temporal: Temporal,
    metrics: Metrics,
    *,
    plan: Plan,
    mail: MailRoutes | None,
) -> Callable[[FastAPI], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            sessions = await stack.enter_async_context(Sessions.open(settings))
            # One pool of connections for all that is kept in the database.
            engine = await stack.enter_async_context(engine_of(settings))
            people = People(engine)
            edge = Edge(
                settings=settings,
                route=route,
                actors=actors,
                bus=await stack.enter_async_context(Bus.open(settings, "gateway")),
                temporal=temporal,
                sessions=sessions,
                history=History(engine),
                shop=await stack.enter_async_context(Shop.open(settings)),
                switchboard=Switchboard(metrics),
                metrics=metrics,
                tokens=Tokens(settings),
                rates=await stack.enter_async_context(Rates.open(settings)),
                owners=Owners(session_key(settings)),
                sockets=Sockets(),
                people=people,
                sign_ins=SignIns(settings, sessions, people),
                acts=Acts(engine),
                metrics_token=Secret(settings.metrics_token, settings.metrics_token_file),
                gate=Gate(settings, metrics),
                mail=mail or MailRoutes(answer=route, person=route, fetch=route),
                signatures=Signatures(agentmail_secrets(settings)),
            )
            board = Board(edge)
            stack.callback(board.close)
            await board.open()
            edge.switchboard.also(board.take_reply, board.take_progress)
            leases = Leases(edge)
            stack.callback(leases.close)
            await leases.open()
            edge.bus.noted = metrics.note_comparison
            assigner = Assigner(edge)
            stack.push_async_callback(assigner.close)
            await assigner.open()
            edge.switchboard.also(assigner.take_reply, assigner.take_progress)
            views = await stack.enter_async_context(views_of(edge, plan))
            edge.switchboard.also(edge.gate.take_reply, edge.gate.take_progress)
            await stack.enter_async_context(kept(edge))
            await edge.bus.watch_replies(edge.switchboard.take_reply)
            await edge.bus.watch_progress(edge.switchboard.take_progress)
            await stack.enter_async_context(uploads.swept(settings))
            first_contact = asyncio.create_task(_meet(temporal))
            stack.callback(first_contact.cancel)
            yield State(edge=edge, board=board, assigner=assigner, views=views)

    return lifespan


async def _meet(temporal: Temporal) -> None:
    """Reach Temporal ahead of the first request. Chats do not need it, so nobody waits for this."""
    with contextlib.suppress(Unavailable):
        await temporal.journeys()
        return
    log.warning("Temporal is away: chats are accepted, the desk is closed")


async def _page() -> FileResponse:
    return FileResponse(STATIC / "index.html")


async def _desk_page() -> FileResponse:
    return FileResponse(STATIC / "desk" / "index.html")
