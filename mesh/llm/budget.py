"""What models may cost: tokens and money, for each session and each day, counted for all processes together."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from mesh.settings import Settings

log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=2)
MICRO: Final = 1_000_000


class Tallies(Protocol):
    """Where the counters are: `Sessions`."""

    async def tally(self, amounts: Mapping[str, int], keep: float) -> dict[str, int] | None:
        """Add to these counters; what they are now, or None when nobody can say."""


@dataclass(frozen=True)
class Bill:
    """Tokens, and millionths of a dollar."""

    tokens: int
    micros: int

    @classmethod
    def of(cls, tokens: int, dollars: float) -> "Bill":
        return cls(tokens, round(dollars * MICRO))

    def less(self, other: "Bill") -> "Bill":
        return Bill(self.tokens - other.tokens, self.micros - other.micros)


class Budget:
    """Reserves what a call may cost before it is made, and settles what it did cost.

    Without the server the memory of the process counts, which has counted along all the time.
    """

    def __init__(
        self, settings: Settings, tallies: Tallies | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._limits = {
            "session:tokens": settings.llm_session_tokens,
            "session:micros": round(settings.llm_session_cost * MICRO),
            "day:tokens": settings.llm_day_tokens,
            "day:micros": round(settings.llm_day_cost * MICRO),
        }
        self._tallies = tallies
        self._now = now
        self._day = ""
        self._memory: dict[str, int] = {}

    async def reserve(self, session_id: str, bill: Bill) -> bool:
        """Whether this may be spent; if not, nothing was."""
        totals = await self._add(session_id, bill)
        over = [name for name, limit in self._limits.items() if limit and totals[name] > limit]
        if over:
            log.warning("the budget for models is used up (%s); the rules answer", ", ".join(over))
            await self.settle(session_id, bill, Bill(0, 0))
        return not over

    async def settle(self, session_id: str, reserved: Bill, spent: Bill) -> None:
        """Replace what was reserved by what was spent."""
        await self._add(session_id, spent.less(reserved))

    async def _add(self, session_id: str, bill: Bill) -> dict[str, int]:
        """The four totals after adding this."""
        keys = self._keys(session_id)
        amounts = {key: bill.tokens if name.endswith("tokens") else bill.micros for name, key in keys.items()}
        for key, amount in amounts.items():
            self._memory[key] = self._memory.get(key, 0) + amount
        shared = await self._tallies.tally(amounts, KEPT.total_seconds()) if self._tallies else None
        return {name: (shared or self._memory).get(key, 0) for name, key in keys.items()}

    def _keys(self, session_id: str) -> dict[str, str]:
        day = self._now().date().isoformat()
        if day != self._day:
            # The memory must not grow for ever: it forgets yesterday's sessions with yesterday.
            self._day, self._memory = day, {}
        return {
            "session:tokens": f"session:{session_id}:tokens",
            "session:micros": f"session:{session_id}:micros",
            "day:tokens": f"{day}:tokens",
            "day:micros": f"{day}:micros",
        }
