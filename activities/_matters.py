"""A message taken apart into its matters: what is wanted in which clause, about which orders."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple, cast

from activities._foreign import parted, probabilities
from activities._gloss import gloss
from activities._intent_names import IntentName
from activities._kin import kindred
from activities._language import OURS
from activities._order_numbers import order_ids, with_their_noun
from activities._understanding.heads import Row, head

MOST_CLAUSES: Final = 16
"""Of a longer message the first and the last half as many are read: what is wanted stands at one of its ends."""

LONGEST_CLAUSE: Final = 600

KEPT: Final = 256
"""Readings that are kept: greetings and thanks come again and again, and a clause is looked at twice."""

SECOND: Final = 0.7
"""How sure a clause must be to be a matter of its own beside the main one."""

A_PERSON: Final = 0.85
"""The same for a clause that seems to ask for a person: complaints speak of our people too."""

WITH_ITS_ORDER: Final = 0.5
"""The same for a clause that names an order of its own."""

DOUBTFUL: Final = 0.6
"""A whole text that is less clear than this is several matters in one: what its clauses say counts."""

_BREAK = re.compile(
    r"(?<=[!?])\s+|(?<!\bno\.)(?<!\bnr\.)(?<!\bmr\.)(?<!\bms\.)(?<!\bmrs\.)(?<!\bdr\.)(?<=\.)\s+|[;\n]+"
    r"|,?\s+(?:and\s+)?also\b[,:]?\s*|^also\b,?\s*"
    r"|,?\s+(?:and|plus|then)\s+(?:then\s+)?(?=(?:i|i'd|i'm|i've|we|can|could|please|where|when|how|what|why|also)\b)"
    r"|,?\s+plus,?\s+(?=(?:my|the)\b)|,\s+(?=(?:can|could)\s+(?:you|i)\b)",
    re.IGNORECASE,
)

_ALSO: Final = re.compile(r"^(?:also|and|plus)\b[,:]?\s*", re.IGNORECASE)

_WORD: Final = re.compile(r"\w+")

_NUMBER_WORDS: Final = re.compile(
    r"\b(?:my|the|it|it's|its|is|this|here|order|orders|number|numbers|no|nr|id|and|for|a|about|regarding|concerning|re)\b|[\W\d_]+|\bord\b",
    re.IGNORECASE,
)

_SAME: Final[tuple[frozenset[IntentName], ...]] = (
    frozenset({"order_status", "delivery_complaint"}),
    frozenset({"refund_status", "refund_request"}),
    frozenset({"refund_request", "product_issue"}),
    frozenset({"return_request", "product_issue"}),
    frozenset({"exchange_request", "product_issue"}),
    frozenset({"return_request", "exchange_request"}),
    frozenset({"payment_issue", "billing_invoice"}),
)
"""Two of a kind about the same order are one matter, told twice."""

_ALONE: Final[frozenset[IntentName]] = frozenset({"smalltalk", "out_of_scope"})

_GROUNDS: Final[frozenset[IntentName]] = frozenset({"product_issue", "complaint", "feedback"})
"""Reasons: what is asked for because of them is the main matter."""

_TONE: Final[frozenset[IntentName]] = frozenset({"complaint", "feedback"})
"""How something is said rather than what is wanted, when it stands beside a matter."""

_VAGUE: Final = frozenset({
    "a", "about", "aforementioned", "again", "already", "always", "an", "and", "as", "be", "before", "can",
    "could", "do", "done", "else", "ever", "first", "have", "he", "him", "i", "is", "it", "its", "just",
    "know", "last", "like", "matter", "matters", "mean", "mentioned", "my", "next", "not", "now", "number",
    "oh", "one", "other", "said", "same", "second", "she", "so", "some", "stated", "still", "stuff",
    "subject", "that", "the", "there", "thing", "things", "third", "this", "those", "three", "time", "told",
    "two", "unchanged", "usual", "was", "we", "well", "what", "with", "you",
})  # fmt: skip
"""Words that leave open what is talked about."""

VAGUE: Final = 0.5
"""How sure we are at most of what was said in such words alone."""

FEW: Final = 3
"""Words of a greeting or of thanks."""

CERTAIN: Final = 0.8
"""How sure it must be that a clause of few words is one of them."""


class Matter(NamedTuple):
    """One thing that is wanted; `kindred` is how sure it is that it is this or something that is answered alike."""

    intent: IntentName
    confidence: float
    order_ids: tuple[str, ...] = ()
    kindred: float = 0.0


def clauses(text: str, language: str = OURS) -> tuple[str, ...]:
    """The parts of a text that may each want something else: sentences, and what "also" or "and I" joins."""
    parts = (
        _ALSO.sub("", part.strip(" ,")) for part in (_BREAK.split(text) if language == OURS else parted(text, language))
    )
    found = tuple(part[:LONGEST_CLAUSE] for part in parts if part and part.lower() != "i")
    return found if len(found) <= MOST_CLAUSES else (*found[: MOST_CLAUSES // 2], *found[-MOST_CLAUSES // 2 :])


def matters(text: str, named: tuple[str, ...], language: str = OURS) -> tuple[Matter, ...]:
    """What the text wants, the main matter first; never empty.

    Args:
        text: what the customer wrote.
        named: the orders that the whole text names; a clause cannot name others.
        language: that of the text, one that we speak.
    """
    if named and not _NUMBER_WORDS.sub("", gloss(text, language)):
        return (Matter("order_status", 0.6, named),)
    parts = clauses(text, language)
    whole = likeliest(text, language)
    weighty = [part for part in parts if not _courteous(part, language)]
    if weighty[1:] or (weighty != list(parts) and whole.intent in _ALONE):
        return _merged(whole, list(_attached(_read(part, named, language) for part in parts)))
    # Beside greeting and thanks there is one matter: the whole text tells it best, and no clause is read again.
    return (whole._replace(order_ids=named),)


def _courteous(clause: str, language: str) -> bool:
    """Whether a clause of few words greets or thanks. They are the same few again and again."""
    short = len(_WORD.findall(clause)) <= FEW
    return short and (found := likeliest(clause, language)).intent == "smalltalk" and found.confidence >= CERTAIN


@lru_cache(KEPT)
def likeliest(text: str, language: str = OURS) -> Matter:
    found = _surest(text, language).tolist()
    by_name = dict(zip(cast("tuple[IntentName, ...]", head("intent_en").labels), found, strict=True))
    name = max(by_name, key=by_name.__getitem__)
    sure, kin = by_name[name], kindred(name, by_name, gloss(text, language))
    most = VAGUE if {word.lower() for word in _WORD.findall(text)} <= _VAGUE else 1.0
    return Matter(name, round(min(sure, most), 3), kindred=round(min(kin, most), 3))


def _surest(text: str, language: str) -> Row:
    """What is read in a text, or in the same with its bare numbers called orders: alone they say little."""
    read, named = probabilities(text, language), with_their_noun(text) if language == OURS else text
    return read if named == text else max(read, probabilities(named, language), key=lambda row: float(row.max()))


def _read(clause: str, named: tuple[str, ...], language: str) -> Matter:
    orders = tuple(order for order in dict.fromkeys(order_ids(gloss(clause, language))[0]) if order in named)
    if orders and not _NUMBER_WORDS.sub("", gloss(clause, language)):
        # It only names an order: what is wanted of it stands in another clause.
        return Matter("order_status", 0.0, orders)
    return likeliest(clause, language)._replace(order_ids=orders)


def _merged(whole: Matter, read: list[Matter]) -> tuple[Matter, ...]:
    """The matter of the whole text, with what single clauses want beside it."""
    sure = [matter for matter in read if _sure(matter)]
    first = _first(whole, sure)
    kept = [first]
    beside = [matter for matter in sure if matter.intent not in _TONE]
    for matter in [*(matter for matter in read if matter.intent == first.intent), *beside]:
        same = next((place for place, other in enumerate(kept) if _told(matter, other)), None)
        if same is None:
            kept.append(matter)
        else:
            kept[same] = kept[same]._replace(order_ids=_union(kept[same].order_ids, matter.order_ids))
    return _with_free_orders(kept, read)


def _sure(matter: Matter) -> bool:
    if matter.intent == "human_agent_request":
        return matter.confidence >= A_PERSON
    return matter.intent not in _ALONE and matter.confidence >= (WITH_ITS_ORDER if matter.order_ids else SECOND)


def _first(whole: Matter, sure: list[Matter]) -> Matter:
    """What is asked for comes before its reason, and any matter before small talk."""
    asked = [matter for matter in sure if matter.intent not in _GROUNDS] or sure
    if not asked or (whole.confidence >= DOUBTFUL and whole.intent not in _ALONE | _GROUNDS):
        return whole
    return asked[0] if whole.intent in _ALONE or asked[0].intent not in _GROUNDS else whole


def _with_free_orders(kept: list[Matter], read: list[Matter]) -> tuple[Matter, ...]:
    """Orders that no kept matter claims belong to the main one."""
    claimed = {order for matter in kept for order in matter.order_ids}
    free = tuple(order for matter in read for order in matter.order_ids if order not in claimed)
    main, *others = kept
    return (main._replace(order_ids=_union(main.order_ids, free)), *others)


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _attached(read: Iterable[Matter]) -> Iterator[Matter]:
    """Give the orders of a clause that wants nothing to the next one that names none, or to the last one."""
    waiting: tuple[str, ...] = ()
    last: Matter | None = None
    for matter in read:
        if matter.intent in _ALONE or (matter.order_ids and matter.confidence < WITH_ITS_ORDER):
            waiting += matter.order_ids
            continue
        if last:
            yield last
        last, waiting = (matter, waiting) if matter.order_ids else (matter._replace(order_ids=waiting), ())
    if last:
        yield last if last.order_ids else last._replace(order_ids=waiting)
    elif waiting:
        yield Matter("order_status", 0.0, waiting)


def _told(matter: Matter, other: Matter) -> bool:
    """Whether another matter already covers this one."""
    if matter.intent == other.intent:
        return True
    elsewhere = bool(other.order_ids) and not set(matter.order_ids) <= set(other.order_ids)
    return not elsewhere and any({matter.intent, other.intent} <= kind for kind in _SAME)
