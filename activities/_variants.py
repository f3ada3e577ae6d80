"""Products as customers name them: the words to look for, the size and the colour."""

import re
from typing import Final, NamedTuple

_SIZE: Final = re.compile(
    r"\bsizes?\s+(?:is\s+)?(?P<said>[2-6]?xs|xs|s|m|l|[2-6]?xl|x{2,3}l|\d{2}(?:\.5)?)\b"
    r"|\b(?P<letters>x{1,3}[sl])\b"
    r"|\b(?:an?|in|to|for|the)\s+(?P<letter>(?-i:[SML]))\b"
    r"|\b(?:an?|in|to|for)\s+(?P<word>small|medium|large)\b",
    re.IGNORECASE,
)
_WORDS: Final = {"small": "S", "medium": "M", "large": "L"}
_COLORS: Final = (
    "beige", "black", "blue", "brown", "burgundy", "camel", "cream", "forest", "gold", "green", "grey", "navy",
    "olive", "orange", "pink", "purple", "red", "sand", "silver", "white", "yellow",
)  # fmt: skip
_COLOR: Final = re.compile(rf"\b(?:{'|'.join((*_COLORS, 'gray'))})\b", re.IGNORECASE)
_SPELT: Final = {"gray": "grey"}
_FILLER: Final = re.compile(r"\b(?:an?|the|my|your|our|some|any|of|in|size|sized?|colou?r(?:ed)?)\b", re.IGNORECASE)


class Wanted(NamedTuple):
    words: str
    size: str
    color: str


def wanted(product: str, text: str) -> Wanted:
    """What to look for when a customer names a product in this text."""
    bare = _FILLER.sub(" ", _COLOR.sub(" ", _SIZE.sub(" ", product)))
    return Wanted(" ".join(bare.split()), _size(text), _color(f"{product} {text}"))


def singular(words: str) -> str:
    """Jackets as `jacket`: a shop names its products in the singular."""
    return re.sub(r"(?<=[a-z]{2})(?:(?<=ss|sh|ch)es|(?<=x)es|(?<!s)s)\b", "", words, flags=re.IGNORECASE)


def _size(text: str) -> str:
    # "this M for an L": what is wanted is said last.
    found = [match for match in _SIZE.finditer(text) if match.lastgroup]
    said = found[-1][found[-1].lastgroup or 0] if found else ""
    return _WORDS.get(said.lower(), said.upper())


def _color(text: str) -> str:
    found: list[str] = _COLOR.findall(text)
    return _SPELT.get(found[-1].lower(), found[-1].lower()) if found else ""
