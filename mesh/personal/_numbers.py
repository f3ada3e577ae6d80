"""Numbers with a checksum or a fixed form: cards, bank accounts, social security."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Final

from stdnum import iban, luhn, numdb

from mesh.personal._span import Span, span_of

# A soft hyphen, invisible spaces and dashes of every length stand between groups in what people paste.
GAP: Final = r"[\s.\u00ad\u200b-\u200d\u2010-\u2015\u2060_/*-]"
RUN: Final = re.compile(rf"\d+(?:{GAP}{{1,3}}\d+)*")
GROUP: Final = re.compile(r"\d+")
LETTERS: Final = re.compile(r"[^\W\d_]\Z")

MAJOR: Final = re.compile(
    r"4\d{15}|4\d{12}|4\d{18}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|35\d{14}|(?:2131|1800)\d{11}|(?:6011|64[4-9]\d|65\d\d)\d{12}|62\d{14,17}"
)
"""Visa, Mastercard, American Express, JCB (old ones too), Discover, UnionPay: by their ranges and lengths."""

MINOR: Final = re.compile(r"3(?:0[0-5]|095|[689]\d)\d{11}|(?:50|5[6-9]|6\d)\d{10,17}")
"""Diners Club and Maestro: ranges so wide that a parcel's or an order's number falls into them by chance."""

ISSUED: Final = re.compile(r"[1-6]")
CALLED: Final = re.compile(r"1\d{14}")
"""Universal Air Travel Plan: a card only where it is called one."""

SAYS_CARD: Final = re.compile(r"\b(?:cards?|uatp|visa|master\s?card|amex)\b", re.IGNORECASE)
NO_CARD: Final = re.compile(
    r"\b(?:track(?:ing)?|parcel|package|shipment|consignment|waybill|fed\s?ex|ups|dhl|usps|orders?|purchases?|invoices?|bills?)\b"
    r"(?:[^\w\n]|\b(?:number|no|nr|id|code|is|was|my|the)\b){0,8}\Z",
    re.IGNORECASE,
)
BEFORE: Final = 40
SHORTEST: Final = 12
LONGEST: Final = 19
PARCEL_LENGTHS: Final = range(20, 23)

ACCOUNT: Final = re.compile(rf"(?<![^\W_])[A-Z]{{2}}{GAP}?\d{{2}}(?:{GAP}{{0,2}}[A-Z0-9]){{11,30}}", re.IGNORECASE)

SOCIAL: Final = re.compile(
    r"(?<![\w-])(?!000|666|9)(?P<area>\d{3})(?P<gap>[ .\u2010-\u2015-])(?!00)\d{2}(?P=gap)(?!0000)\d{4}(?![\w-])"
)
SOCIAL_NAMED: Final = re.compile(
    r"\b(?:ssn|social\s+security(?:\s+(?:number|no))?)\b\W{0,3}(?:(?:is|number|no)\W{1,3}){0,2}(?P<number>\d{9})(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Run:
    """Digits with little between them. A card is made of whole groups: its neighbours may be digits too.

    Attributes:
        places: where each group begins and ends in the text.
        offsets: where each group begins in `digits`; one more for the end.
    """

    digits: str
    places: tuple[tuple[int, int], ...]
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, text: str, start: int, end: int) -> "Run":
        places = tuple(group.span() for group in GROUP.finditer(text, start, end))
        # Other scripts have digits of their own.
        digits = "".join(str(int(digit)) for first, last in places for digit in text[first:last])
        return cls(digits, places, (0, *accumulate(last - first for first, last in places)))

    @property
    def parcel(self) -> bool:
        return len(self.digits) in PARCEL_LENGTHS and self.digits.startswith("9")

    def cards(self, text: str) -> Iterator[tuple[int, int]]:
        first = 0
        while first < len(self.places):
            start = self.places[first][0]
            before = text[max(0, start - BEFORE) : start]
            last = next((last for last in self._lasts(first) if _is_card(self._between(first, last), before)), None)
            if last is not None:
                yield start, self.places[last][1]
            first = first + 1 if last is None else last + 1

    def _between(self, first: int, last: int) -> str:
        return self.digits[self.offsets[first] : self.offsets[last + 1]]

    def _lasts(self, first: int) -> list[int]:
        """The groups at which a card that begins at `first` may end, the farthest first."""
        start = self.offsets[first]
        near = range(first, min(first + LONGEST, len(self.places)))
        return [last for last in near if SHORTEST <= self.offsets[last + 1] - start <= LONGEST][::-1]


def cards(text: str) -> Iterator[Span]:
    """Numbers of payment cards: by issuer, length and check digit."""
    for found in RUN.finditer(text):
        run = Run.of(text, *found.span())
        if not run.parcel:
            yield from (span_of("CREDIT_CARD", text, start, end) for start, end in run.cards(text))


def accounts(text: str) -> Iterator[Span]:
    """Bank accounts: IBANs of a country's own length whose checksum holds."""
    place = 0
    while found := ACCOUNT.search(text, place):
        place = found.start() + 2
        # What follows the number may look like more of it: a country's numbers all have one length.
        places = [place for place in range(*found.span()) if text[place].isalnum()]
        length = _account_length(found[0][:2].upper())
        if 0 < length <= len(places) and _is_account("".join(text[place] for place in places[:length])):
            place = places[length - 1] + 1
            yield span_of("IBAN_CODE", text, found.start(), place)


def social_security(text: str) -> Iterator[Span]:
    """American social security numbers, written with separators or called by their name."""
    for found in SOCIAL.finditer(text):
        yield span_of("US_SSN", text, *found.span())
    for found in SOCIAL_NAMED.finditer(text):
        yield span_of("US_SSN", text, *found.span("number"))


def _is_card(digits: str, before: str) -> bool:
    if not ISSUED.match(digits) or not luhn.is_valid(digits):
        return False
    if MAJOR.fullmatch(digits):
        return True
    called = bool(SAYS_CARD.search(before))
    minor = bool(MINOR.fullmatch(digits)) and not (NO_CARD.search(before) or LETTERS.search(before))
    return minor or (called and bool(CALLED.fullmatch(digits)))


@cache
def _account_length(country: str) -> int:
    """Characters of an IBAN of this country; 0 when it has none."""
    [(_, known), *_] = numdb.get("iban").info(country) or [("", {})]
    return len(country) + 2 + sum(map(int, re.findall(r"\d+", known["bban"]))) if "bban" in known else 0


def _is_account(number: str) -> bool:
    return number.isascii() and bool(iban.is_valid(number, check_country=False))
