"""Who was asked to come back, and when: they are expected, and go before those who come for the first time."""

import time
from collections import Counter, OrderedDict
from typing import Final

from gateway.backlog import Clock

MOST: Final = 10_000
KEPT: Final = 60.0
"""Seconds after their time for which somebody counts as coming back."""
EXPECTED: Final = 2
"""Seconds for which a place is kept for who should be here by now."""
EARLY: Final = 0.5
MEMORY: Final = 0.9
"""What each second leaves of what was seen of those whose time has come."""
FAITH: Final = 5.0
"""As if so many had come back before anything is known."""


class Outside:
    """Messages that were refused, by id, with the time at which each may come again."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()
        self._at = Counter[int]()
        self._judged = int(clock()) - EXPECTED
        self._came, self._stayed = 0.0, 0.0

    def expect(self, message_id: str, wait: float) -> None:
        """Let a message come back in so many seconds; if it was here in vain, again."""
        self.came(message_id)
        self._tidy()
        due = self._clock() + wait
        self._due[message_id] = due
        self._at[int(due)] += 1

    def came(self, message_id: str) -> None:
        """Wait for it no more: it is here."""
        due = self._forget(message_id)
        if due is not None and int(due) > self._judged:
            self._came += 1

    def look(self) -> None:
        """See who did not come, about once a second."""
        now = int(self._clock()) - EXPECTED
        for second in range(max(self._judged, now - int(KEPT)), now):
            self._came *= MEMORY
            self._stayed = MEMORY * self._stayed + self._at[second + 1]
        self._judged = max(self._judged, now)

    @property
    def faithful(self) -> float:
        """The share of those who were told to come that do."""
        came = self._came + FAITH
        return came / (came + self._stayed)

    def _forget(self, message_id: str) -> float | None:
        if (due := self._due.pop(message_id, None)) is not None:
            self._at[int(due)] -= 1
            if not self._at[int(due)]:
                del self._at[int(due)]
        return due

    def early(self, message_id: str) -> float:
        """Seconds that a message comes before its time; 0 when it is time, or when it was not refused before."""
        left = self._due.get(message_id, 0.0) - self._clock()
        return left if left > EARLY else 0.0

    def comes_back(self, message_id: str) -> bool:
        due = self._due.get(message_id)
        return due is not None and due + KEPT >= self._clock()

    @property
    def coming(self) -> float:
        """How many will likely come later than now."""
        now = int(self._clock())
        return self.faithful * sum(count for second, count in self._at.items() if second >= now)

    @property
    def late(self) -> float:
        """How many will likely be here any moment: it is their time, or it just was."""
        now = int(self._clock())
        return self.faithful * sum(self._at[second] for second in range(now - EXPECTED, now + 1) if second in self._at)

    def _tidy(self) -> None:
        before = self._clock() - KEPT
        while self._due and (len(self._due) >= MOST or next(iter(self._due.values())) < before):
            self._forget(next(iter(self._due)))
