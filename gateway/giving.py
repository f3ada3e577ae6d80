"""One round of giving out: what waits to whom there is, and offers to whoever suits better by now."""

from collections import Counter
from collections.abc import Mapping

from gateway.edge import Edge
from gateway.needs import Needs
from mesh.assignment.roster import Roster
from mesh.assignment.rules import Candidate, Need, better, choose
from mesh.assignment.seats import Decided, Seat, Seats
from mesh.assignment.table import Table
from mesh.desk import Desk


class Giving:
    """With the people who are there now. Only what could come to something is asked of NATS."""

    def __init__(self, edge: Edge, needs: Needs, roster: Roster, table: Table) -> None:
        self._edge, self._needs, self._table = edge, needs, table
        self._seats = Seats(edge.bus)
        self._people = roster.candidates(table)
        self._away = set(roster.here()) - {one.person for one in self._people}
        self._looking = {(one.person, session_id) for one in roster.people() for session_id in one.looking}

    async def offer(self, seats: Mapping[str, Seat]) -> None:
        """Offer what is nobody's, and what somebody has let pass or is away from; the most pressing first."""
        if not self._people and not self._away:
            return
        now, loads = await self._edge.bus.clock(), _loads(seats)
        for session_id, need in self._needs.by_session().items():
            seat = seats.get(session_id)
            away = seat.person if seat and seat.state == "offered" and seat.person in self._away else ""
            if seat and seat.stands(now) and not away:
                continue
            if not away and choose(need, self._with(loads, seat), self._table) is None:
                continue
            if await self._needs.still(need, self._table) and not await self._is_had(need, seat):
                decided = await self._seats.offer(need, self._people, self._table, without=away)
                self._count(decided)
                loads = _loads(seats, decided, loads)

    async def even_out(self, seats: Mapping[str, Seat]) -> None:
        """Move offers that nobody has taken up, nor is reading, where that makes it better."""
        loads, needs = _loads(seats), self._needs.by_session()
        people = {one.person: one for one in self._with(loads, None)}
        for session_id, seat in seats.items():
            need, holder = needs.get(session_id), people.get(seat.person)
            if need is None or holder is None or seat.state != "offered" or (seat.person, session_id) in self._looking:
                continue
            if better(need, holder, people.values(), self._table, seat.passed):
                self._count(await self._seats.rather(need, self._people, self._table))

    async def _is_had(self, need: Need, seat: Seat | None) -> bool:
        """Whether somebody has it whose seat says nothing of it."""
        if seat and seat.state == "offered":
            return False
        hold = await Desk(self._edge.bus).holder(need.session_id)
        if hold and hold.agent:
            await self._seats.take(need.session_id, need.message_id, hold.agent, need.since, "anybody")
        return hold is not None

    def _with(self, loads: Mapping[str, int], seat: Seat | None) -> list[Candidate]:
        own = seat.person if seat and seat.state == "offered" else ""
        return [one.with_load(loads.get(one.person, 0) - (one.person == own)) for one in self._people]

    def _count(self, decided: Decided) -> None:
        seat = decided.seat
        if decided.won and seat and seat.state == "offered":
            self._edge.metrics.assignments.labels(seat.person, seat.skill).inc()


def _loads(
    seats: Mapping[str, Seat], decided: Decided | None = None, before: Counter[str] | None = None
) -> Counter[str]:
    """How many everybody has, as far as was seen; NATS counts exactly when it comes to it."""
    if before is None:
        return Counter(seat.person for seat in seats.values() if seat.state != "open")
    given = decided.seat.person if decided and decided.won and decided.seat else ""
    return before + Counter([given] if given else [])
