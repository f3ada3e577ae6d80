"""Personal data in a text: where it is, and the text without it.

Order numbers, parcel numbers, sums and dates are none. Names are none either: support answers people by name.
"""

from collections.abc import Collection, Iterator
from typing import Final

from mesh.personal._contacts import addresses, emails, phones
from mesh.personal._numbers import accounts, cards, social_security
from mesh.personal._secrets import secrets
from mesh.personal._span import Kind, Span

__all__ = ["NEVER_STORED", "Kind", "Span", "for_a_model", "for_storage", "kinds_in", "redacted", "spans"]

NEVER_STORED: Final[frozenset[Kind]] = frozenset({"CREDIT_CARD", "IBAN_CODE", "US_SSN", "SECRET"})
"""What the mesh has no use for, and what whoever steals a copy would."""

EVERYTHING: Final[frozenset[Kind]] = NEVER_STORED | {"EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS"}

INSTEAD: Final[dict[Kind, str]] = {
    "CREDIT_CARD": "[card ending {end}]",
    "IBAN_CODE": "[IBAN ending {end}]",
    "US_SSN": "[social security number]",
    "SECRET": "[secret removed]",
    "EMAIL_ADDRESS": "[e-mail address]",
    "PHONE_NUMBER": "[phone number]",
    "IP_ADDRESS": "[IP address]",
}

# The surest first: what was read as one thing is not read as another.
READERS: Final = (emails, accounts, cards, secrets, social_security, addresses, phones)


def spans(text: str) -> tuple[Span, ...]:
    """All personal data of the text, in its order; no two overlap."""
    found: list[Span] = []
    for read in READERS:
        found += [span for span in read(text) if not any(span.overlaps(other) for other in found)]
    return tuple(sorted(found, key=lambda span: span.start))


def kinds_in(text: str) -> tuple[Kind, ...]:
    """Which kinds the text holds; never their values."""
    return tuple(dict.fromkeys(span.kind for span in spans(text)))


def redacted(text: str, kinds: Collection[Kind] = EVERYTHING) -> str:
    """The text with a word in square brackets where such data was."""
    return "".join(_pieces(text, kinds))


def for_storage(text: str) -> str:
    """The text as it may be kept: e-mail addresses and telephone numbers are needed to help, card numbers are not."""
    return redacted(text, NEVER_STORED)


def for_a_model(text: str) -> str:
    """The text as it may be shown to a language model."""
    return redacted(text)


def _pieces(text: str, kinds: Collection[Kind]) -> Iterator[str]:
    place = 0
    for span in spans(text):
        if span.kind in kinds:
            yield text[place : span.start]
            yield INSTEAD[span.kind].format(end=span.ending)
            place = span.end
    yield text[place:]
