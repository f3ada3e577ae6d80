"""What the pages for people who run the mesh are made from: its pulse, and its figures."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from gateway.edge import Edge
from gateway.observed import Observed
from gateway.pulse import Heart
from mesh.errors import Transient
from mesh.insights.figures import Insights
from mesh.plan import Plan

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Views:
    heart: Heart
    insights: Insights


@asynccontextmanager
async def views_of(edge: Edge, plan: Plan) -> AsyncIterator[Views]:
    """Listen to the mesh, and take what is new in the history into the figures every now and then."""
    observed = Observed()
    edge.switchboard.also(observed.take_reply, observed.take_progress)
    views = Views(Heart(plan, edge.history, edge.temporal, observed), Insights(edge.history))
    counting = asyncio.create_task(_count(views.insights, edge.settings.insights_every))
    try:
        yield views
    finally:
        await views.heart.rest()
        counting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await counting


async def _count(insights: Insights, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            await insights.rollup.catch_up()
        except Transient as error:
            log.warning("the figures are not up to date: %s", error)


def views_on(connection: HTTPConnection) -> Views:
    views = connection.state.views
    assert isinstance(views, Views)  # noqa: S101 - the lifespan put it there
    return views


TheViews = Annotated[Views, Depends(views_on)]
