"""Who is at the desk, as one process hears it: each window says so every five seconds, and is gone after twelve."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from mesh.assignment.rules import Candidate
from mesh.assignment.table import Table
from mesh.floor import Colleague, Presence, presence_in, together
from mesh.registers import PRESENT

GOODBYE: Final = 3.0
"""Seconds that somebody who has closed a window still counts as there: they may only load the page anew."""
MARGIN: Final = 0.3
"""Later than NATS forgets a window, so that it has when it is asked."""


@dataclass(frozen=True)
class _Window:
    presence: Presence
    said: bytes
    heard: float
    until: float


class Roster:
    """The windows that are open. `clock`: seconds that never go back."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}
        # What was not heard says nothing before everybody had the time to be heard.
        self._trusted = monotonic() + PRESENT + MARGIN

    def hear(self, key: str, data: bytes) -> bool:
        """Note what a window said; whether that is anything new."""
        now, known = monotonic(), self._windows.get(key)
        if known and data and known.said == data and now < known.until:
            self._windows[key] = replace(known, heard=now, until=now + PRESENT + MARGIN)
            return False
        presence = presence_in(data)
        if presence is not None:
            self._windows[key] = _Window(presence, data, now, now + PRESENT + MARGIN)
        elif known:
            self._windows[key] = replace(known, said=b"", until=min(known.until, now + GOODBYE))
        return True

    def doubt(self) -> None:
        """Nothing was heard for a while that is our own fault: all who were here still are, for now."""
        now = monotonic()
        self._trusted = now + PRESENT + MARGIN
        self._windows = {key: replace(one, until=self._trusted) for key, one in self._windows.items()}

    @property
    def sure(self) -> bool:
        """Whether somebody who is not here is gone, and not only unheard."""
        return monotonic() >= self._trusted

    def forget(self) -> bool:
        """Drop the windows that have fallen silent; whether there were any."""
        now = monotonic()
        silent = [key for key, one in self._windows.items() if one.until <= now]
        for key in silent:
            del self._windows[key]
        return bool(silent)

    @property
    def next_silence(self) -> float | None:
        """Seconds until the first window falls silent, if it says nothing more."""
        ends = [one.until for one in self._windows.values()]
        ends += [] if self.sure or not ends else [self._trusted]
        return max(0.0, min(ends) - monotonic()) if ends else None

    def people(self) -> tuple[Colleague, ...]:
        return together(one.presence for one in self._windows.values() if one.said)

    def last_heard(self, person: str) -> float:
        """How many seconds ago somebody said that they are here."""
        said = [one.heard for one in self._windows.values() if one.presence.person == person]
        return monotonic() - max(said) if said else 0.0

    def candidates(self, table: Table) -> list[Candidate]:
        """Those who would take a conversation now."""
        return [candidate(one, table) for one in self.people() if one.state == "available"]

    def here(self) -> Collection[str]:
        return {one.presence.person for one in self._windows.values()}


def candidate(one: Colleague, table: Table) -> Candidate:
    return Candidate(
        person=one.person,
        skills=one.skills,
        languages=one.languages,
        capacity=one.capacity or table.capacity,
        supervisor=one.supervisor,
    )
