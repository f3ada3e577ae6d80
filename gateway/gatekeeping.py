"""What the gate does beside letting in: it looks once a second at what was measured, and writes down what happened."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from gateway.admission import EVERY, Rush
from gateway.edge import Edge
from gateway.identity import Customer
from gateway.models import ChatRequest
from mesh.acts import Act
from mesh.errors import Transient, Unavailable
from mesh.secret import fingerprint

log = logging.getLogger(__name__)


@asynccontextmanager
async def kept(edge: Edge) -> AsyncIterator[None]:
    """Look again and again until the block ends."""
    task = asyncio.create_task(_watch(edge))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def who_of(customer: Customer, session_id: str) -> str:
    """Whose message it is, for counting: a hash that tells nobody."""
    return fingerprint(customer.mark if customer.email else session_id)


async def refuse_early(edge: Edge, customer: Customer, said: ChatRequest) -> None:
    """Refuse what could not come in before anything is looked up or counted for it, unless it came in before.

    Raises:
        Problem: 503 with Retry-After.
    """
    session_id, message_id = said.session_id or "", said.message_id or uuid4().hex
    who = who_of(customer, session_id)
    if message_id in edge.gate.backlog or edge.gate.has_room(message_id, session_id, who):
        return
    if said.message_id is None or not await _accepted(edge, message_id):
        edge.gate.demand(message_id, session_id, who)


async def _accepted(edge: Edge, message_id: str) -> bool:
    """Whether it may have been accepted before."""
    try:
        return await edge.sessions.accepted(message_id)
    except Unavailable:
        # Whoever looks more closely asks the history.
        return True


async def _watch(edge: Edge) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await look(edge)


async def look(edge: Edge) -> None:
    """Look once, and write down a rush that is over."""
    rush = edge.gate.look(await _in_stream(edge))
    if rush:
        await _note(edge, rush)


async def _in_stream(edge: Edge) -> int:
    """What waits in NATS; asked only while anything is on its way, and 0 while that cannot be asked."""
    if not edge.gate.backlog:
        return 0
    try:
        return await edge.bus.waiting()
    except Unavailable as error:
        log.debug("what waits for intake cannot be seen: %s", error)
        return 0


async def _note(edge: Edge, rush: Rush) -> None:
    told = f"{rush.refused} messages in {rush.seconds:.0f} s"
    log.warning("%s were told to come back; all come in again", told)
    try:
        await edge.acts.note(Act(who="gateway", role="gate", act="refuse", subject=told, outcome="503"))
    except Transient as error:
        log.warning("a rush is not noted: %s", error)
