"""Replies of one session reach the customer in the order of the questions."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from activities._together import earlier_in
from mesh.bus import Bus
from mesh.errors import Transient
from mesh.protocol import Message
from mesh.store import History
from mesh.together import followed

PATIENCE: Final = 20.0
"""Seconds after its acceptance for which a reply waits for those before it; then it goes out all the same."""
LOOK: Final = 0.1
"""Seconds between two looks."""
LOOKS: Final = 60
"""How often one attempt looks; together well below the timeout of the visit."""


async def in_turn(message: Message, *, bus: Bus, history: History) -> None:
    """Return when every message before this one was answered, waits for a person, or has had its time.

    Raises:
        Transient: not yet.
    """
    open_ones = _before(message)
    for _ in range(LOOKS):
        open_ones = [one for one in open_ones if not await _over(one, message, bus, history)]
        if not open_ones or not _early(message):
            return
        await asyncio.sleep(LOOK)
    raise Transient(f"message {open_ones[0]} of the same session is answered first")


def _before(message: Message) -> list[str]:
    """The messages that answer themselves."""
    ours = {one.message_id for one in earlier_in(message)}
    return [message_id for message_id in followed(message) if message_id not in ours]


async def _over(message_id: str, message: Message, bus: Bus, history: History) -> bool:
    """Whether its reply lies in the stream, before any of ours, or none will come."""
    if any(reply.message_id == message_id for reply in await bus.replies_after(message.session_id, 0)):
        return True
    return any(row.status in {"superseded", "dead_lettered"} for row in await history.of_message(message_id))


def _early(message: Message) -> bool:
    """Whether there is time left. A clock that went backwards must not make it endless."""
    stamps = [entry.at for entry in message.route.trace if entry.at]
    return bool(stamps) and abs((datetime.now(UTC) - stamps[0]).total_seconds()) < PATIENCE
