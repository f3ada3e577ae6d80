"""Which models may be asked now: one that failed is left alone for a while, longer each time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 600.0
NONSENSE: Final = 3
"""Answers in a row that did not fit, after which a model counts as failing."""


@dataclass
class _Health:
    strikes: int = 0
    nonsense: int = 0
    closed_until: float = 0.0
    trial: bool = False


class Breaker:
    """State of one process. After a pause one question is let through; its answer opens the model for all."""

    def __init__(self, cool_down: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._cool_down = cool_down
        self._clock = clock
        self._models: dict[str, _Health] = {}

    def admits(self, model: str) -> bool:
        """Whether this model may be asked; when it had failed, others wait for what comes of this question."""
        health, now = self._health(model), self._clock()
        if now < health.closed_until:
            return False
        if health.strikes:
            health.closed_until, health.trial = now + self._cool_down, True
        return True

    def answered(self, model: str) -> None:
        """It gave an answer that can be used."""
        self._models[model] = _Health()

    def talked_nonsense(self, model: str) -> None:
        """It answered in time, but not in the shape that was asked for."""
        health = self._health(model)
        health.nonsense += 1
        if health.nonsense >= NONSENSE or health.strikes:
            self.failed(model)

    def failed(self, model: str, retry_after: float = 0.0) -> None:
        """It cannot be used for now, for as long as it says or as we think."""
        health = self._health(model)
        # Questions that were under way at the same time fail together: that is one failure.
        if health.trial or not health.strikes:
            health.strikes += 1
        health.nonsense, health.trial = 0, False
        pause = self._cool_down * 2 ** (min(health.strikes, 20) - 1)
        health.closed_until = self._clock() + min(LONGEST, max(pause, retry_after))

    def _health(self, model: str) -> _Health:
        return self._models.setdefault(model, _Health())
