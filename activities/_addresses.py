"""A postal address in a customer's words: street with number, postal code, city."""

import re
from typing import Final

from activities._plain_text import squeezed
from mesh.shop import Address

LETTERS: Final = r"[^\W\d_][\w'\u2019-]*"
WORDS: Final = rf"{LETTERS}\.?(?:[ ]{LETTERS}\.?){{0,3}}"
STREET: Final = rf"(?P<street>\d{{1,5}}[A-Za-z]?[ ]{WORDS}|{WORDS}[ ]\d{{1,4}}[ ]?[a-zA-Z]?)"
UNIT: Final = r"(?:,?[ ](?P<unit>(?:apt|apartment|suite|unit|flat|floor)\.?[ ]?\w{1,6}))?"
# A town's name ends as early as it can: "Berlin instead" is a town and a wish.
TOWN: Final = rf"(?:St\.[ ])?{LETTERS}(?:[ ]{LETTERS}){{0,3}}?"
CITY: Final = rf"(?P<city>{TOWN})"
COUNTRY: Final = rf"(?:,[ ](?P<country>{TOWN}))?"
EUROPEAN: Final = r"(?:[A-Z]{1,2}-)?\d{4,5}|\d{3}[ ]\d{2}|\d{4}[ ][A-Z]{2}|\d{4}-\d{3}"
AMERICAN: Final = r"[A-Z]{2}[ ]\d{5}(?:-\d{4})?|\d{5}(?:-\d{4})?"
BRITISH_OR_IRISH: Final = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}|[A-Z]\d[\dW][ ]?[A-Z\d]{4}"
END: Final = r"(?=\s*(?:[.;!?\n]|$|,?[ ](?:please|pls|plz|thanks|thank|thx|instead|and|because|as|since|by|before)\b))"
LEAD: Final = r"(?:\b(?:to|is|at|it's|its|use|take|address|namely)[: ]\s*|\baddress,[ ]|[:\n]\s*|^\s*)"

_FORMS: Final = (
    # 5 Harbour Lane, 20457 Hamburg
    rf"{STREET}{UNIT},?\s(?P<code>{EUROPEAN})[ ]{CITY}{COUNTRY}",
    # 12 Main Street, Springfield, IL 62704
    rf"{STREET}{UNIT},\s{CITY},?[ ](?P<code>{AMERICAN}){COUNTRY}",
    # 10 Baker Street, London NW1 6XE
    rf"{STREET}{UNIT},\s{CITY},?[ ](?P<code>{BRITISH_OR_IRISH}){COUNTRY}",
)
FORMS: Final = tuple(re.compile(LEAD + form + END, re.IGNORECASE) for form in _FORMS)


CITIES: Final = {
    "amsterdam": "NL", "athens": "GR", "barcelona": "ES", "berlin": "DE", "bern": "CH", "brussels": "BE",
    "budapest": "HU", "cologne": "DE", "copenhagen": "DK", "dublin": "IE", "frankfurt": "DE", "geneva": "CH",
    "hamburg": "DE", "helsinki": "FI", "lisbon": "PT", "london": "GB", "lyon": "FR", "madrid": "ES", "milan": "IT",
    "munich": "DE", "oslo": "NO", "paris": "FR", "prague": "CZ", "rome": "IT", "rotterdam": "NL", "stockholm": "SE",
    "stuttgart": "DE", "vienna": "AT", "warsaw": "PL", "zurich": "CH",
}  # fmt: skip
"""Towns that customers name without their country."""


def address_in(text: str, known: Address | None = None) -> Address | None:
    """The address that the text names.

    Its country is the named one, else that of a large town, else that of the `known` address when the postal
    codes look alike. None when one part of it cannot be told.
    """
    # On long runs of blanks the forms would be slow.
    plain = squeezed(text)
    for form in FORMS:
        if found := form.search(plain):
            part = found.groupdict()
            # "deliver to Mill Lane 21" at the start of a text: the verb is no part of the street.
            first = re.split(r"\b(?:to|at|is)\s", part["street"])[-1]
            code, city = part["code"].upper(), part["city"]
            country = part["country"] or CITIES.get(city.lower()) or _alike(code, known)
            street = ", ".join(filter(None, (first, part["unit"])))
            return Address(street=street, city=city, postal_code=code, country=country) if country else None
    return None


def _alike(code: str, known: Address | None) -> str:
    return known.country if known and _shape(code) == _shape(known.postal_code) else ""


def _shape(code: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", code.upper()))
