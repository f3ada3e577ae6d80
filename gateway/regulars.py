"""Who goes first when not all can come in: who is in the middle of a conversation, and customers of the first tier."""

import time
from collections import OrderedDict
from typing import Final, TypeVar

from gateway.backlog import Clock

UNDER_WAY: Final = 900.0
"""Seconds after an answer for which its conversation is under way."""
T = TypeVar("T")

MOST: Final = 20_000
FIRST: Final = "vip"


class Regulars:
    """What replies told of customers and conversations. Nothing is asked for it, and all is forgotten at a restart."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._answered: OrderedDict[str, float] = OrderedDict()
        self._first: OrderedDict[str, None] = OrderedDict()

    def heard(self, session_id: str, who: str, tier: str | None) -> None:
        """A reply went to this session; `who` and `tier` as far as they are known."""
        _put(self._answered, session_id, self._clock())
        if who and tier == FIRST:
            _put(self._first, who, None)
        elif who and tier:
            self._first.pop(who, None)

    def goes_first(self, who: str) -> bool:
        return who in self._first

    def under_way(self, session_id: str) -> bool:
        return self._answered.get(session_id, float("-inf")) >= self._clock() - UNDER_WAY


def _put(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)
