"""Do what the action plan says, once, and write down truly what came of it."""

from datetime import timedelta

from activities._approval import denied
from activities._results import ActionResult, ExecutionResult
from activities._saga import Saga, stale
from activities._together import left_to
from mesh.actor import actor
from mesh.bus import Bus
from mesh.errors import Permanent
from mesh.identity import vouched
from mesh.protocol import Message
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.together import Answerers

__all__ = ["ActionResult", "ExecutionResult", "execution_coordinator"]


@actor("execution_coordinator", timeout=timedelta(seconds=20))
async def execution_coordinator(
    message: Message, *, shop: Shop, sessions: Sessions, settings: Settings, bus: Bus
) -> ExecutionResult:
    """Perform the plan one action after the other; results stand in plan order.

    Raises:
        Transient: a service failed; what is known so far is with it. The visit is tried again as a whole; the keys
            keep what is done from being done twice.
        Permanent: an action was refused after another that belongs to it was done: that has to be taken back; or a
            later message answers this one too, and nothing was done.
    """
    saga = Saga(message, shop, message.route.current_step)
    if why := unknown(message, settings) or denied(message, settings):
        return saga.refuse(why)
    if other := await Answerers(bus).another(message):
        return left_to(other, message, ExecutionResult(results=()))
    try:
        result = await saga.carry_out()
    finally:
        # Even after a failure: the change may have happened and only its answer been lost.
        await sessions.forget(*stale(message))
    if result.due:
        names = dict.fromkeys(one.action.name for one in result.results if one.outcome == "refused")
        raise Permanent(f"{', '.join(names)} was refused: what was done with it has to be taken back", result)
    return result


def unknown(message: Message, settings: Settings) -> str:
    """That nobody vouches for who the customer is, in words for them; empty when somebody does."""
    return "" if vouched(message, settings) else "We have to know who you are first: please sign in."
