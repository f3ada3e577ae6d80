"""What goes on in the mesh, counted from the events that it tells anyway. Nothing is asked and nothing is written."""

import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from gateway.travelled import KEPT, Latency, latency_of
from mesh.replies import Progress, Reply

WINDOW: Final = 60
"""Seconds over which rates are counted."""
MOST_MESSAGES: Final = 20_000
LONGEST: Final = 900.0
"""Seconds after which a message that nobody heard of any more is no longer counted as being at an actor."""
SAMPLE: Final = 24
"""Moves that are told one by one in each pulse; the others are only counted."""
PEOPLE: Final = frozenset({"joined", "left"})
"""What is told of a person at the desk; no visit begins with it."""
OUT: Final = ""
"""Where a message goes with its answer: out of the mesh."""


class Place(NamedTuple):
    """Where a message is: at these actors, at this step of its route, since then (monotonic seconds)."""

    hop: int | None
    actors: tuple[str, ...]
    since: float
    state: str


class Move(NamedTuple):
    message_id: str
    source: str
    target: str


class Observed:
    """Counts events. Each costs a few steps in dictionaries, whoever looks on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._visits: deque[tuple[int, Counter[str]]] = deque()
        self._retries: deque[tuple[int, Counter[str]]] = deque()
        self._answers: deque[tuple[int, Counter[str]]] = deque()
        self._delivered: dict[str, deque[tuple[float, float]]] = {}
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._moves: Counter[tuple[str, str]] = Counter()
        self._sample: list[Move] = []
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self.pairs: dict[tuple[str, str], None] = {}

    # -- told by the mesh

    def take_progress(self, event: Progress) -> None:
        if event.answered_by:
            self._leave(event.message_id)
            return
        if event.state in PEOPLE:
            self._tell(event.message_id)
            return
        now = self._clock()
        _count(self._visits, now, event.actor)
        if event.attempt > 1:
            _count(self._retries, now, event.actor)
        self._arrive(event, now)
        self._tell(event.message_id)

    def take_reply(self, reply: Reply) -> None:
        now = self._clock()
        _count(self._answers, now, reply.status)
        if (place := self._places.get(reply.message_id)) and place.state == "working":
            for actor in place.actors:
                self._delivered.setdefault(actor, deque(maxlen=KEPT)).append((now, now - place.since))
        if reply.status != "escalated":
            self._leave(reply.message_id)
        self._tell(reply.message_id)

    # -- asked by pages

    def rates(self) -> Counter[str]:
        """Visits to each actor within the last minute."""
        return _total(self._visits, self._clock())

    def retries(self) -> Counter[str]:
        """Visits within the last minute that were not the first attempt."""
        return _total(self._retries, self._clock())

    def answers(self) -> Counter[str]:
        """Replies within the last minute, by status."""
        return _total(self._answers, self._clock())

    def latency(self, actor: str) -> Latency | None:
        """From its start to the reply, of visits that brought one: the trace that is kept with it ends before them."""
        since = self._clock() - LONGEST
        return latency_of([seconds for at, seconds in self._delivered.get(actor, ()) if at >= since])

    def at(self, actor: str) -> Iterator[tuple[str, float, str]]:
        """Messages that are at this actor, with seconds since they came and the state; the longest there first."""
        now = self._clock()
        self._forget(now)
        for message_id, place in self._places.items():
            if actor in place.actors:
                yield message_id, now - place.since, place.state

    def inside(self) -> Counter[str]:
        """How many messages are at each actor."""
        self._forget(self._clock())
        return Counter(actor for place in self._places.values() for actor in place.actors)

    def drained(self) -> tuple[Counter[tuple[str, str]], list[Move]]:
        """Every move since this was asked last, counted, and some of them one by one."""
        found = self._moves, self._sample
        self._moves, self._sample = Counter(), []
        return found

    def listen(self, message_id: str, told: Callable[[], None]) -> Callable[[], None]:
        """Call `told` at every event of this message, until what comes back is called."""
        self._listeners.setdefault(message_id, []).append(told)

        def stop() -> None:
            left = [other for other in self._listeners[message_id] if other is not told]
            self._listeners[message_id] = left
            if not left:
                del self._listeners[message_id]

        return stop

    # -- inside

    def _arrive(self, event: Progress, now: float) -> None:
        before = self._places.pop(event.message_id, None)
        together = before is not None and event.hop is not None and before.hop == event.hop
        if before is not None and (together or event.actor in before.actors):
            actors = before.actors if event.actor in before.actors else (*before.actors, event.actor)
            self._places[event.message_id] = Place(event.hop, actors, before.since, event.state)
            return
        self._places[event.message_id] = Place(event.hop, (event.actor,), now, event.state)
        for source in before.actors if before else ():
            self._move(event.message_id, source, event.actor)
        if len(self._places) > MOST_MESSAGES:
            self._places.popitem(last=False)

    def _leave(self, message_id: str) -> None:
        place = self._places.pop(message_id, None)
        for source in place.actors if place else ():
            self._move(message_id, source, OUT)

    def _move(self, message_id: str, source: str, target: str) -> None:
        self._moves[source, target] += 1
        if target:
            self.pairs[source, target] = None
        if len(self._sample) < SAMPLE:
            self._sample.append(Move(message_id, source, target))

    def _tell(self, message_id: str) -> None:
        for told in self._listeners.get(message_id, ()):
            told()

    def _forget(self, now: float) -> None:
        gone = [
            message_id
            for message_id, place in self._places.items()
            if now - place.since > LONGEST and place.state == "working"
        ]
        for message_id in gone:
            del self._places[message_id]


def _count(kept: deque[tuple[int, Counter[str]]], now: float, name: str) -> None:
    second = int(now)
    if not kept or kept[-1][0] != second:
        kept.append((second, Counter()))
        while kept[0][0] < second - WINDOW:
            kept.popleft()
    kept[-1][1][name] += 1


def _total(kept: deque[tuple[int, Counter[str]]], now: float) -> Counter[str]:
    found: Counter[str] = Counter()
    for second, counts in kept:
        if second > now - WINDOW:
            found.update(counts)
    return found
