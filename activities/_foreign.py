"""What a clause in German, Spanish or French wants."""

import re
from typing import Final

import numpy as np

from activities._gloss import gloss
from activities._language import OURS
from activities._understanding.heads import Row, head, softmax
from activities._understanding.pieces import pieces
from activities._understanding.spelling import folded

TRUST: Final = 0.6
"""The part of the English head, which reads the glossed text, in the result; the rest is that of the pieces."""

BREAKS: Final = {
    "de": r"(?:und\s+)?(?:außerdem|ausserdem|zusätzlich|auch noch)\b"
    r"|und\s+(?=(?:ich|wir|wo|wann|wie|was|warum|können|bitte)\b)",
    "es": r"(?:y\s+)?(?:además|ademas|también|tambien)\b"
    r"|y\s+(?=(?:quiero|quisiera|necesito|dónde|donde|cuándo|cuando|cómo|como|qué|por favor|pueden|puede)\b)",
    "fr": r"(?:et\s+)?(?:aussi|également|egalement|de plus)\b"
    r"|et\s+(?=(?:je|j'|où|ou|quand|comment|pourquoi|pouvez|puis)\b)",
}
"""What joins two clauses, by language."""


def parted(text: str, language: str) -> list[str]:
    """The clauses of a text."""
    ends = r"(?<=[!?])\s+|(?<!\bnr\.)(?<!\bno\.)(?<=\.)\s+|[;\n]+"
    found = re.split(rf"{ends}|,?\s+(?:{BREAKS[language]})[,:]?\s*", text, flags=re.IGNORECASE)
    return [part for part in found if part]


def probabilities(text: str, language: str) -> Row:
    """How sure each intent is, in the order of the English head's labels."""
    english = head("intent_en")
    if language == OURS:
        return english.probabilities(text)
    reader = pieces(f"intent_{language}")
    assert reader.labels == english.labels  # noqa: S101 - they were trained on the same labels
    read = softmax(reader.scores(folded(text, language)))
    return mixed(english.probabilities(gloss(text, language)), read, reader.temperature)


def mixed(glossed: Row, read: Row, temperature: float) -> Row:
    """What both readers make of a text together."""
    return softmax((TRUST * np.log(glossed + 1e-6) + (1 - TRUST) * np.log(read + 1e-6)) / temperature)


def foreign_intent(text: str, language: str) -> tuple[str, float, tuple[tuple[str, float], ...]]:
    """The likeliest intent, how sure it is, and the others with theirs, surest first."""
    labels, sure = head("intent_en").labels, probabilities(text, language)
    ranked = [(labels[place], round(float(sure[place]), 3)) for place in np.argsort(-sure)]
    return *ranked[0], tuple(ranked[1:])
