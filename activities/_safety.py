"""May a text be trusted with a model and with deeds? Filled beside the feelings, read by the router and the reply."""

from typing import Final

from pydantic import Field

from activities._understanding.injection import injection
from mesh.personal import kinds_in
from mesh.protocol import Enrichment

ATTEMPT: Final = 0.8
"""Score from which a text is treated as an attempt. Above the point where it is merely likely: a customer who is taken
for an attacker gets an answer without deeds, and that is worse than a model that reads an attempt."""


class Safety(Enrichment, slot="safety"):
    """How much the text looks like an attempt to steer us, and which kinds of personal data it holds; no values."""

    injection: float = Field(ge=0, le=1)
    personal: tuple[str, ...] = ()

    @property
    def steering(self) -> bool:
        return self.injection >= ATTEMPT


def safety_of(text: str) -> Safety:
    return Safety(injection=injection(text), personal=kinds_in(text))


def steers(text: str) -> bool:
    """Whether this text is to be kept from models, and moves us to nothing."""
    return injection(text) >= ATTEMPT
