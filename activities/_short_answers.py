"""Short answers as customers write them: yes and no, "the second one", "not the jacket, the shoes", "L"."""

import re
from typing import Final, Literal, NamedTuple

from activities._order_numbers import canonical, order_ids

_YES: Final = (
    r"y|ye+s+|yea+h*|ye+p+|yu+p+|ye|su+re+|ok|okay|okey|alright|all right|of course|certainly|absolutely|definitely|"
    r"correct|exactly|confirm|confirmed|i confirm|agreed|i agree|go ahead|go for it|(?:please )?do (?:it|so|that)|"
    r"please do(?! not\b)|sounds good|that is (?:right|correct|fine|ok|okay)|that works|no problem|i do(?! not\b)|"
    r"i would like that|ja|jawohl|oui|s[i\u00ed]+|claro|jo|jep|jup|klar|mach(?: (?:das|es|mal))?"
)
_NO: Final = (
    r"no way|no need|no+pe+|na+h+|no+(?! problem\b)|n|not now|not yet|rather not|better not|never ?mind|nvm|"
    r"forget (?:it|that|about it)|not (?:this|that)(?: one| order| item)?|"
    r"leave (?:it|that|this|(?:the|my) order)(?: alone| be| as (?:it|that|this) is| unchanged)?|"
    r"leave (?:it|that) (?:like that|then)|stop|"
    r"keep (?:it|that|them|the order|my order)|(?:i|i have) changed my mind|"
    r"(?:i )?(?:do not|would not|will not|never)\b[^.,;!?]*?(?= but\b|[.,;!?]|$)|nein|non"
)
_FILLER: Final = (
    r"and|actually|wait|please|pls|thanks|thank you|thx|then|well|um|uh|oh|hi|hello|so|"
    r"bitte|danke|merci|gracias|por favor"
)
_PRESSING: Final = (
    r"(?:do not|no need to) (?:worry|wait|hesitate|forget|(?:ask|tell|call|bother) (?:anyone|anybody|me|again))"
    r"(?: (?:again|about (?:it|that)))?"
)
"""Denies something else than what was asked."""
_TOKEN: Final = re.compile(
    rf"\s*(?:(?:{_PRESSING})|(?P<no>{_NO})|(?P<yes>{_YES})|(?:{_FILLER}))(?![\w'-])[\s.,;!]*", re.IGNORECASE
)
_SPELT: Final = (
    (re.compile(r"\b(do|would)n'?t\b", re.IGNORECASE), r"\1 not"),
    (re.compile(r"\bwon'?t\b", re.IGNORECASE), "will not"),
    (re.compile(r"\b(that|it)'s\b", re.IGNORECASE), r"\1 is"),
    (re.compile(r"\b(i)'d\b", re.IGNORECASE), r"\1 would"),
    (re.compile(r"\b(i)'ve\b", re.IGNORECASE), r"\1 have"),
    (re.compile(r"\b(?:plz|pls)\b", re.IGNORECASE), "please"),
)
_JOIN: Final = re.compile(r"^(?:but|and|instead|rather|just|only)\b[\s,]*", re.IGNORECASE)

ORDINALS: Final = {
    "first": 0, "1st": 0, "former": 0, "one": 0, "second": 1, "2nd": 1, "two": 1, "third": 2, "3rd": 2, "three": 2,
    "fourth": 3, "4th": 3, "four": 3, "fifth": 4, "5th": 4, "last": -1, "latter": -1,
}  # fmt: skip
_PLACE: Final = re.compile(
    r"\b(?:the|that) (?:(?P<place>first|1st|former|second|2nd|third|3rd|fourth|4th|fifth|5th)"
    r"(?: (?:one|order|item|option|parcel|package|purchase))?|(?P<end>last|latter)(?: (?:one|item|option))?)"
    r"(?=[\s.,;!?]*$|[,;!?.]| (?:please|instead|then|is|was|for|in)\b)"
    r"|^\W*(?:it is |i mean |i want )?(?P<alone>first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|last)"
    r"(?: (?:one|order|item|option))?\W*$"
    r"|^\W*(?:(?:it is |i mean |the )?(?:number|no|nr|option|choice)\W*|#)?(?P<number>[1-9]|one|two|three|four)\W*$",
    re.IGNORECASE,
)
_OTHER: Final = re.compile(
    r"\b(?:the|my|that) other (?:one|order|item|parcel|package|purchase|delivery|shipment)\b|^\W*(?:the|my) other\W*$",
    re.IGNORECASE,
)
_NONE: Final = re.compile(
    r"\b(?:none of (?:these|those|them|the above|that)|neither(?: of (?:these|those|them))?"
    r"|not (?:any )?(?:one )?of (?:these|those|them)|something else|another matter)\b|^\W*none\W*$",
    re.IGNORECASE,
)
_ALL: Final = re.compile(
    r"^\W*(?:please )?(?:both|all|all (?:two|three)|(?:all|both) of (?:them|these|those))(?: please)?\W*$",
    re.IGNORECASE,
)
_THANKS: Final = re.compile(r"\b(?:thanks|thank you|thx|cheers|danke|merci|gracias)\b", re.IGNORECASE)
FEW: Final = 2
"""Words beside those that only point, in a text that names a thing and tells nothing of it."""
_MEANT: Final = re.compile(r"^\W*(?:(?:i )?(?:meant?|wanted|want)|it is|the)\b", re.IGNORECASE)
_REJECTED: Final = re.compile(
    r"\b(?:not|instead of|rather than)\s+(?:(?:the|my|that|this|a|an|in|with|for)\s+)*"
    r"(?P<what>[\w'-]+(?:\s+[\w'-]+){0,3}?)(?=\s*(?:[,;.!?]|$)|\s+(?:but|instead|please|i)\b)",
    re.IGNORECASE,
)
_SIZE: Final = re.compile(
    r"^\W*(?:(?:in|a|an|the|size|is|it|make|please|i|would|want|like|take|need|rather)\W+)*"
    r"(?P<size>[2-6]?x{1,3}[sl]|[sml]|\d{2}(?:[.,]5)?|(?:extra )?(?:small|large)|medium)\b"
    r"(?:\W+(?:please|then|thanks|thank you|one|size))*\W*$",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W_]{2,}", re.UNICODE)
_LONG_NUMBER: Final = re.compile(r"(?<![\w.,+-])[0-9]{5,8}(?![\w-]|[.,][0-9])")
_BARE: Final = frozenset({
    "a", "about", "actually", "ah", "also", "am", "an", "and", "apologies", "be", "but", "correction", "for", "give",
    "have", "hello", "here", "hi", "how", "i", "id", "im", "in", "instead", "is", "it", "its", "like", "me", "mean",
    "meant", "my", "no", "not", "nr", "number", "of", "oh", "ok", "okay", "on", "one", "oops", "or", "ord", "order",
    "rather", "regarding", "should", "sorry", "take", "thank", "thanks", "please", "that", "the", "this", "to", "typo",
    "wait", "want", "was", "what", "with", "would", "wrong", "yes", "you",
})  # fmt: skip
"""Words that say nothing but which order is meant."""

RESERVATION: Final = re.compile(r"\b(?:but|only|unless|except|if|however|not)\b", re.IGNORECASE)
CONDITION: Final = re.compile(
    r"\?|\b(?:but|only|unless|except|if|however|first|instead|before|after|not|wait|half)\b", re.IGNORECASE
)


class Lead(NamedTuple):
    """A yes or no with which a text begins, and what is said after it."""

    answer: Literal["yes", "no"] | None
    rest: str


def spelt_out(text: str) -> str:
    plain = " ".join(text.replace("\u2019", "'").split())
    for pattern, words in _SPELT:
        plain = pattern.sub(words, plain)
    return plain


def lead_of(text: str) -> Lead:
    """The answer at the beginning; None when there is none or when it is both yes and no."""
    rest, said = spelt_out(text), set[Literal["yes", "no"]]()
    while rest and (found := _TOKEN.match(rest)):
        said |= {"yes"} if found["yes"] else {"no"} if found["no"] else set()
        rest = rest[found.end() :]
    return Lead(next(iter(said)) if len(said) == 1 else None, _JOIN.sub("", rest).strip() if said else rest.strip())


def place_in(text: str) -> int | None:
    """Which of several is meant: 0 for the first, -1 for the last; None when no place is named."""
    found = _PLACE.search(spelt_out(text))
    if found is None:
        return None
    said = (found["place"] or found["end"] or found["alone"] or found["number"]).lower()
    return int(said) - 1 if said.isdigit() else ORDINALS[said]


def other_meant(text: str) -> bool:
    """The customer means the other one."""
    return bool(_OTHER.search(text))


def meant_instead(text: str) -> bool:
    """Whether something is named in place of what we understood: "I meant the mug"."""
    return bool(_MEANT.match(text) and content_of(text))


def thanks_in(text: str) -> bool:
    return bool(_THANKS.search(text))


def points(text: str) -> bool:
    """Whether a text names or points at something and says nothing about it."""
    return place_in(text) is not None or other_meant(text) or len(content_of(without_rejected(text)[0])) <= FEW


def all_meant(text: str) -> bool:
    return bool(_ALL.search(text))


def none_meant(text: str) -> bool:
    return bool(_NONE.search(text))


def size_in(text: str) -> str | None:
    """The size, when a text names nothing else."""
    found = _SIZE.match(spelt_out(text))
    return found["size"] if found else None


def without_rejected(text: str) -> tuple[str, frozenset[str]]:
    """The text without what it says is not meant, and the words of that."""
    plain = spelt_out(text)
    rejected = frozenset(word for found in _REJECTED.finditer(plain) for word in words_of(found["what"]))
    return " ".join(_REJECTED.sub(" ", plain).split()), rejected


def words_of(text: str) -> frozenset[str]:
    """The words in one form: lower case, singular."""
    return frozenset(word.lower().removesuffix("s") for word in _WORD.findall(text))


def numbers_in(text: str) -> tuple[str, ...]:
    """Every number that is long enough for an order, as an order number."""
    return tuple(canonical(found) for found in _LONG_NUMBER.findall(text))


def content_of(text: str) -> frozenset[str]:
    """What is left of a text when its order numbers and everything that only points at them are taken away."""
    _, rest = order_ids(spelt_out(text))
    return frozenset(word.lower() for word in _WORD.findall(rest) if not word.isdigit()) - _BARE
