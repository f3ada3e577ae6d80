"""A message taken apart into its matters: what is wanted in which clause, about which orders."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from activities._intent_names import IntentName
from activities._intent_patterns import scores
from activities._order_numbers import order_ids
from activities._plain_text import normal

MOST_CLAUSES = 40
"""A longer message is read up to here; what it wants has been said by then."""
LONGEST_CLAUSE = 600

_BREAK = re.compile(
    r"(?<=[!?])\s+|(?<!\bno\.)(?<!\bnr\.)(?<!\bmr\.)(?<!\bms\.)(?<!\bmrs\.)(?<!\bdr\.)(?<=\.)\s+|[;\n]+"
    r"|,?\s+(?:and\s+)?also\b[,:]?\s*|^also\b,?\s*"
    r"|,?\s+(?:and|plus|then)\s+(?:then\s+)?(?=(?:i|i'd|i'm|i've|we|can|could|please|where|when|how|what|why|also)\b)"
    r"|,?\s+plus,?\s+(?=(?:my|the)\b)|,\s+(?=(?:can|could)\s+(?:you|i)\b)",
    re.IGNORECASE,
)

_SAME: tuple[frozenset[IntentName], ...] = (
    frozenset({"order_status", "delivery_complaint", "delivery_info"}),
    frozenset({"refund_status", "refund_request"}),
    frozenset({"refund_request", "product_issue"}),
    frozenset({"return_request", "product_issue"}),
    frozenset({"exchange_request", "product_issue"}),
    frozenset({"payment_issue", "billing_invoice"}),
)
"""Two of a kind about the same order are one matter, told twice."""

_ALONE: frozenset[IntentName] = frozenset({"smalltalk", "out_of_scope"})

_GROUNDS: frozenset[IntentName] = frozenset({"product_issue", "complaint"})
"""Reasons: what is asked for because of them is the main matter."""

FULL = 4.0
HINTED = 1.6


class Matter(NamedTuple):
    """One thing that is wanted. `weight` is what the patterns gave it."""

    intent: IntentName
    confidence: float
    order_ids: tuple[str, ...] = ()
    weight: float = 0.0


NOTHING = Matter("out_of_scope", 0.35)
NUMBER_ONLY = Matter("order_status", 0.6)


def clauses(text: str) -> tuple[str, ...]:
    """The parts of a text that may each want something else: sentences, and what "also" or "and I" joins."""
    parts = (part.strip(" ,") for part in _BREAK.split(text, maxsplit=MOST_CLAUSES))
    return tuple(part[:LONGEST_CLAUSE] for part in parts if part)[:MOST_CLAUSES]


def matters(text: str, named: tuple[str, ...]) -> tuple[Matter, ...]:
    """What the text wants, the weightiest first; never empty.

    Args:
        text: what the customer wrote.
        named: the orders that the whole text names; a clause cannot name others.
    """
    read = [_read(clause, named) for clause in clauses(text)]
    kept: list[Matter] = []
    for matter in sorted(_attached(read), key=_rank):
        same = next((place for place, other in enumerate(kept) if _told(matter, other)), None)
        if same is None:
            kept.append(matter)
        else:
            kept[same] = kept[same]._replace(order_ids=_union(kept[same].order_ids, matter.order_ids))
    found = [matter for matter in kept if matter.intent not in _ALONE] or kept[:1]
    return tuple(found) or ((NUMBER_ONLY,) if named else (NOTHING,))


def _rank(matter: Matter) -> float:
    return (1.0 if matter.intent in _GROUNDS else 0.0) - matter.weight


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _read(clause: str, named: tuple[str, ...]) -> Matter:
    ranked = sorted(scores(normal(clause)), reverse=True)
    orders = tuple(order for order in dict.fromkeys(order_ids(clause)[0]) if order in named)
    if not ranked:
        return NOTHING._replace(order_ids=orders)
    (best, intent), *others = ranked
    return Matter(intent, _confidence(best, others[0][0] if others else 0.0), orders, best)


def _confidence(best: float, second: float) -> float:
    """How sure a winner is, by its weight and its distance from the runner-up."""
    strength = 0.35 + 0.6 * min(best, FULL) / FULL
    contested = max(0.0, second / best - 0.7) * 0.6
    return round(max(0.3, strength - contested), 2)


def _attached(read: Iterable[Matter]) -> Iterator[Matter]:
    """Give the orders of a clause that wants nothing to the next one that names none, or to the last one."""
    waiting: tuple[str, ...] = ()
    last: Matter | None = None
    for matter in read:
        if not matter.weight or (matter.intent == "order_status" and matter.order_ids and matter.weight < HINTED):
            waiting += matter.order_ids
            continue
        if last:
            yield last
        last, waiting = (matter, waiting) if matter.order_ids else (matter._replace(order_ids=waiting), ())
    if last:
        yield last if last.order_ids else last._replace(order_ids=waiting)


def _told(matter: Matter, other: Matter) -> bool:
    """Whether another matter already covers this one."""
    if matter.intent == other.intent:
        return True
    elsewhere = bool(other.order_ids) and not set(matter.order_ids) <= set(other.order_ids)
    return not elsewhere and any({matter.intent, other.intent} <= kind for kind in _SAME)
