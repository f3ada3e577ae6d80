"""Does a text in a model's words still say what the template said?"""

import re
from typing import Final

FIGURE: Final = re.compile(r"\b\w*\d(?:[\w.,:/-]*\w)?")
LINK: Final = re.compile(r"https?://[^\s)>\]]+[^\s)>\].,;:!?]")
NOT_DIGIT: Final = re.compile(r"\D+")


def faithful(text: str, facts: str) -> bool:
    """Whether every figure and link of the facts is in the text, and no other figure.

    Small models leave out the order number, make up a date, and grant the discount that the customer asked for: what
    the customer named counts for nothing here. How a sum is punctuated is left to the language.
    """
    return _figures(text) == _figures(facts) and set(LINK.findall(text)) == set(LINK.findall(facts))


def _figures(text: str) -> set[str]:
    return {NOT_DIGIT.sub("", found) for found in FIGURE.findall(text)}
