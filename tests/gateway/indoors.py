"""The gateway without any server: its app, given an edge of stand-ins, spoken to in process."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.admission import Gate
from gateway.app import create_app
from gateway.assigning import Assigner
from gateway.board import CLOSED, Board, Window
from gateway.edge import Edge
from gateway.metrics import Metrics
from gateway.observed import Observed
from gateway.owners import Owners
from gateway.pace import Sockets
from gateway.pulse import Heart
from gateway.sign_ins import SignIns
from gateway.views import Views
from gateway.waiting import Switchboard
from mesh.acts import Acts
from mesh.insights.figures import Insights
from mesh.mail.signature import Signatures
from mesh.people import People
from mesh.plan import Plan
from mesh.rates import Rates
from mesh.secret import Secret
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.store import History, metadata
from mesh.tokens import Tokens
from tests.fakes import FakeBus, FakeJourneys, MemorySessions
from tests.fakes import settings as clean_settings
from tests.gateway.house import ACTORS, ROUTE, Reached
from tests.troubled import NotedHistory
from workers.compose import mail_routes

STRANGER = ("203.0.113.9", 4711)
"""Somebody elsewhere: this machine may more."""

BASE = "http://desk.example.com"
RATES = (
    "rate_address", "rate_session", "rate_customer", "rate_new_sessions", "rate_sign_in", "rate_presence",
    "rate_socket",
)  # fmt: skip
GENEROUS: dict[str, object] = {**dict.fromkeys(RATES, "100000/minute"), "admission": False}


def open_settings(**changes: object) -> Settings:
    """Settings under which nobody is told to wait."""
    return clean_settings(**{**GENEROUS, "chat_timeout": 0.05, **changes})


def an_edge(settings: Settings, people: People | None = None, **changes: Any) -> Edge:
    """An edge whose mesh accepts everything and answers nothing."""
    engine = create_async_engine("sqlite+aiosqlite://")
    metrics, sessions, people = Metrics(), MemorySessions(), people or People(engine)
    parts = {
        "settings": settings,
        "route": ROUTE,
        "actors": ACTORS,
        "bus": FakeBus(),
        "temporal": Reached(settings, FakeJourneys()),
        "sessions": sessions,
        "history": NotedHistory(),
        "shop": Shop({}),
        "switchboard": Switchboard(metrics),
        "metrics": metrics,
        "tokens": Tokens(settings),
        "rates": Rates(),
        "owners": Owners(Secret(settings.session_key)),
        "sockets": Sockets(),
        "people": people,
        "sign_ins": SignIns(settings, changes.get("sessions", sessions), people),
        "acts": Acts(engine),
        "metrics_token": Secret(settings.metrics_token),
        "gate": Gate(settings, metrics),
        "mail": mail_routes(),
        "signatures": Signatures(Secret(settings.agentmail_webhook_secrets)),
    }
    return Edge(**{**parts, **changes})


@asynccontextmanager
async def a_whole_edge(settings: Settings, **changes: Any) -> AsyncIterator[Edge]:
    """An edge with a history, people and their acts in a database of its own."""
    engine = create_async_engine("sqlite+aiosqlite://", isolation_level="AUTOCOMMIT")
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    try:
        yield an_edge(settings, People(engine), history=History(engine), acts=Acts(engine), **changes)
    finally:
        await engine.dispose()


class Closing(Board):
    """A board whose windows are closed as soon as they are open: a client in process reads to the end."""

    @contextmanager
    def listening(self) -> Iterator[Window]:
        window = Window(1)
        window.put_nowait(CLOSED)
        yield window


def an_app(settings: Settings) -> FastAPI:
    return create_app(settings, route=ROUTE, actors=ACTORS)


def with_edge(app: ASGIApp, edge: Edge) -> ASGIApp:
    """The app as a server runs it: every request has a copy of the lifespan's state."""

    async def running(scope: Scope, receive: Receive, send: Send) -> None:
        state = {"edge": edge, "board": Closing(edge), "assigner": Assigner(edge), "views": _views(edge)}
        await app({**scope, "state": state}, receive, send)

    return running


def _views(edge: Edge) -> Views:
    """One actor, and streams that end at once."""
    plan = Plan().with_seen([("somebody", "human_agent")])
    heart = Heart(plan, edge.history, edge.temporal, Observed(), longest=0.01)
    return Views(heart, Insights(edge.history))


@asynccontextmanager
async def browser(
    app: FastAPI, edge: Edge, *, client: tuple[str, int] = STRANGER, base_url: str = BASE, **options: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its own, whose requests raise here when the app fails."""
    transport = httpx.ASGITransport(with_edge(app, edge), client=client)
    async with httpx.AsyncClient(transport=transport, base_url=base_url, **options) as http:
        yield http
