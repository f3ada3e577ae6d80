"""The mesh view and the insights on a gateway without servers: a real history, and journeys made by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import NamedTuple

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from gateway import insights, mesh, problems
from gateway.edge import edge_of
from gateway.observed import Observed
from gateway.people import a_supervisor
from gateway.pulse import Heart
from gateway.views import Views
from mesh.actor import discover
from mesh.insights.figures import Insights
from mesh.plan import Plan
from mesh.replies import Progress
from mesh.store import History
from tests.fakes import FakeJourneys, settings
from tests.gateway.house import Reached
from workers.compose import standard_route


class Overlook(NamedTuple):
    http: httpx.AsyncClient
    views: Views
    journeys: FakeJourneys

    def hear(self, actor: str, hop: int, message_id: str = "m-1", attempt: int = 1) -> None:
        """An actor tells that it works on a message."""
        event = Progress(message_id=message_id, session_id="s-1", actor=actor, hop=hop, attempt=attempt)
        self.views.heart.observed.take_progress(event)


@asynccontextmanager
async def overlook(history: History, journeys: FakeJourneys) -> AsyncIterator[Overlook]:
    """Everything that a supervisor may ask, with nobody at the door."""
    configured = settings()
    temporal = Reached(configured, journeys)
    plan = Plan.of(discover(), standard_route())
    views = Views(Heart(plan, history, temporal, Observed()), Insights(history))
    edge = SimpleNamespace(settings=configured, history=history, temporal=temporal)
    app = FastAPI()
    problems.install(app)
    for module in (insights, mesh):
        app.include_router(module.router)
        app.include_router(module.pages)
    app.dependency_overrides[a_supervisor] = lambda: None
    app.dependency_overrides[edge_of] = lambda: edge

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"views": views}}, receive, send)

    transport = httpx.ASGITransport(app=with_state)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
        yield Overlook(http, views, journeys)
