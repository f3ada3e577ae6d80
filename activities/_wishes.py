"""What the customer's words say about an item: what is wrong with it, and which variant they want instead."""

import re
from typing import Final, NamedTuple

LETTER_SIZES: Final = {
    "extra small": "XS", "small": "S", "medium": "M", "large": "L", "extra large": "XL",
}  # fmt: skip
COLORS: Final = (
    "black", "white", "grey", "gray", "red", "blue", "navy", "green", "olive", "forest", "yellow", "orange", "pink",
    "purple", "burgundy", "brown", "sand", "beige", "cream", "natural", "steel", "silver", "gold", "indigo",
)  # fmt: skip

SIZE: Final = re.compile(
    r"\b(?:(?P<letters>xxs|xs|xxl|xxxl|xl)|size\s+(?P<sized>[sml]|\d{2}(?:[.,]5)?)|(?:in|an?|for|to)\s+(?P<single>[SML])"
    r"|(?P<leading>[sml])(?=\s+size)|(?P<words>extra\s+small|extra\s+large|small|medium|large))(?=[\s.,;:!?)]|$)",
    re.IGNORECASE,
)
COLOR: Final = re.compile(rf"\b(?:{'|'.join(COLORS)})\b", re.IGNORECASE)
TOO: Final = re.compile(r"\b(?:too|bit|very|runs|is|are|was|were)\s+$", re.IGNORECASE)
INSTEAD_OF: Final = re.compile(
    r"\b(?:instead\s+of|rather\s+than|have|got|received|from|ordered)\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)

HURRY: Final = re.compile(
    r"\b(?:expedite|speed\s+(?:it|this|up)|hurry\s+(?:it|this|up)|rush\s+(?:it|this|my|the)"
    r"|(?:faster|quicker|express|overnight)\s+(?:shipping|shipment|delivery)|(?:to|by|with|via)\s+express"
    r"|(?:deliver|ship|send|get|come|arrive)\w*\s+(?:[\w#-]+\s+){0,4}(?:faster|sooner|quicker|more\s+quickly))\b",
    re.IGNORECASE,
)
NOT: Final = r"(?:(?:do|does|did|wo)n['\u2019]?t|do(?:es)?\s+not|did\s+not|will\s+not)"
REASONS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for reason, pattern in (
        ("arrived damaged", r"\b(?:damaged?|broken|cracked|torn|ripped|smashed|scratched|dented|stained|shattered)\b"),
        ("does not work", r"\b(?:defective|faulty|not\s+working|stopped\s+working)\b"),
        ("does not work", rf"\b{NOT}\s+(?:work|turn\s+on|start)\b"),
        ("not what was ordered", r"\bwrong\s+(?:\w+\s+)?(?:item|product|size|colou?r|thing|one|article)\b"),
        ("not what was ordered", r"\bnot\s+what\s+i\s+ordered\b"),
        ("does not fit", rf"\b{NOT}\s+fit\b|\btoo\s+(?:small|big|large|tight|loose|short|long|wide)\b"),
        ("changed their mind", rf"\b{NOT}\s+like\b|\bchanged\s+my\s+mind\b|\bno\s+longer\s+(?:need|want)\b"),
    )
)
DAMAGED: Final = frozenset({"arrived damaged", "does not work"})

INVOICE: Final = re.compile(
    r"\b(?:invoice|receipt|bill)\b(?![^.!?\n]{0,40}\b(?:wrong|incorrect|mistake|explain)\b)", re.IGNORECASE
)
STRANGE_CHARGE: Final = re.compile(
    r"\b(?:explain|recogni[sz]e|unexplained|unexpected|understand(?!\s+how)|what\s+was\s+(?:it|this|that)\s+for|unknown|strange|mystery|extra|hidden|what\s+is\s+this|why\s+(?:was|am|did))\b",
    re.IGNORECASE,
)


class Variant(NamedTuple):
    size: str | None = None
    color: str | None = None


def reason_in(text: str, default: str = "asked for by the customer") -> str:
    """Why the customer is not content with the item, in our words."""
    return next((reason for pattern, reason in REASONS if pattern.search(text)), default)


def damaged(text: str) -> bool:
    return reason_in(text) in DAMAGED


def hurried(text: str) -> bool:
    """More speed is asked for."""
    return bool(HURRY.search(text))


def invoice_wanted(text: str) -> bool:
    """A copy is asked for, not an explanation."""
    return bool(INVOICE.search(text)) and not charge_doubted(text)


def charge_doubted(text: str) -> bool:
    return bool(STRANGE_CHARGE.search(text))


def variant_in(text: str, *, size: str | None, color: str | None) -> Variant:
    """The size and colour that are wanted in place of these."""
    sizes = [_size(found) for found in SIZE.finditer(text) if _wanted(text, found)]
    colors = [found[0].lower() for found in COLOR.finditer(text) if _wanted(text, found)]
    return Variant(_other(sizes, size), _other(colors, color))


def _wanted(text: str, found: re.Match[str]) -> bool:
    before = text[: found.start()]
    return not (TOO.search(before) or INSTEAD_OF.search(before))


def _size(found: re.Match[str]) -> str:
    word = " ".join(
        (found["letters"] or found["sized"] or found["single"] or found["leading"] or found["words"]).lower().split()
    )
    return LETTER_SIZES.get(word, word.upper())


def _other(wanted: list[str], current: str | None) -> str | None:
    different = [value for value in wanted if value.lower() != (current or "").lower()]
    return different[-1] if different else None
