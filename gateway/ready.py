"""May customers be sent to this gateway? For whoever balances the load, and for whoever starts the mesh."""

from fastapi import APIRouter, Request

from gateway.edge import TheEdge
from gateway.health import OK, Health, demand, parts_of
from gateway.people import is_insider
from gateway.problems import unavailable

router = APIRouter(tags=["health"])


@router.get("/readyz")
async def readyz(request: Request, edge: TheEdge) -> Health:
    """200 while messages can be taken and answered, else 503; operators are told what is missing.

    A server that is away while the others go on is told as `nodes` and is no reason to send customers elsewhere.
    """
    parts, _ = await parts_of(edge)
    stand = await edge.bus.standing()
    if stand.leaderless and parts["nats"] == OK:
        parts["nats"] = stand.trouble()
    if not await is_insider(request, edge):
        if set(parts.values()) != {OK}:
            raise unavailable("Something that messages need does not answer.")
        return Health()
    demand(parts)
    return Health(parts={**parts, "nodes": stand.trouble() or OK})
