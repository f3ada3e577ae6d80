"""Ways to reach somebody: e-mail, telephone, and the address of a computer."""

import ipaddress
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

import phonenumbers

from mesh.personal._span import Span, span_of

EMAIL: Final = re.compile(
    r"(?<![\w.+%-])[\w+%][\w.+%'-]{0,63}@(?=[^\s@]*[^\W\d_])[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?){1,5}"
)
EMAIL_SPELT: Final = re.compile(
    r"(?<![\w.])[\w.+-]{1,64}\s?(?:[(\[{]\s?at\s?[)\]}]|\sat\s)\s?[\w-]{1,63}\s?(?:[(\[{]\s?dot\s?[)\]}]|\sdot\s)\s?"
    r"(?:com|net|org|de|es|fr|co|eu|uk|io|info)\b",
    re.IGNORECASE,
)

FOUR: Final = re.compile(
    r"(?<![\w.])(?<!version )(?<!release )"
    r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:/\d{1,4})?(?!\w|\.\d)"
)
SIX: Final = re.compile(r"(?:[0-9A-Fa-f]{1,4})?:[0-9A-Fa-f:.]*(?:/\d{1,4})?")
SAYS_IP: Final = re.compile(r"\bip(?:v[46])?\b", re.IGNORECASE)
SURE_GROUPS: Final = 3

PHONE_LIKE: Final = re.compile(
    r"(?<![\w,#-])(?<!\d\.)(?:\+|\(|\b)[\d(][\d()\s./\u2010-\u2015-]{5,22}\d(?!\w|[.,:/-]\d)"
)
USUAL: Final = re.compile(r"(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}")
CALLED: Final = re.compile(
    r"\b(?:phone|call(?:ing|ed)?|cell|mobile|tel(?:ephone)?|handy|whats\s?app|text|ring|dial|fax|hotline|sms|contact|reach|"
    r"answer(?:ing)?|t[e\u00e9]l[e\u00e9]phone|tel[e\u00e9]fono|telefon(?:nummer)?|rappel\w*|ll[a\u00e1]m\w+)\b"
    r"(?:[\s:.,#]|\b(?:number|no|nr|is|at|on|me|us|my|the|it|him|her|back|under|unter|ist|please|new|to|est|es|al|au)\b){0,12}\Z",
    re.IGNORECASE,
)
OTHER: Final = re.compile(
    r"\b(?:orders?|purchases?|invoices?|bills?|track(?:ing)?|parcel|package|ref(?:erence)?|account|ticket|case|sku|"
    r"zip|isbn|serial|item|article)\b(?:[\s:.,#]|\b(?:number|no|nr|id|code|is|was|my|the)\b){0,8}\Z",
    re.IGNORECASE,
)
REGIONS: Final = ("US", "GB", "DE", "ES", "FR")
BEFORE: Final = 50
MOST: Final = 20
DIGITS: Final = range(7, 16)
SEPARATED: Final = re.compile(r"\d\D+\d")
NO_PHONE: Final = re.compile(
    r"^\D{0,2}(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2})(?:\s|\Z)|(?:^|\s)\d\.\d"
)
"""Dates, and lists of decimal numbers."""


def emails(text: str) -> Iterator[Span]:
    for pattern in (EMAIL, EMAIL_SPELT):
        for found in pattern.finditer(text):
            yield span_of("EMAIL_ADDRESS", text, *found.span())


def addresses(text: str) -> Iterator[Span]:
    """Internet addresses of both versions, and networks."""
    for found in SIX.finditer(text):
        bare = found[0].partition("/")[0].rstrip(".")
        end = found.end() if "/" in found[0] else found.start() + len(bare)
        if _is_six(bare) and (bare.count(":") >= SURE_GROUPS or _stands_alone(text, found.start(), end)):
            yield span_of("IP_ADDRESS", text, found.start(), end)
    for found in FOUR.finditer(text):
        yield span_of("IP_ADDRESS", text, *found.span())


def phones(text: str) -> Iterator[Span]:
    """Telephone numbers: international ones, those of a usual form, and what is called one in the words before."""
    for found in islice(PHONE_LIKE.finditer(text), MOST):
        before = text[max(0, found.start() - BEFORE) : found.start()]
        if _is_phone(found[0], before):
            yield span_of("PHONE_NUMBER", text, *found.span())


def _is_six(candidate: str) -> bool:
    try:
        return isinstance(ipaddress.ip_address(candidate), ipaddress.IPv6Address)
    except ValueError:
        return False


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Two colons mean nothing by themselves: C++ and hasty typists write them too."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    named = any(map(str.isdigit, text[start:end].strip(":1"))) or bool(SAYS_IP.search(text))
    return not any(map(str.isalnum, around)) and (named or text.strip() == text[start:end])


def _is_phone(candidate: str, before: str) -> bool:
    digits = sum(map(str.isdigit, candidate))
    if digits not in DIGITS or NO_PHONE.search(candidate) or OTHER.search(before):
        return False
    if CALLED.search(before) or USUAL.fullmatch(candidate):
        return True
    if candidate.startswith("+"):
        return _valid(candidate, None)
    # Without a word about it, only what is grouped like a number to be dialled.
    return candidate.startswith(("0", "(")) and bool(SEPARATED.search(candidate)) and _valid_somewhere(candidate)


def _valid_somewhere(candidate: str) -> bool:
    return any(_valid(candidate, region) for region in REGIONS)


def _valid(candidate: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(candidate, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)
