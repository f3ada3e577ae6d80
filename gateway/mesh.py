"""The mesh view: the plan, its pulse, what one actor does, where one message is. Nobody's words are in any of it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel
from starlette.responses import FileResponse, StreamingResponse

from gateway.edge import Edge, TheEdge
from gateway.following import Followable, followed
from gateway.pages import page
from gateway.people import a_supervisor
from gateway.problems import Problem, unavailable
from gateway.pulse import Heart, Pulse, Work
from gateway.travelled import Failed
from gateway.views import TheViews
from mesh.errors import Unavailable
from mesh.plan import Plan, Station
from mesh.protocol import Id, Message
from mesh.route import ActorName

router = APIRouter(prefix="/api/mesh", tags=["mesh"], dependencies=[Depends(a_supervisor)])
pages = APIRouter(include_in_schema=False)

MOST_VIEWERS: Final = 50
SHOWN: Final = 20


class Here(BaseModel):
    """A message that is at an actor, for so many seconds."""

    message_id: str
    seconds: float
    state: str
    web_ui: str


class Doing(BaseModel):
    """One actor: what it is, what it does now, which of its visits failed lately."""

    station: Station
    work: Work
    here: list[Here]
    failures: list[Failed]
    queues: str = ""


@router.get("")
async def plan(views: TheViews) -> Plan:
    """The actors and the ways between them, with their places on the page."""
    return views.heart.plan


@router.get("/pulse")
async def pulse(views: TheViews) -> Pulse:
    """The state of the mesh now, for whoever cannot keep a stream open."""
    await views.heart.refresh()
    return views.heart.pulse()


@router.get("/events", response_class=StreamingResponse, include_in_schema=False)
async def events(views: TheViews, message_id: Annotated[Id | None, Query()] = None) -> StreamingResponse:
    """Server-sent events: `pulse` once a second; `followed` whenever something happens to the message that is named."""
    if views.heart.viewers >= MOST_VIEWERS:
        raise unavailable("Too many people look at the mesh now.")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(told(views.heart, message_id), media_type="text/event-stream", headers=headers)


@router.get("/actors/{actor}")
async def actor(actor: Annotated[ActorName, Path()], views: TheViews, edge: TheEdge) -> Doing:
    """What this actor does now, and its failures of the last quarter of an hour."""
    heart = views.heart
    station = next((one for one in heart.plan.stations if one.name == actor), None)
    if station is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"No actor is called {actor}.")
    await heart.refresh()
    state = heart.pulse_of(actor)
    here, trouble = await _here(edge, heart, actor)
    return Doing(station=station, work=state, here=here, failures=heart.travels.failures(actor), queues=trouble)


@router.get("/messages/{message_id}")
async def message(message_id: Annotated[Id, Path()], edge: TheEdge) -> Followable:
    """The way of one message: done, doing and ahead, and who changed it and why."""
    rows = await edge.history.of_message(message_id)
    found = followed(await _journey(edge, message_id), rows, edge.settings.workflow_page(message_id))
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"No message {message_id} is known.", message_id=message_id)
    return found


@pages.get("/mesh")
async def mesh_page() -> FileResponse:
    return page("mesh")


# -- inside


async def told(heart: Heart, message_id: str | None) -> AsyncGenerator[str]:
    """The lines of a stream of events."""
    try:
        async with heart.viewing(message_id) as line, asyncio.timeout(heart.longest):
            yield "retry: 1000\n\n"
            while True:
                item = await line.get()
                kind = "pulse" if isinstance(item, Pulse) else "followed"
                yield f"event: {kind}\ndata: {item.model_dump_json(exclude_none=True)}\n\n"
    except TimeoutError:
        return


async def _journey(edge: Edge, message_id: str) -> Message | None:
    try:
        return await (await edge.temporal.journeys()).message(message_id)
    except Unavailable:
        # Temporal is away or forgot it: the history tells what it can.
        return None


async def _here(edge: Edge, heart: Heart, actor: str) -> tuple[list[Here], str]:
    """Who is at this actor: those that were heard of, and those that Temporal shows because they stay for long."""
    found = {message_id: (seconds, state) for message_id, seconds, state in heart.observed.at(actor)}
    trouble = ""
    try:
        async for message_id, facets in (await edge.temporal.journeys()).at(actor):
            found.setdefault(message_id, (_waited(facets.get("WaitingSince", "")), facets.get("State", "")))
            if len(found) >= 10 * SHOWN:
                break
    except Unavailable as error:
        trouble = str(error)
    longest = sorted(found.items(), key=lambda item: -item[1][0])[:SHOWN]
    return [
        Here(message_id=name, seconds=round(seconds, 1), state=state, web_ui=edge.settings.workflow_page(name))
        for name, (seconds, state) in longest
    ], trouble


def _waited(since: str) -> float:
    try:
        return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
