"""Is everything there that a message needs?"""

import asyncio
from collections.abc import Awaitable, Mapping
from http import HTTPStatus
from typing import TypeVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, JsonValue
from starlette.responses import Response

from gateway.edge import Edge, TheEdge
from gateway.people import an_insider, is_insider
from gateway.problems import unavailable
from mesh.errors import Transient, Unavailable
from mesh.protocol import queue_of
from mesh.streams import ENTRANCE
from mesh.temporal import WORKFLOW_QUEUE

router = APIRouter(tags=["health"])
T = TypeVar("T")

LONGEST_LOOK = 3.0
OK = "ok"
INSIDE = [Depends(an_insider)]


class Health(BaseModel):
    """`parts`: "ok" or what is wrong, for each system behind the gateway; empty for who may not know."""

    status: str = OK
    parts: dict[str, str] = Field(default_factory=dict)


class Storage(Health):
    """`streams`: how many messages each NATS stream holds."""

    streams: dict[str, int]


class Mailbox(BaseModel):
    """`pollers`: how many workers asked this queue for work within the last minutes."""

    queue: str
    pollers: int


@router.get("/health")
@router.get("/api/health")
async def health(request: Request, edge: TheEdge) -> Health:
    """Can this gateway take messages and see their answers? What is wrong is told to operators."""
    parts, _ = await parts_of(edge)
    if not await is_insider(request, edge):
        if set(parts.values()) != {OK}:
            raise unavailable("Something that messages need does not answer.")
        return Health()
    demand(parts)
    return Health(parts=parts)


@router.get("/api/health/storage", dependencies=INSIDE)
async def storage(edge: TheEdge) -> Storage:
    parts, streams = await parts_of(edge)
    demand(parts, streams=dict(streams))
    return Storage(parts=parts, streams=streams)


@router.get("/api/health/actors", dependencies=INSIDE)
async def actors(edge: TheEdge) -> dict[str, Mailbox]:
    """Who serves which actor, the workflow and the intake; 503 when one has nobody."""
    journeys = await edge.temporal.journeys()
    queues = {actor: queue_of(actor) for actor in edge.actors} | {"workflow": WORKFLOW_QUEUE}
    counts = await asyncio.gather(*map(journeys.pollers, queues.values()), edge.bus.intakes())
    queues["intake"] = ENTRANCE
    found = {
        name: Mailbox(queue=queue, pollers=count) for (name, queue), count in zip(queues.items(), counts, strict=True)
    }
    unserved = sorted(actor for actor, mailbox in found.items() if not mailbox.pollers)
    if unserved:
        boxes: dict[str, JsonValue] = {actor: mailbox.model_dump() for actor, mailbox in found.items()}
        raise unavailable(f"Nobody serves {', '.join(unserved)}.", actors=boxes)
    return found


@router.get("/api/health/services", dependencies=INSIDE)
async def services(edge: TheEdge) -> Health:
    """Do the shop's APIs answer?"""
    found = await edge.shop.health()
    parts = {str(name): OK if well else "does not answer" for name, well in found.items()}
    demand(parts)
    return Health(parts=parts)


@router.get("/metrics", response_class=Response, dependencies=INSIDE)
async def metrics(edge: TheEdge) -> Response:
    parts, _ = await parts_of(edge)
    for part, state in parts.items():
        edge.metrics.healthy.labels(part).set(state == OK)
    return Response(edge.metrics.exposition(), HTTPStatus.OK, media_type="text/plain; version=0.0.4; charset=utf-8")


async def parts_of(edge: Edge) -> tuple[dict[str, str], dict[str, int]]:
    """Each system with "ok" or what is wrong, and how many messages each stream holds."""
    (nats, streams), (temporal, _), (valkey, _), (history, _) = await asyncio.gather(
        _look(edge.bus.depth()), _look(_ping(edge)), _look(edge.sessions.ping()), _look(edge.history.ping())
    )
    return {"nats": nats, "temporal": temporal, "valkey": valkey, "history": history}, streams or {}


async def _ping(edge: Edge) -> None:
    await (await edge.temporal.journeys()).ping()


async def _look(work: Awaitable[T]) -> tuple[str, T | None]:
    """Whether it went well, in a word or as the reason why not, and what came of it."""
    try:
        async with asyncio.timeout(LONGEST_LOOK):
            return OK, await work
    except TimeoutError:
        return f"no answer within {LONGEST_LOOK:g} s", None
    except (Unavailable, Transient) as error:
        return str(error), None


def demand(parts: Mapping[str, str], **members: JsonValue) -> None:
    """Nothing may be wrong.

    Raises:
        Problem: 503, something is.
    """
    down = [f"{name}: {state}" for name, state in parts.items() if state != OK]
    if down:
        raise unavailable("; ".join(down), parts=dict(parts), **members)
