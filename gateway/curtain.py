"""What of a conversation's history the customer may read: nothing that was held back for a person."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from gateway.edge import Edge
from mesh.desk import Desk
from mesh.errors import Transient, Unavailable
from mesh.store import Row
from mesh.together import ANSWERED_BY

log = logging.getLogger(__name__)

REPLIES_KEPT = timedelta(days=6)
"""Within this time every reply that was sent is still in the stream of replies."""


async def handled_by(edge: Edge, session_id: str) -> str | None:
    """The name of the person who has this conversation now; None also when that cannot be told."""
    try:
        held = await Desk(edge.bus).holder(session_id)
        return await called(edge, held.agent) if held and held.agent else None
    except (Unavailable, Transient) as error:
        log.warning("nobody can tell who has the conversation: %s", error)
        return None


async def called(edge: Edge, agent: str) -> str:
    """What customers call somebody of the team. Whom a provider vouches for is in no table: by their own name."""
    known = await edge.people.known(agent)
    return known.person.display_name if known else agent


async def seen(edge: Edge, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that the customer may see.

    An automatic answer is in the history before it is sent. While a person has the conversation, the sending decides.
    """
    told = [row for row in rows if row.status != "superseded" or (row.payload or {}).get(ANSWERED_BY)]
    recent = [
        row
        for row in told
        if row.sender == "agent" and row.status != "superseded" and row.timestamp > datetime.now(UTC) - REPLIES_KEPT
    ]
    try:
        if recent and await Desk(edge.bus).taken(recent[0].session_id):
            sent = {reply.reply_id for reply in await edge.bus.replies_after(recent[0].session_id, 0)}
            unsent = {row.row_id for row in recent} - sent
            return [row for row in told if row.row_id not in unsent]
    except Unavailable as error:
        # Without NATS nothing new can be sent or claimed; what was answered before stays readable.
        log.warning("showing the history without asking who has the conversation: %s", error)
    return told
