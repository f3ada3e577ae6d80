"""Latencies and failures of each actor, from the traces of messages that were lately answered."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from pydantic import BaseModel

from mesh.insights.traces import Travelled, lately
from mesh.protocol import impersonal
from mesh.route import TraceEntry
from mesh.store import History

BACK: Final = timedelta(minutes=15)
"""How far back the first look goes, and how old a visit may be that still counts."""
OVERLAP: Final = timedelta(seconds=10)
MOST: Final = 500
"""Answers that are read at a time; where there are more, these are the newest."""
KEPT: Final = 500
FAILURES: Final = 30


class Failed(BaseModel):
    """A visit that failed for good. `why` is the actor's own sentence, never what a customer wrote."""

    message_id: str
    at: datetime | None
    why: str


class Latency(BaseModel):
    """Seconds; nearest rank over the visits of the last quarter of an hour, 500 at most."""

    p50: float
    p95: float
    visits: int


class Travels:
    """What the newest traces say. `read` brings it up to date."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lock = asyncio.Lock()
        self._since: datetime | None = None
        self._seen: dict[str, datetime] = {}
        self._known: dict[str, int] = {}
        self._visits: dict[str, deque[tuple[datetime, float]]] = {}
        self._failures: dict[str, deque[Failed]] = {}
        self.pairs: dict[tuple[str, str], None] = {}

    async def read(self) -> None:
        """Take in what was answered since the last time.

        Raises:
            Transient: the history cannot be read.
        """
        async with self._lock:
            since = self._since or datetime.now(UTC) - BACK
            for one in await lately(self._history, since, MOST):
                if one.row_id not in self._seen:
                    self._take(one)
                self._seen[one.row_id] = one.at
                self._since = max(since, one.at - OVERLAP)
            oldest = (self._since or since) - OVERLAP
            self._seen = {row_id: at for row_id, at in self._seen.items() if at >= oldest}
            self._known = dict(list(self._known.items())[-10 * MOST :])

    def latency(self, actor: str) -> Latency | None:
        since = datetime.now(UTC) - BACK
        return latency_of([seconds for at, seconds in self._visits.get(actor, ()) if at >= since])

    def failures(self, actor: str) -> list[Failed]:
        """The newest first."""
        return list(reversed(self._failures.get(actor, ())))

    def _take(self, one: Travelled) -> None:
        # A message may get two answers; the second one's trace begins with the first one's.
        done = self._known.pop(one.message_id, -1)
        fresh = [entry for entry in one.trace if entry.hop > done and entry.kind in {"visited", "failed"}]
        for entry in fresh:
            self._count(one, entry)
        hops = sorted({entry.hop for entry in fresh})
        self._known[one.message_id] = max([done, *hops])
        steps = [[entry.actor for entry in fresh if entry.hop == hop] for hop in hops]
        for here, there in pairwise(steps):
            self.pairs |= {(source, target): None for source in here for target in there if source != target}

    def _count(self, one: Travelled, entry: TraceEntry) -> None:
        if entry.kind == "failed":
            kept = self._failures.setdefault(entry.actor, deque(maxlen=FAILURES))
            kept.append(Failed(message_id=one.message_id, at=entry.at, why=impersonal(entry.why or "it did not say")))
        elif entry.seconds is not None:
            self._visits.setdefault(entry.actor, deque(maxlen=KEPT)).append((one.at, entry.seconds))


def latency_of(durations: Sequence[float]) -> Latency | None:
    """What these durations come to; None when there are none."""
    found = sorted(durations)
    return Latency(p50=_rank(found, 50), p95=_rank(found, 95), visits=len(found)) if found else None


def _rank(found: Sequence[float], percent: int) -> float:
    return found[max(0, -(-len(found) * percent // 100) - 1)]
