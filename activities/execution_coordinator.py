"""Do what the action plan says, once, and write down truly what came of it."""

from datetime import timedelta

from activities._approval import Approval, objections_to
from activities._reply import ActionPlan
from activities._results import ActionResult, ExecutionResult
from activities._saga import Saga, stale
from mesh.actor import actor
from mesh.errors import Permanent
from mesh.protocol import Message
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Shop

__all__ = ["ActionResult", "ExecutionResult", "execution_coordinator"]


@actor("execution_coordinator", timeout=timedelta(seconds=20))
async def execution_coordinator(
    message: Message, *, shop: Shop, sessions: Sessions, settings: Settings
) -> ExecutionResult:
    """Perform the plan one action after the other; results stand in plan order.

    Raises:
        Transient: a service failed; what is known so far is with it. The visit is tried again as a whole; the keys
            keep what is done from being done twice.
        Permanent: an action was refused after another that belongs to it was done: that has to be taken back.
    """
    if denied := _denied(message, settings):
        refused = (
            ActionResult(action=action, outcome="refused", detail=denied) for action in message.need(ActionPlan).actions
        )
        return ExecutionResult(results=tuple(refused), hop=message.route.current_step)
    try:
        result = await Saga(message, shop, message.route.current_step).carry_out()
    finally:
        # Even after a failure: the change may have happened and only its answer been lost.
        await sessions.forget(*stale(message))
    if result.due:
        names = dict.fromkeys(one.action.name for one in result.results if one.outcome == "refused")
        raise Permanent(f"{', '.join(names)} was refused: what was done with it has to be taken back", result)
    return result


def _denied(message: Message, settings: Settings) -> str:
    """Why nothing of this plan may be done, in words that the customer may read; empty when it may."""
    approval = message.get(Approval)
    if approval is not None and approval.verdict == "refused":
        note = (approval.note or "").strip()
        return f"A colleague did not approve it: {note}" if note else "A colleague did not approve it."
    # Whatever route led here: what must be approved is not done without.
    if approval is None and objections_to(message, settings):
        return "A colleague has to approve it first, and nobody did."
    return ""
