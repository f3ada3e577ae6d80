"""Where personal data lies in a text."""

from typing import Literal

from mesh.route import Wire

Kind = Literal["CREDIT_CARD", "IBAN_CODE", "US_SSN", "SECRET", "EMAIL_ADDRESS", "PHONE_NUMBER", "IP_ADDRESS"]

SHOWN = 4


class Span(Wire):
    """A piece of a text. The value is personal data: never log it."""

    kind: Kind
    start: int
    end: int
    value: str

    @property
    def ending(self) -> str:
        """The last four letters and digits: enough to recognise a card, useless to pay with."""
        return "".join(filter(str.isalnum, self.value))[-SHOWN:]

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


def span_of(kind: Kind, text: str, start: int, end: int) -> Span:
    return Span(kind=kind, start=start, end=end, value=text[start:end])
