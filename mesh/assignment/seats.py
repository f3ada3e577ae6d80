"""Offers and the conversations that people have, decided by comparison in NATS: one owner each, and loads that add up.

A conversation has one key, and one further key says how many everybody has. Whatever changes an owner writes both
together or neither, upon the revisions that were read; so of any number that decide at once one wins, and the others
look again. Why so: `docs/decisions/0021-offers-by-compare-and-set.md`.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from pydantic import Field, ValidationError

from mesh.assignment.rules import Candidate, Choice, Need, better, choose
from mesh.assignment.table import Table
from mesh.errors import MeshError, Transient
from mesh.protocol import Id
from mesh.registers import SEATS, Change, Registers
from mesh.route import Wire

LOADS: Final = "loads"
PLACE: Final = "c"
FORGOTTEN: Final = 600
"""Seconds that an empty seat remembers who let the conversation pass."""
RACES: Final = 60
"""Lost comparisons after which we give up; each one means that somebody else has succeeded."""

State = Literal["open", "offered", "taken"]
Over = Literal["nothing", "offers", "anybody"]


class Seat(Wire):
    """Whose a conversation is to be (offered) or is (taken); nobody's while open.

    Attributes:
        begun: when somebody was first asked; how long an answer takes is counted from there.
        until: when the offer ends.
        passed: who let it pass, or gave it back.
        reserved: nobody else may take it before the offer ends. It is not when the same person is asked again.
        attended: the person was seen at the desk since; when they fall silent the conversation is offered anew.
    """

    person: str = ""
    state: State = "open"
    message_id: Id
    skill: str = ""
    begun: datetime
    since: datetime
    until: datetime | None = None
    why: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    reserved: bool = False
    attended: bool = False

    def stands(self, now: datetime) -> bool:
        return self.state == "taken" or (self.state == "offered" and self.until is not None and now < self.until)

    def keeps_out(self, person: str, now: datetime) -> bool:
        """Whether it is offered to somebody else, and only to them."""
        return self.state == "offered" and self.reserved and self.person != person and self.stands(now)


class Loads(Wire):
    """How many conversations everybody has, offered ones too."""

    of: dict[str, int] = Field(default_factory=dict)

    def moved(self, old: str, new: str) -> "Loads":
        counts = dict(self.of)
        for person, by in ((old, -1), (new, 1)):
            if person:
                counts[person] = counts.get(person, 0) + by
        return Loads(of={person: count for person, count in counts.items() if count > 0})


class Offered(MeshError):  # noqa: N818 - reads as the verdict it is
    """This conversation is offered to somebody else now."""

    def __init__(self, seat: Seat) -> None:
        super().__init__(f"This conversation is offered to {seat.person} until {seat.until:%H:%M:%S} UTC.")
        self.seat = seat


class Decided(NamedTuple):
    """How a seat is now, and whether this call made it so."""

    seat: Seat | None
    won: bool


class Seen(NamedTuple):
    """What a decision is made upon."""

    seat: Seat | None
    loads: Loads
    now: datetime


Decide = Callable[[Seen], Seat | None]
"""The seat as it shall be; the same, or None, when it shall stay as it is."""


class Seats:
    """The seats, over one connection to NATS. Without NATS every method raises `Unavailable`."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    async def of(self, session_id: str) -> Seat | None:
        return _seat((await self._registers.read(SEATS, _key(session_id))).value)

    async def all(self) -> dict[str, Seat]:
        """Every seat by its session, perhaps a moment old."""
        found = await self._registers.under(SEATS, PLACE)
        seats = {key.removeprefix(f"{PLACE}."): _seat(kept.value) for key, kept in found.items()}
        return {session_id: seat for session_id, seat in seats.items() if seat}

    async def loads(self) -> Mapping[str, int]:
        return _loads((await self._registers.read(SEATS, LOADS)).value).of

    async def offer(self, need: Need, people: Sequence[Candidate], table: Table, without: str = "") -> Decided:
        """Give it to the best who has room, unless it is somebody's; `without`: not, or no more, to this person."""

        def decide(seen: Seen) -> Seat | None:
            old = seen.seat
            if old and old.stands(seen.now) and (old.state == "taken" or old.person != without):
                return old
            passed = (*old.passed, old.person) if old and old.state == "offered" else (old.passed if old else ())
            found = _with_loads(people, seen.loads, free=old.person if old else "")
            choice = choose(need, [one for one in found if one.person != without], table, passed)
            return _offered(need, choice, passed, table, seen) if choice else _emptied(old, passed, seen)

        return await self._change(need.session_id, decide)

    async def rather(self, need: Need, people: Sequence[Candidate], table: Table) -> Decided:
        """Move an offer that nobody has taken up to somebody who suits better or has less to do, if there is one."""

        def decide(seen: Seen) -> Seat | None:
            old = seen.seat
            if old is None or old.state != "offered" or not old.stands(seen.now):
                return old
            found = _with_loads(people, seen.loads)
            holder = next((one for one in found if one.person == old.person), None)
            choice = better(need, holder, found, table, old.passed) if holder else None
            return _offered(need, choice, old.passed, table, seen) if choice else old

        return await self._change(need.session_id, decide)

    async def take(
        self, session_id: str, message_id: str, person: str, since: datetime | None = None, over: Over = "nothing"
    ) -> Decided:
        """Accept an offer, or take what is offered to nobody. What somebody else has stays theirs.

        `over`: also what is offered to others, as supervisors may, or what anybody had, for who has it in truth.
        `since`: when the customer began to wait, where nobody was asked before.

        Raises:
            Offered: it is offered to somebody else.
        """

        def decide(seen: Seen) -> Seat | None:
            old = seen.seat
            if old and over == "nothing" and old.keeps_out(person, seen.now):
                raise Offered(old)
            if old and old.state == "taken" and (old.person == person or over != "anybody"):
                return old
            known = old or Seat(message_id=message_id, begun=since or seen.now, since=seen.now)
            kept = {"why": known.why, "attended": known.attended} if known.person == person else {"why": ()}
            taken = {"person": person, "state": "taken", "since": seen.now, "until": None, "reserved": False}
            return known.model_copy(update={**taken, "attended": False, **kept})

        return await self._change(session_id, decide)

    async def free(self, session_id: str, person: str, *, passed: bool = False) -> bool:
        """Empty the seat if it is this person's; `passed`: they gave it back, others are asked first."""

        def decide(seen: Seen) -> Seat | None:
            old = seen.seat
            if old is None or old.state == "open" or old.person != person:
                return old
            more = (person,) if passed and person not in old.passed else ()
            return _open(old, (*old.passed, *more) if passed else (), seen)

        return (await self._change(session_id, decide)).won

    async def attend(self, session_id: str, person: str) -> bool:
        """The person who has it was seen at the desk."""

        def decide(seen: Seen) -> Seat | None:
            old = seen.seat
            mine = old is not None and old.state == "taken" and old.person == person and not old.attended
            return old.model_copy(update={"attended": True}) if old and mine else old

        return (await self._change(session_id, decide)).won

    # -- inside

    async def _change(self, session_id: str, decide: Decide) -> Decided:
        key = _key(session_id)
        for _ in range(RACES):
            kept, loads, now = await asyncio.gather(
                self._registers.read(SEATS, key), self._registers.read(SEATS, LOADS), self._registers.clock()
            )
            old, counts = _seat(kept.value), _loads(loads.value)
            new = decide(Seen(old, counts, now))
            if new is None or new == old:
                return Decided(old, won=False)
            changes = [_change(key, kept.revision, new)]
            before, after = _owner(old), _owner(new)
            if before != after:
                value = counts.moved(before, after).model_dump_json().encode()
                changes.append(Change(LOADS, value, loads.revision))
            if await self._registers.write_together(SEATS, changes):
                return Decided(new, won=True)
        raise Transient("the conversation changes hands too fast")


def _key(session_id: str) -> str:
    return f"{PLACE}.{session_id}"


def _change(key: str, revision: int, seat: Seat) -> Change:
    keep = FORGOTTEN if seat.state == "open" else None
    return Change(key, seat.model_dump_json(exclude_defaults=True).encode(), revision, keep)


def _seat(value: bytes | None) -> Seat | None:
    try:
        return Seat.model_validate_json(value) if value else None
    except ValidationError:
        # Written by something newer or broken: nobody can be named, and whoever decides next writes over it.
        return None


def _loads(value: bytes | None) -> Loads:
    try:
        return Loads.model_validate_json(value) if value else Loads()
    except ValidationError:
        return Loads()


def _owner(seat: Seat | None) -> str:
    return seat.person if seat and seat.state != "open" else ""


def _with_loads(people: Sequence[Candidate], loads: Loads, free: str = "") -> list[Candidate]:
    """People with what they have; `free`: whose seat is being given to another is counted without it."""
    return [one.with_load(loads.of.get(one.person, 0) - (one.person == free)) for one in people]


def _offered(need: Need, choice: Choice, passed: tuple[str, ...], table: Table, seen: Seen) -> Seat:
    # When all have let it pass they are asked again from the first on.
    again = choice.person in passed
    return Seat(
        person=choice.person,
        state="offered",
        message_id=need.message_id,
        skill=need.skill,
        begun=seen.seat.begun if seen.seat else seen.now,
        since=seen.now,
        until=seen.now + timedelta(seconds=table.offer_seconds),
        why=choice.why,
        passed=tuple(dict.fromkeys(name for name in passed if name != choice.person)) if not again else (),
        reserved=not again,
    )


def _emptied(old: Seat | None, passed: tuple[str, ...], seen: Seen) -> Seat | None:
    """Nobody has room: whoever had the offer has it no more."""
    return _open(old, passed, seen) if old and old.state == "offered" else None


def _open(old: Seat, passed: tuple[str, ...], seen: Seen) -> Seat:
    return Seat(
        message_id=old.message_id, skill=old.skill, begun=old.begun, since=seen.now, passed=tuple(dict.fromkeys(passed))
    )
