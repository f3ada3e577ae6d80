"""What the mesh has in hand and has not answered, as one gateway hears it: nothing is asked for a message."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

OVERTAKEN: Final = 15.0
"""Seconds after which a message that later ones have overtaken no longer counts: it is stuck, and takes no place."""
REMEMBERED: Final = 8_192
MOST_OTHERS: Final = 20_000

Clock = Callable[[], float]


class Taken(NamedTuple):
    """When this gateway accepted a message, on its own clock, and of whom."""

    since: float
    who: str


class Backlog:
    """Messages on their way: those that this gateway accepted, and others by what is told of them.

    One that waits for a person is not on its way: its holding reply has gone out.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._own: dict[str, Taken] = {}
        self._others: OrderedDict[str, float] = OrderedDict()
        self._unbegun: set[str] = set()
        self._over: OrderedDict[str, None] = OrderedDict()
        self._of = Counter[str]()
        self._newest_served = float("-inf")
        self._in_stream = 0

    # -- what happens to a message

    def take(self, message_id: str, who: str) -> None:
        """Count a message from now on, of this customer."""
        self._leave(message_id)
        self._own[message_id] = Taken(self._clock(), who)
        self._unbegun.add(message_id)
        self._of[who] += 1

    def leave(self, message_id: str) -> None:
        """It is on its way no more, and was not answered: not confirmed, or waiting for a person."""
        self._leave(message_id)

    def begin(self, message_id: str) -> None:
        """Somebody works at it."""
        self._unbegun.discard(message_id)
        if message_id in self._own or message_id in self._others or message_id in self._over:
            return
        self._others[message_id] = self._clock()
        if len(self._others) > MOST_OTHERS:
            self._others.popitem(last=False)

    def end(self, message_id: str) -> Taken | None:
        """It was answered. When it began, and of whom, if it was on its way."""
        found = self._leave(message_id)
        self._over[message_id] = None
        if len(self._over) > REMEMBERED:
            self._over.popitem(last=False)
        if found:
            self._newest_served = max(self._newest_served, found.since)
        return found

    def set_in_stream(self, count: int) -> None:
        """How many messages NATS holds for intake now; those that nobody here knows came in elsewhere."""
        self._in_stream = max(0, count - len(self._unbegun))

    def drop_overtaken(self) -> list[str]:
        """Stop counting what is stuck: old, while what came later was answered. If nothing is answered, all count."""
        before = min(self._clock() - OVERTAKEN, self._newest_served)
        ages = ((message_id, taken.since) for message_id, taken in self._own.items())
        found = [message_id for message_id, since in (*ages, *self._others.items()) if since < before]
        for message_id in found:
            self._leave(message_id)
        return found

    # -- what there is

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._own or message_id in self._others

    def __len__(self) -> int:
        return len(self._own) + len(self._others) + self._in_stream

    @property
    def own(self) -> int:
        return len(self._own)

    def of(self, who: str) -> int:
        """How many of this customer's are on their way, of those that this gateway accepted."""
        return self._of[who]

    @property
    def oldest(self) -> float:
        """Seconds that the oldest has been on its way; 0 when there is none."""
        starts = [taken.since for taken in self._own.values()] + list(self._others.values())
        return self._clock() - min(starts) if starts else 0.0

    # -- inside

    def _leave(self, message_id: str) -> Taken | None:
        self._unbegun.discard(message_id)
        if (since := self._others.pop(message_id, None)) is not None:
            return Taken(since, "")
        found = self._own.pop(message_id, None)
        if found:
            self._of[found.who] -= 1
            if not self._of[found.who]:
                del self._of[found.who]
        return found
