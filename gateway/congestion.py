"""How many messages the mesh may have in hand, found from how long answers take; and how many it answers a second.

The limit follows the queueing delay as TCP's window and Breakwater's credits do (Cho et al., OSDI 2020): it grows
while the delay stays below the target and the limit is in use, and shrinks by the share that the delay is above it. The
delay is what the faster answers take beyond what they took when next to nothing was in hand, so that answers which wait
for a model do not look like a queue. Only messages that were accepted since the last change are looked at, as in one
round trip.
"""

import time
from typing import Final

from gateway.backlog import Clock

START: Final = 32.0
ENOUGH: Final = 5
"""Answers that say something."""
QUICK: Final = 4
"""The quickest of so many answers stands for all: the slow ones may have had other reasons."""
IN_USE: Final = 0.7
"""Share of the limit from which on it is in use: what nobody reached has proven nothing."""
ENOUGH_TO_DO: Final = 0.4
GROWTH: Final = 1.5
SHRINKING: Final = 0.3
SMALLEST_SHARE: Final = 0.5
LEARNING: Final = 0.3
STANDSTILL: Final = 0.1


class Congestion:
    """`limit`: messages that may be in hand; `rate`: answers a second while it is busy, None before that is known."""

    def __init__(self, target: float, least: int, clock: Clock = time.monotonic) -> None:
        self._target, self._least, self._clock = target, least, clock
        self.limit = max(START, float(least))
        self.delay = 0.0
        self.rate: float | None = None
        self._base = 0.0
        self._sojourns: list[float] = []
        self._changed = clock()
        self._looked = clock()
        self._served = self._before = self._most = 0

    @property
    def answers(self) -> float:
        """Answers a second that can be counted on; as the limit and the target say before anything is known.

        While nothing is answered at all, nobody can know for how long: then a tenth of that.
        """
        usual = self.limit / self._target
        return usual if self.rate is None else max(self.rate, STANDSTILL * usual)

    def served(self, since: float | None) -> None:
        """A message was answered; `since`: when this gateway accepted it, if it did."""
        self._served += 1
        if since is not None and since >= self._changed:
            self._sojourns.append(self._clock() - since)

    def in_hand(self, count: int) -> None:
        self._most = max(self._most, count)

    def look(self, count: int, *, refused: bool) -> None:
        """Draw conclusions, about once a second.

        Args:
            count: messages in hand now.
            refused: whether somebody was refused since the last time.
        """
        self._measure(count)
        if len(self._sojourns) >= ENOUGH:
            self._adapt(refused=refused)
        self._before = self._most = count

    def _measure(self, count: int) -> None:
        now = self._clock()
        seconds, self._looked = now - self._looked, now
        served, self._served = self._served, 0
        # Only what is answered while there is enough to do all the time tells how much can be.
        if seconds > 0 and min(self._before, count) >= ENOUGH_TO_DO * self.limit:
            before = self.answers
            self.rate = before + LEARNING * (served / seconds - before)

    def _adapt(self, *, refused: bool) -> None:
        quick = sorted(self._sojourns)[len(self._sojourns) // QUICK]
        self._sojourns.clear()
        self._learn_base(quick)
        self.delay = max(0.0, quick - self._base)
        if self.delay > self._target:
            share = 1 - SHRINKING * (self.delay - self._target) / self._target
            self._change(self.limit * max(SMALLEST_SHARE, share))
        elif refused or self._most >= IN_USE * self.limit:
            self._change(self.limit * GROWTH if self.delay < self._target / 2 else self.limit + 1)

    def _learn_base(self, quick: float) -> None:
        if quick < self._base:
            self._base = quick
        elif self._most <= self._least:
            # So few that none of them waited for another.
            self._base = quick if not self._base else self._base + LEARNING * (quick - self._base)

    def _change(self, limit: float) -> None:
        self.limit = max(float(self._least), limit)
        self._changed = self._clock()
