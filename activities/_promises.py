"""What a reply claims to have done, to be doing or to be about to do, and whether anything shows it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from activities import _english_promises, _exact_promises, _foreign_promises, _looser_promises
from activities._clauses import exempt, plain, sentences
from activities._deeds import Backing, Deed
from activities._english_deeds import ANY
from activities._verbs import PERFECT, WILL, Verbs

FIRST: Final = re.compile(r"(?:i|we|je|j'ai|nous|ich|wir|he|hemos)\b")
KEPT: Final = 1024
"""Sentences whose claims are kept: several checks ask for them, and templates repeat theirs."""

TRAVEL: Final[frozenset[Deed]] = frozenset({"shipping", "delivery"})
ORDER_ID: Final = re.compile(r"\bord-0*([1-9]\d*)\b")
ALSO: Final = (
    "cancel/cancelled/cancelling cancel/canceled/canceling refund send/sent/sending arrange issue change update "
    "add open "
    "make/made/making create process escalate forward ship/shipped/shipping order apply/applied/applying "
    "schedule remove credit "
    "contact call transfer/transferred/transferring book give/gave/giving replace start email "
    "reset/reset/resetting notify/notified/notifying get_back/got_back/getting_back let/let/letting"
)
VERBS: Final = Verbs.of(ALSO)
AND_DID: Final = re.compile(rf"({PERFECT}[^.;]{{2,90}}?)\s+and\s+(?:also\s+|then\s+)?(?={VERBS.past})")
AND_WILL: Final = re.compile(rf"({WILL}[^.;]{{2,90}}?)\s+and\s+(?:also\s+|then\s+)?(?={VERBS.base})")


@dataclass(frozen=True)
class Claim:
    """One commitment.

    Attributes:
        deeds: any of these, when shown, makes it true.
        done: it speaks of the past or the present, so a plan is not enough.
        own: said as "I" or "we": what the shop shows without a receipt is not enough.
        orders: the orders that the sentence names, without leading zeros.
    """

    deeds: frozenset[Deed]
    done: bool
    own: bool
    orders: frozenset[str]
    quote: str
    sentence: str

    @property
    def named(self) -> bool:
        """Whether it says what is done, and not only that something is."""
        return not self.deeds >= frozenset(ANY)


def claims(text: str) -> tuple[Claim, ...]:
    """Every commitment in the text. Offers, questions, conditions, denials, rules and reported speech are none."""
    return tuple(claim for sentence in sentences(plain(text)) for claim in _claims_of(_unfolded(sentence)))


def unbacked(text: str, shown: Iterable[Backing]) -> Iterator[Claim]:
    known = tuple(shown)
    return (claim for claim in claims(text) if not any(_backs(backing, claim) for backing in known))


def _backs(backing: Backing, claim: Claim) -> bool:
    if not backing.deeds & claim.deeds:
        return False
    if claim.orders and backing.order_id and backing.order_id.partition("-")[2].lstrip("0") not in claim.orders:
        return False
    match backing.source:
        case "plan":
            return not claim.done
        case "fact":
            return _shows(backing, claim)
        case "receipt":
            # "I will do that" speaks of something that is still to come, not of what was done before it was said.
            return claim.done or claim.named or not claim.own
        case "route":
            return True


def _shows(backing: Backing, claim: Claim) -> bool:
    """Whether a fact of the shop is enough: a parcel is on its way, or the named thing was done by whomever."""
    shown = backing.deeds & claim.deeds
    if claim.done and "shipping" in claim.deeds:
        # The day on which a parcel is expected does not show that it has left.
        shown -= {"delivery"}
    return bool(shown & TRAVEL) or (bool(shown) and claim.done and claim.named and not claim.own)


@lru_cache(KEPT)
def _claims_of(sentence: str) -> tuple[Claim, ...]:
    orders = frozenset(ORDER_ID.findall(sentence))
    return tuple(
        Claim(
            deeds=_meant_by(sayings),
            done=all(saying.tense == "done" for saying in sayings),
            own=bool(FIRST.match(sentence, start)),
            orders=orders,
            quote=sentence[start:end].strip(" ,:"),
            sentence=sentence,
        )
        for start, end, sayings in _spans(sentence)
    )


def _meant_by(sayings: "Sayings") -> frozenset[Deed]:
    """What is claimed. A reading that names the deed overrules one that could be anything, an exact one all others."""
    exact = [saying.deeds for saying in sayings if saying in _exact_promises.SAYINGS]
    named = exact or [saying.deeds for saying in sayings if saying.deeds != ANY]
    return frozenset(deed for deeds in named or [ANY] for deed in deeds)


Sayings = tuple[_english_promises.Saying, ...]
Patterns = dict[re.Pattern[str], list[tuple[re.Pattern[str], _english_promises.Saying]]]


def _spans(sentence: str) -> Iterator[tuple[int, int, Sayings]]:
    """Where something is claimed. What overlaps is one claim with several readings."""
    readings: list[tuple[int, int, Sayings]] = []
    for start, end, saying in sorted(_matches(sentence)):
        if readings and start < readings[-1][1]:
            first, last, others = readings[-1]
            readings[-1] = (first, max(last, end), (*others, saying))
        else:
            readings.append((start, end, (saying,)))
    yield from readings


def _matches(sentence: str) -> Iterator[tuple[int, int, _english_promises.Saying]]:
    for gate, patterns in _patterns().items():
        if gate.search(sentence):
            for pattern, saying in patterns:
                yield from ((start, end, saying) for start, end in _meant(pattern, saying, sentence))


def _meant(pattern: re.Pattern[str], saying: _english_promises.Saying, sentence: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(sentence):
        why_not = exempt(sentence, *match.span(), done=saying.tense == "done")
        if why_not is None or (why_not == "denied" and saying.refusing):
            yield match.span()


def _unfolded(sentence: str) -> str:
    """`I have cancelled it and sent a label` claims two things: each gets its subject."""
    return AND_WILL.sub(r"\1, and i will ", AND_DID.sub(r"\1, and i have ", sentence))


@cache
def _patterns() -> Patterns:
    found: Patterns = {}
    others = (*_exact_promises.SAYINGS, *_looser_promises.SAYINGS)
    for saying in (*_english_promises.sayings(), *_foreign_promises.sayings(), *others):
        found.setdefault(re.compile(saying.gate), []).append((re.compile(saying.pattern), saying))
    return found
