"""Who has gone without a word: their offers go to others, and what they had is offered anew."""

import contextlib
import logging
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from gateway.edge import Edge
from gateway.presence_news import tell_gone
from mesh.assignment.roster import Roster
from mesh.assignment.seats import Seat, Seats
from mesh.desk import Desk, Held, NotHeld
from mesh.floor import Floor

log = logging.getLogger(__name__)

CLAIMING: Final = timedelta(seconds=5)
"""How long a claim may follow the taking of its seat."""


class Silence:
    """`unsure`: somebody whom we hear no more is still known to NATS, which will forget them any moment."""

    def __init__(self, edge: Edge, roster: Roster, seats: Seats) -> None:
        self._edge, self._roster, self._seats = edge, roster, seats
        self.unsure = False

    async def end(self, seats: Mapping[str, Seat]) -> bool:
        """Take from everybody who is gone what they had; whether that was anything."""
        here = self._roster.here()
        await self._attend(seats, here)
        if not self._roster.sure:
            return False
        absent = {seat.person for seat in seats.values() if seat.state != "open"} - set(here)
        # We may not have heard them: NATS says who is there.
        known = {one.person for one in await Floor(self._edge.bus).people()} if absent else set()
        self.unsure = bool(absent & known)
        gone = absent - known
        left = [(session_id, seat) for session_id, seat in seats.items() if seat.person in gone]
        ended = [await self._ended(session_id, seat) for session_id, seat in left]
        return any(ended)

    async def clear(self, seats: Mapping[str, Seat], waiting: Collection[str]) -> None:
        """Empty the seats of conversations that wait no more, and those whose claim has not been kept."""
        now = await self._edge.bus.clock()
        for session_id, seat in seats.items():
            if seat.state == "offered" and session_id not in waiting:
                await self._seats.free(session_id, seat.person)
            elif seat.state == "taken" and seat.since + CLAIMING < now:
                hold = await Desk(self._edge.bus).holder(session_id)
                if hold is None or hold.agent != seat.person:
                    await self._seats.free(session_id, seat.person)

    async def _attend(self, seats: Mapping[str, Seat], here: Collection[str]) -> None:
        for session_id, seat in seats.items():
            if seat.state == "taken" and not seat.attended and seat.person in here:
                await self._seats.attend(session_id, seat.person)

    async def _ended(self, session_id: str, seat: Seat) -> bool:
        if seat.state == "offered":
            return await self._seats.free(session_id, seat.person, passed=True)
        if not seat.attended:
            # They claimed without ever being at the desk: their claim lasts as long as it is kept.
            return False
        with contextlib.suppress(NotHeld, Held):
            await Desk(self._edge.bus).release(session_id, seat.person)
        freed = await self._seats.free(session_id, seat.person, passed=True)
        if freed:
            log.info("%s is silent: conversation of message %s is offered anew", seat.person, seat.message_id)
            await tell_gone(self._edge, seat.message_id, session_id, seat.person)
        return freed
