"""Does a text in a model's words still say what the template said?"""

import re
from typing import Final

FIGURE: Final = re.compile(r"\b\w*\d(?:[\w.,:/-]*\w)?")
LINK: Final = re.compile(r"https?://[^\s)>\]]+[^\s)>\].,;:!?]")
NOT_DIGIT: Final = re.compile(r"\D+")
STATE: Final = re.compile(
    r"\b(?:delivered|arrived|shipped|cancell?ed|refunded|returned|received|approved|confirmed|lost)\b",
    re.IGNORECASE,
)
BLANK: Final = re.compile(r"\[[^\]\n]*\]")
BROKEN_OFF: Final = re.compile(r"[\w,;:(-]\s*\Z")


def faithful(text: str, facts: str) -> bool:
    """Whether every figure and link of the facts is in the text, and no other figure; and it asks when they ask.

    Small models leave out the order number, make up a date, and grant the discount that the customer asked for: what
    the customer named counts for nothing here. They end with the customer's own question, or with "[Your Name]", and a
    parcel on its way is delivered to them. Some stop in the middle of a sentence, whatever the provider says of it. How
    a sum is punctuated is left to the language.
    """
    if _broken_off(text) and not _broken_off(facts):
        return False
    asks = ("?" in text) == ("?" in facts)
    made_up = any(_said(kind, text) - _said(kind, facts) for kind in (BLANK, STATE))
    return asks and not made_up and _figures(text) == _figures(facts) and _links(text) == _links(facts)


def _broken_off(text: str) -> bool:
    # A link is an end like any other.
    return bool(BROKEN_OFF.search(LINK.sub(".", text)))


def _said(kind: re.Pattern[str], text: str) -> set[str]:
    return {found.lower() for found in kind.findall(text)}


def _links(text: str) -> set[str]:
    return set(LINK.findall(text))


def _figures(text: str) -> set[str]:
    return {NOT_DIGIT.sub("", found) for found in FIGURE.findall(text)}
