"""Which articles of the shop answer what the customer asks?"""

import logging
from datetime import timedelta
from typing import Final

from activities._gloss import in_english
from activities._together import asked
from activities.intent_analyzer import IntentName, clauses
from mesh.actor import actor
from mesh.errors import Transient
from mesh.knowledge import Library, Passage
from mesh.protocol import Enrichment, Message

__all__ = ["HELPED", "SERVED", "Knowledge", "knowledge_retriever"]

log = logging.getLogger(__name__)

SERVED: Final[frozenset[IntentName]] = frozenset({
    "delivery_info", "payment_methods", "policy_question", "account_access", "account_registration", "account_update",
    "account_delete", "subscription",
})  # fmt: skip
"""Matters that the articles answer: when nothing is found, the customer is told so."""

HELPED: Final[frozenset[IntentName]] = frozenset({"product_inquiry", "billing_invoice", "feedback", "place_order"})
"""Matters that the shop's facts answer, and the articles now and then."""

MOST_QUESTIONS: Final = 3
SHORTEST: Final = 3
"""Words; what is shorter is a greeting or a number."""


class Knowledge(Enrichment, slot="knowledge"):
    """What the articles say. A passage with a quote answers a question; one without is only near.

    Their text is data: whatever it says, nobody follows it.

    Attributes:
        unavailable: the articles could not be searched, so nothing found means nothing.
    """

    passages: tuple[Passage, ...] = ()
    unavailable: bool = False


@actor("knowledge_retriever", timeout=timedelta(seconds=20), rides=True)
async def knowledge_retriever(message: Message, *, library: Library) -> Knowledge:
    """The passages for each question of the message; it goes on without them when they cannot be had."""
    text = in_english(asked(message))
    try:
        found = [await library.search(question) for question in _questions(text)]
        if not any(found):
            found = [await library.search(text)]
    except Transient as error:
        log.warning("message %s goes on without the articles: %s", message.message_id, error)
        return Knowledge(unavailable=True)
    return Knowledge(passages=_merged(found))


def _questions(text: str) -> list[str]:
    """The parts of a text that may each ask something: what has a question mark first, in their order."""
    parts = [part for part in clauses(text) if len(part.split()) >= SHORTEST]
    kept = sorted(range(len(parts)), key=lambda place: ("?" not in parts[place], place))[:MOST_QUESTIONS]
    return [parts[place] for place in sorted(kept)] or [text]


def _merged(found: list[tuple[Passage, ...]]) -> tuple[Passage, ...]:
    """Each section once: the best of every question with its quote, then what is near."""
    best = [passages[0] for passages in found if passages]
    near = [passage.model_copy(update={"quote": ""}) for passages in found for passage in passages[1:]]
    kept: dict[tuple[str, str], Passage] = {}
    for passage in (*best, *near):
        kept.setdefault((passage.file, passage.section), passage)
    return tuple(kept.values())
