"""What a reply quotes from the shop's articles, and how it names its sources."""

from typing import Final

from activities._case import Case
from activities._language import OURS
from activities._reply import MAX_REPLY, Response
from activities._words import render
from activities.intent_analyzer import IntentName
from activities.knowledge_retriever import HELPED, SERVED
from mesh.knowledge import Passage
from mesh.replies import Source

SURE: Final = 0.8
"""Score from which a passage may stand beside facts of the shop, or answer what is no matter of its topics."""


def quotes_for(case: Case, intent: IntentName) -> tuple[str, ...]:
    """The words of the articles that belong to this matter."""
    return tuple(passage.quote for passage in _passages(case, intent))


def sources_in(text: str, case: Case) -> tuple[Source, ...]:
    """The articles whose words stand in this text."""
    passages = case.knowledge.passages if case.knowledge else ()
    return tuple(
        Source(title=passage.title, section=passage.section)
        for passage in passages
        if passage.quote and passage.quote in text
    )


def with_sources(response: Response, language: str = OURS) -> Response:
    """The reply with a last paragraph that names its sources, where there is room for it."""
    if not response.sources or response.author == "human":
        return response
    line = f"\n\n{render('sources', language=language, sources=response.sources)}"
    if response.text.endswith(line) or len(response.text) + len(line) > MAX_REPLY:
        return response
    return response.model_copy(update={"text": response.text + line})


def _passages(case: Case, intent: IntentName) -> list[Passage]:
    found = [passage for passage in case.knowledge.passages if passage.quote] if case.knowledge else []
    own = [passage for passage in found if intent in passage.topics]
    if intent in HELPED:
        return [passage for passage in own if passage.score >= SURE]
    wanted = case.intent.wanted if case.intent else ()
    served = [name for name in wanted if name in SERVED]
    if served[:1] != [intent]:
        return own if intent in SERVED else []
    # The first of these matters also gets what no other one claims.
    free = [passage for passage in found if not set(wanted).intersection(passage.topics)]
    return [*own, *(passage for passage in free if passage.score >= SURE)] or free
