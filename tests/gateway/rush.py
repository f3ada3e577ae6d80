"""A gate in front of a mesh that answers so many messages a second, in a time of its own: nothing waits for real."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from gateway.admission import Gate
from gateway.metrics import Metrics
from gateway.problems import Problem
from mesh.replies import Progress, Reply
from tests.fakes import a_message, settings

STEP = 0.01
NOW = datetime.now(UTC)


def answer(message_id: str, session_id: str = "s-1", **more: object) -> Reply:
    given = {"reply_id": f"{message_id}:5", "text": "Yes.", "status": "resolved", "at": NOW, **more}
    return Reply.model_validate({"message_id": message_id, "session_id": session_id, **given})


def working(message_id: str, state: str = "working", **more: str) -> Progress:
    return Progress.model_validate(
        {"message_id": message_id, "session_id": "s-1", "actor": "somebody", "state": state, **more}
    )


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Rush:
    """Customers who come `offered` times a second, and do as they are told when they are refused.

    The mesh shares its `capacity` (messages a second) among all that it has in hand; each takes at least `alone` s.
    """

    capacity: float = 18.0
    offered: float = 54.0
    alone: float = 0.08
    obedient: bool = True
    gate: Gate = field(init=False)
    clock: Clock = field(default_factory=Clock)
    accepted: dict[str, float] = field(default_factory=dict)
    sojourns: list[float] = field(default_factory=list)
    first_seen: dict[str, float] = field(default_factory=dict)
    told: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate = Gate(settings(), Metrics(), self.clock, lambda: 0.5)
        self._ids = count()
        self._left: dict[str, float] = {}
        self._credit = 0.0
        self._coming: list[tuple[float, str]] = []
        self._looked = self.clock.now

    def last(self, seconds: float) -> None:
        """Let time pass."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now += STEP
            for message_id in self._arriving():
                self._knock(message_id)
            self._work()
            if self.clock.now - self._looked >= 1:
                self._looked = self.clock.now
                self.gate.look()

    def _arriving(self) -> Iterator[str]:
        self._credit += self.offered * STEP
        while self._credit >= 1:
            self._credit -= 1
            yield f"m-{next(self._ids)}"
        while self._coming and self._coming[0][0] <= self.clock.now:
            yield heapq.heappop(self._coming)[1]

    def _knock(self, message_id: str) -> None:
        self.first_seen.setdefault(message_id, self.clock.now)
        message = a_message(message_id=message_id, session_id=f"s-{message_id}")
        try:
            with self.gate.admitting(message, f"c-{message_id}"):
                self.accepted[message_id] = self.clock.now
                self._left[message_id] = 1.0
        except Problem as problem:
            wait = int(problem.headers["Retry-After"])
            self.told.append(wait)
            if self.obedient:
                heapq.heappush(self._coming, (self.clock.now + wait, message_id))

    def _work(self) -> None:
        share = min(self.capacity / max(1, len(self._left)), 1 / self.alone) * STEP if self.capacity else 0.0
        for message_id in list(self._left):
            self._left[message_id] -= share
            if self._left[message_id] <= 0:
                del self._left[message_id]
                self.sojourns.append(self.clock.now - self.accepted[message_id])
                self.gate.take_reply(answer(message_id, f"s-{message_id}"))


def comes(gate: Gate, message_id: str, who: str = "", session_id: str = "", *, known: bool = False) -> int:
    """0 when it comes in, else after how many seconds it may come back."""
    message = a_message(message_id=message_id, session_id=session_id or f"s-{message_id}")
    try:
        with gate.admitting(message, who or f"c-{message_id}", known=known):
            return 0
    except Problem as refused:
        problem = refused
    assert problem.status == 503
    assert problem.members["retry_after"] == int(problem.headers["Retry-After"])
    return int(problem.headers["Retry-After"])


def fill(gate: Gate) -> int:
    """Newcomers until one is refused; how many came in."""
    for number in range(1_000):
        if comes(gate, f"full-{number}"):
            return number
    raise AssertionError("nobody was refused")
