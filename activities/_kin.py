"""Matters that are answered alike: between them nobody need be asked which one is meant."""

import re
from collections.abc import Mapping
from typing import Final

from activities._intent_names import IntentName
from activities._order_numbers import with_their_noun
from activities._wishes import hurried

_OWN: Final = re.compile(r"\b(?:it|my|mine|ours?|them|these|those)\b", re.IGNORECASE)

_WHEREABOUTS: Final[frozenset[IntentName]] = frozenset({"order_status", "delivery_info", "delivery_complaint"})
_MONEY_BACK: Final[frozenset[IntentName]] = frozenset({"refund_request", "refund_status"})
_HURRY: Final[frozenset[IntentName]] = frozenset({"order_status", "change_order", "delivery_info"})


def kindred(intent: IntentName, probabilities: Mapping[IntentName, float], text: str) -> float:
    """How sure it is that the text wants this or something that is answered alike, from 0 to 1."""
    kin = next((kind for kind in _kinds(text) if intent in kind), frozenset({intent}))
    return min(1.0, sum(probabilities.get(name, 0.0) for name in kin))


def _kinds(text: str) -> tuple[frozenset[IntentName], ...]:
    # Of delivery in general something else is told than of a parcel that exists.
    hers = _OWN.search(text) or with_their_noun(text) != text or "ORD-" in text.upper()
    where = (_HURRY | _WHEREABOUTS if hurried(text) else _WHEREABOUTS,) if hers else ()
    return (*where, _MONEY_BACK)
