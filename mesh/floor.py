"""The floor of the desk: who is there, what they look at, and which conversations were passed on to whom."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from pydantic import ValidationError

from mesh.protocol import Id
from mesh.registers import PEOPLE, TRANSFERS, Registers
from mesh.route import Wire, spared

State = Literal["available", "away"]
GONE = b""
"""What stands for somebody who has left: keys are never deleted, they expire."""


class Presence(Wire):
    """One window of one person. `looking`: the session of the conversation that is open in it.

    `capacity`: how many conversations they would have at the same time, where they say it.
    """

    person: str
    display_name: str = ""
    state: State = "available"
    looking: Id | None = None
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = spared(())
    capacity: int | None = spared(None)
    supervisor: bool = spared(value=False)


class Colleague(Wire):
    """A person at the desk: available when one of their windows is, looking at what any of them shows."""

    person: str
    display_name: str
    state: State
    looking: tuple[Id, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = spared(())
    capacity: int | None = spared(None)
    supervisor: bool = spared(value=False)


class Transfer(Wire):
    """A message that was passed on to people of a skill."""

    skill: str
    by: str
    at: datetime
    note: str | None = None


class Floor:
    """Presence and transfers, over one connection to NATS. Without NATS every method raises `Unavailable`."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    async def show(self, presence: Presence, window: str) -> None:
        """Say that a person is here; it holds for `mesh.registers.PRESENT` seconds."""
        await self._registers.put(PEOPLE, _window(presence.person, window), presence.model_dump_json().encode())

    async def leave(self, person: str, window: str) -> None:
        await self._registers.put(PEOPLE, _window(person, window), GONE)

    async def people(self) -> tuple[Colleague, ...]:
        """Everybody who is here, by name."""
        found = [presence_in(value) for value in await self._registers.everything(PEOPLE)]
        return together(one for one in found if one is not None)

    async def pass_on(self, message_id: str, skill: str, by: str, note: str | None = None) -> Transfer:
        """From now on the message is first for people of this skill."""
        transfer = Transfer(skill=skill, by=by, at=datetime.now(UTC), note=note)
        await self._registers.put(TRANSFERS, message_id, transfer.model_dump_json().encode())
        return transfer

    async def transfer_of(self, message_id: str) -> Transfer | None:
        """To whom a message was passed on last."""
        value, _, _ = await self._registers.read(TRANSFERS, message_id)
        try:
            return Transfer.model_validate_json(value) if value else None
        except ValidationError:
            return None


def _window(person: str, window: str) -> str:
    # A name may hold what no subject can.
    return f"{person.encode().hex()}.{window}"


def together(presences: Iterable[Presence]) -> tuple[Colleague, ...]:
    """The people whose windows these are, by name."""
    windows: dict[str, list[Presence]] = {}
    for one in presences:
        windows.setdefault(one.person, []).append(one)
    return tuple(_together(person, windows[person]) for person in sorted(windows, key=str.casefold))


def presence_in(value: bytes) -> Presence | None:
    """What a window said; None when it is closed, or says what nobody can read."""
    try:
        return Presence.model_validate_json(value) if value else None
    except ValidationError:
        return None


def _together(person: str, windows: list[Presence]) -> Colleague:
    here: State = "available" if any(one.state == "available" for one in windows) else "away"
    looking = tuple(sorted({one.looking for one in windows if one.looking}))
    skills = tuple(sorted({skill for one in windows for skill in one.skills}))
    display_name = windows[-1].display_name or person
    return Colleague(
        person=person,
        display_name=display_name,
        state=here,
        looking=looking,
        skills=skills,
        languages=tuple(sorted({language for one in windows for language in one.languages})),
        # The newest word counts where windows differ: only one of them was asked.
        capacity=next((one.capacity for one in reversed(windows) if one.capacity), None),
        supervisor=any(one.supervisor for one in windows),
    )
