"""The customer is told who has joined the conversation, and who has left it: at most once, as all progress is."""

import logging
from typing import Literal

from gateway.curtain import called
from gateway.edge import Edge
from mesh.errors import Transient, Unavailable
from mesh.protocol import Message
from mesh.replies import Progress

log = logging.getLogger(__name__)


async def tell_customer(edge: Edge, message: Message, state: Literal["joined", "left"], name: str) -> None:
    await tell(edge, message.message_id, message.session_id, state, name)


async def tell(edge: Edge, message_id: str, session_id: str, state: Literal["joined", "left"], name: str) -> None:
    """The same for a message of which no more than its ids is at hand."""
    event = Progress(message_id=message_id, session_id=session_id, actor="human_agent", state=state, by=name)
    try:
        await edge.bus.progress(event)
    except Unavailable as error:
        # The page finds it out when it loads the conversation.
        log.warning("the customer of %s is not told that somebody has %s: %s", message_id, state, error)


async def tell_gone(edge: Edge, message_id: str, session_id: str, agent: str) -> None:
    """Whoever had the conversation has gone without a word."""
    try:
        name = await called(edge, agent)
    except Transient:
        # That somebody has left matters more than who; the name they sign in with is nobody's business.
        name = ""
    await tell(edge, message_id, session_id, "left", name)
