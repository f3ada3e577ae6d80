"""A plan stopped half-way: find out what was done, finish what can be finished, take back what must not stay."""

from datetime import timedelta

from activities._approval import denied
from activities._results import ExecutionResult
from activities._saga import Saga, stale, unfinished
from mesh.actor import actor
from mesh.errors import Permanent
from mesh.protocol import Message
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Shop


@actor("compensator", timeout=timedelta(seconds=30), attempts=8, deadline=timedelta(minutes=5))
async def compensator(message: Message, *, shop: Shop, sessions: Sessions, settings: Settings) -> ExecutionResult:
    """The plan's results when nothing is in doubt any more and nothing has to be taken back.

    What is in doubt is asked again with the key of the visit that left it so: the shop answers what it answered then,
    or does it now. Nothing is taken back while something that belongs to it is in doubt.

    Raises:
        Transient: a service still fails; what is known is with it.
        Permanent: there is no plan that was left half-way.
    """
    hop = unfinished(message)
    if hop is None:
        raise Permanent("no plan was left half-way")
    known = message.get(ExecutionResult)
    saga = Saga(message, shop, hop)
    if why := denied(message, settings):
        # The visit that never reported could not have done anything either.
        return saga.refuse(why)
    try:
        result = await saga.carry_out(known if known and known.hop == hop else None)
        return await saga.take_back(result)
    finally:
        await sessions.forget(*stale(message))
