"""What waits for a person, as those who assign see it: read when it is heard of, and all of it now and then."""

import asyncio
import logging
from collections.abc import Iterable
from time import monotonic
from typing import Final

from pydantic import JsonValue

from gateway.edge import Edge
from gateway.seating import customer_of
from gateway.waiting_list import PERSON, plainly
from mesh.assignment.pace import Served
from mesh.assignment.rules import Need, in_order
from mesh.assignment.table import Table
from mesh.errors import Unavailable
from mesh.floor import Floor
from mesh.protocol import Message

log = logging.getLogger(__name__)

LISTED: Final = 5.0
"""Seconds until Temporal lists what it has begun, at the latest."""
AT_ONCE: Final = 8


class Needs:
    """The messages that wait, by their ids; what each needs is read once."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._known: dict[str, Need] = {}
        self._read: dict[str, float] = {}
        self._heard: set[str] = set()

    def __contains__(self, message_id: object) -> bool:
        return message_id in self._known or message_id in self._heard

    @property
    def unread(self) -> int:
        """Messages that were only heard of: nobody is at the desk for whom they would be read."""
        return len(self._heard - self._known.keys())

    def hear(self, message_id: str) -> None:
        """It came to a person, or what it needs has changed."""
        self._heard.add(message_id)

    def drop(self, message_id: str) -> None:
        self._heard.discard(message_id)
        self._known.pop(message_id, None)
        self._read.pop(message_id, None)

    def by_session(self) -> dict[str, Need]:
        """The most pressing need of each conversation, the most pressing conversation first."""
        found: dict[str, Need] = {}
        for need in in_order(self._known.values()):
            found.setdefault(need.session_id, need)
        return found

    async def read_heard(self, table: Table) -> None:
        """Read what was heard of.

        Raises:
            Unavailable: Temporal or NATS does not answer; what was not read is read the next time.
        """
        await self._read_all(sorted(self._heard), table)

    async def list_all(self, table: Table) -> None:
        """Find what nobody told us of, and what has gone without a word.

        Raises:
            Unavailable: Temporal or NATS does not answer.
        """
        journeys = await self._edge.temporal.journeys()
        listed = {message_id async for message_id, _ in journeys.at(PERSON)}
        now = monotonic()
        for message_id in self._known.keys() - listed:
            if now - self._read.get(message_id, 0) > LISTED:
                self.drop(message_id)
        await self._read_all(sorted(listed - self._known.keys()), table)

    async def still(self, need: Need, table: Table) -> bool:
        """Whether it waits now."""
        if monotonic() - self._read.get(need.message_id, 0) > 1:
            await self._read_one(need.message_id, table)
        return need.message_id in self._known

    async def _read_all(self, message_ids: Iterable[str], table: Table) -> None:
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(message_id: str) -> None:
            async with slots:
                await self._read_one(message_id, table)

        await asyncio.gather(*map(one, message_ids))

    async def _read_one(self, message_id: str, table: Table) -> None:
        journeys = await self._edge.temporal.journeys()
        try:
            message = await journeys.message(message_id)
        except Unavailable as error:
            # Paused, or its worker is away: whoever opens the desk sees it, and the next sweep tries again.
            log.warning("message %s waits for a person and cannot be read: %s", message_id, error)
            self._heard.discard(message_id)
            return
        if message is None or PERSON not in message.route.here:
            self.drop(message_id)
            return
        self._known[message_id] = await _need(self._edge, message, table)
        self._read[message_id] = monotonic()
        self._heard.discard(message_id)


async def _need(edge: Edge, message: Message, table: Table) -> Need:
    item = plainly(message)
    transfer = await Floor(edge.bus).transfer_of(message.message_id)
    return Need(
        session_id=message.session_id,
        message_id=message.message_id,
        skill=transfer.skill if transfer else table.skill_for(item.intent),
        language=_language(message.payload.intent),
        tier=item.tier,
        urgency=item.urgency,
        since=item.waiting_since,
        due=item.due_at,
        knew=await Served(edge.bus).knew(customer_of(message)),
    )


def _language(meant: JsonValue) -> str:
    found = meant.get("language") if isinstance(meant, dict) else None
    return found if isinstance(found, str) else ""
