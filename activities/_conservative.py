"""A text without the sentences that a check would object to."""

import re
from typing import Final

from activities._guardrails import objections
from activities._known import Known
from mesh.protocol import Message

SENTENCES: Final = re.compile(r"(?<=[.!?])\s+")


def cleared(text: str, message: Message) -> str:
    known = Known.of(message)
    paragraphs = (_cleared(paragraph, known) for paragraph in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(paragraphs)).strip()


def _cleared(paragraph: str, known: Known) -> str:
    if not paragraph:
        return ""
    return " ".join(sentence for sentence in SENTENCES.split(paragraph) if not objections(sentence, known))
