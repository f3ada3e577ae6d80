"""Who handles a conversation: claims that expire, the fence that they raise, and notes between colleagues.

A claim is one key for each session, changed by compare-and-set, so two people never hold one conversation. The order in
which a claim and a delivery happen is argued in `docs/decisions/0009-a-fence-at-delivery.md`.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from pydantic import Field, ValidationError

from mesh.errors import MeshError, Transient
from mesh.registers import DESK, NOTES, Registers
from mesh.route import Wire

LEASE: Final = 60.0
GRACE: Final = timedelta(seconds=5)
"""How much later than the desk a delivery sees a claim expire: more than two who ask at the same time differ."""
AGREE: Final = timedelta(seconds=1)
"""Clocks this close count as the same, so that everybody is shown the same end of a claim; well below the grace."""
RACES: Final = 20
"""Lost comparisons after which we give up; each one means that somebody else has succeeded."""
MOST_NOTES: Final = 200


class Hold(Wire):
    """A conversation in somebody's hands; in nobody's when `agent` is None.

    `written` is the time of whoever wrote it, as `until` is: how long it holds does not depend on their clock.
    """

    agent: str | None = None
    since: datetime
    until: datetime
    written: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.agent is not None and now < self.until


class Claim(NamedTuple):
    """What a claim gave. `fresh`: it was not this person's before."""

    hold: Hold
    fresh: bool


class Lapse(NamedTuple):
    """Whether a claim has run out. `ended`: it has, and whoever asked is the only one who finds that out."""

    hold: Hold | None
    ended: bool


class Note(Wire):
    by: str
    text: str
    at: datetime


class Notes(Wire):
    notes: tuple[Note, ...] = Field(default=())


class Held(MeshError):  # noqa: N818 - reads as the verdict it is
    """Somebody else has this conversation."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(f"{hold.agent} has this conversation until {hold.until:%H:%M:%S} UTC, or longer if they stay.")
        self.hold = hold


class NotHeld(MeshError):  # noqa: N818
    """This person does not have the conversation: they never claimed it, or their claim has expired."""


class Desk:
    """Claims and notes, over one connection to NATS. Without NATS every method raises `Unavailable`."""

    def __init__(self, registers: Registers, lease: float = LEASE) -> None:
        self._registers = registers
        self._lease = timedelta(seconds=lease)

    async def holder(self, session_id: str) -> Hold | None:
        """Who has this conversation now."""
        hold, _ = await self._read(session_id)
        return hold if hold and hold.holds(datetime.now(UTC)) else None

    async def taken(self, session_id: str) -> bool:
        """Whether no automatic reply may go out: what a delivery asks, after it has read the fence."""
        hold, _ = await self._read(session_id)
        return hold is not None and hold.holds(datetime.now(UTC) - GRACE)

    async def claim(self, session_id: str, agent: str) -> Claim:
        """Take a conversation, or stay with it. When this returns, no automatic reply is published any more.

        Raises:
            Held: somebody else has it.
        """
        claim = await self._claimed(session_id, agent)
        # After the claim is written, never before: a delivery that reads the fence now also reads the claim.
        # And also when it was ours already: what wrote it may have died before this line.
        await self._registers.raise_fence(session_id)
        return claim

    async def renew(self, session_id: str, agent: str) -> Hold:
        """The person is still there.

        Raises:
            NotHeld: the claim has expired or was never theirs; a delivery may have passed, so it must be made anew.
            Held: somebody else has it by now.
        """
        for _ in range(RACES):
            hold, revision = await self._own(session_id, agent)
            now = datetime.now(UTC)
            renewed = hold.model_copy(update={"until": now + self._lease, "written": now})
            if await self._write(session_id, renewed, revision):
                return renewed
        raise Transient("the claim changes too fast")

    async def release(self, session_id: str, agent: str) -> None:
        """Let go of a conversation: automatic replies may pass again.

        Raises:
            NotHeld: the claim has expired or was never theirs.
            Held: somebody else has it.
        """
        for _ in range(RACES):
            hold, revision = await self._own(session_id, agent)
            if await self._write(session_id, hold.model_copy(update={"agent": None}), revision):
                return
        raise Transient("the claim changes too fast")

    async def lapse(self, session_id: str) -> Lapse:
        """Let go of a conversation for somebody whose claim has run out; nothing changes while it holds.

        The hold is None when there is no claim, or it changed hands at this moment.
        """
        hold, revision = await self._read(session_id)
        if hold is None or hold.agent is None:
            return Lapse(None, ended=False)
        # Not before everybody sees that it has run out, a delivery included.
        if hold.holds(datetime.now(UTC) - GRACE):
            return Lapse(hold, ended=False)
        ended = await self._write(session_id, hold.model_copy(update={"agent": None}), revision)
        return Lapse(hold if ended else None, ended)

    async def notes(self, message_id: str) -> tuple[Note, ...]:
        """What colleagues wrote about a message, oldest first."""
        return (await self._notes(message_id))[0]

    async def note(self, message_id: str, by: str, text: str) -> Note:
        """Add a note; earlier ones stay as they are, the oldest goes when there are too many."""
        written = Note(by=by, text=text, at=datetime.now(UTC))
        for _ in range(RACES):
            notes, revision = await self._notes(message_id)
            value = Notes(notes=(*notes, written)[-MOST_NOTES:]).model_dump_json().encode()
            if await self._registers.write(NOTES, message_id, value, revision):
                return written
        raise Transient("too many notes at the same time")

    # -- inside

    async def _claimed(self, session_id: str, agent: str) -> Claim:
        for _ in range(RACES):
            hold, revision = await self._read(session_id)
            now = datetime.now(UTC)
            held = hold if hold and hold.holds(now) else None
            if held and held.agent != agent:
                raise Held(held)
            taken = Hold(agent=agent, since=held.since if held else now, until=now + self._lease, written=now)
            if await self._write(session_id, taken, revision):
                return Claim(taken, fresh=held is None)
        raise Transient("the conversation changes hands too fast")

    async def _own(self, session_id: str, agent: str) -> tuple[Hold, int]:
        hold, revision = await self._read(session_id)
        if hold is None or not hold.holds(datetime.now(UTC)):
            raise NotHeld(f"{agent} does not have this conversation: claim it first")
        if hold.agent != agent:
            raise Held(hold)
        return hold, revision

    async def _read(self, session_id: str) -> tuple[Hold | None, int]:
        value, revision, stored = await self._registers.read(DESK, session_id)
        try:
            hold = Hold.model_validate_json(value) if value else None
        except ValidationError:
            # Written by something newer or broken: nobody can be named, and it expires or is overwritten.
            return None, revision
        if hold and hold.agent and hold.written and stored:
            age = await self._registers.now() - stored
            return _by_our_clock(hold, hold.until - hold.written - age), revision
        return hold, revision

    async def _write(self, session_id: str, hold: Hold, revision: int) -> bool:
        return await self._registers.write(DESK, session_id, hold.model_dump_json().encode(), revision)

    async def _notes(self, message_id: str) -> tuple[tuple[Note, ...], int]:
        value, revision, _ = await self._registers.read(NOTES, message_id)
        return (Notes.model_validate_json(value).notes if value else ()), revision


def _by_our_clock(hold: Hold, left: timedelta) -> Hold:
    """Clocks of two processes may be hours apart; what is left of a lease is told by the server's alone."""
    ours = datetime.now(UTC) + left
    return hold if abs(ours - hold.until) < AGREE else hold.model_copy(update={"until": ours})
