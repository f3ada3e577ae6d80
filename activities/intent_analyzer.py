"""What does the customer want, and which orders, parcels and sums do they name?"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field

from activities._dialogue import in_context, leans
from activities._entities import Amount, Entities, entities_in
from activities._follow import Follow
from activities._gloss import gloss
from activities._intent_names import IntentName
from activities._joining import Said, joined
from activities._language import OURS, language_of
from activities._matters import clauses, matters
from activities._plain_text import squeezed
from activities._prompts import INTENT, read_part
from activities._safety import steers
from activities._session_context import conversation
from activities._together import Earlier, harmless, taken_over
from mesh.actor import actor
from mesh.bus import Bus
from mesh.llm import LLM
from mesh.personal import for_a_model
from mesh.protocol import Enrichment, Message
from mesh.route import Wire
from mesh.sessions import Session, Sessions
from mesh.settings import Settings
from mesh.store import History
from mesh.together import followed

__all__ = [
    "CLEAR", "Amount", "Entities", "Intent", "IntentAnswer", "IntentName", "OtherIntent", "clauses", "intent_analyzer",
    "understood",
]  # fmt: skip

CLEAR = 0.6
"""Below this confidence the customer is asked what they mean."""


class OtherIntent(Wire):
    """A further matter; `order_ids` are the orders that its own clause names."""

    intent: IntentName
    confidence: float = Field(ge=0, le=1)
    order_ids: tuple[str, ...] = ()


class Intent(Enrichment, slot="intent"):
    """What is wanted. `order_ids` are the orders of the main matter; all that are named when it is the only one.

    `language` is that of the session when the words do not show one, and empty when nothing does. `kindred` is how sure
    it is that this or something that is answered alike is wanted.
    """

    intent: IntentName
    confidence: float = Field(ge=0, le=1)
    secondary: tuple[OtherIntent, ...] = ()
    entities: Entities = Entities()
    source: Literal["patterns", "examples", "model"] = "examples"
    order_ids: tuple[str, ...] = ()
    follows: Follow | None = None
    together: tuple[Earlier, ...] = ()
    language: str = ""
    kindred: float = Field(default=0, ge=0, le=1)

    @property
    def clear(self) -> bool:
        """Whether it is known what to answer, even where two matters that are answered alike are hard to tell apart."""
        return max(self.confidence, self.kindred) >= CLEAR

    @property
    def wanted(self) -> tuple[IntentName, ...]:
        """Everything the customer asks for, the main matter first."""
        return (self.intent, *(other.intent for other in self.secondary if other.intent != self.intent))


class AnsweredMatter(Wire):
    intent: IntentName
    confidence: float = Field(ge=0, le=1)


class IntentAnswer(AnsweredMatter):
    """What a language model is asked for. Entities are never left to it."""

    secondary: tuple[AnsweredMatter, ...] = Field(default=(), max_length=3)


def understood(text: str, hint: str = "") -> Intent:
    """What the examples that we learned from make of a text; `hint` is the language of the session."""
    text, language = squeezed(text), language_of(text, hint)
    shown = language.code if language.confidence else ""
    if not language.spoken:
        return Intent(intent="out_of_scope", confidence=0, entities=entities_in(text), language=shown)
    entities = entities_in(gloss(text, language.code))
    main, *others = matters(text, entities.order_ids, language.code)
    secondary = tuple(
        OtherIntent(intent=other.intent, confidence=sure, order_ids=other.order_ids)
        for other in others
        if (sure := max(other.confidence, other.kindred)) >= CLEAR
    )
    return Intent(
        intent=main.intent,
        confidence=main.confidence,
        kindred=main.kindred,
        secondary=secondary,
        entities=entities,
        order_ids=main.order_ids if secondary else entities.order_ids,
        language=shown,
    )


def _merged(found: Intent, answer: IntentAnswer, llm: LLM) -> Intent:
    """The model's intents, each with the orders that stand beside it, when it is surer than we are."""
    sure = llm.trusted(answer.confidence)
    if sure <= found.confidence:
        return found
    beside = {found.intent: found.order_ids} | {other.intent: other.order_ids for other in found.secondary}
    others = {
        other.intent: llm.trusted(other.confidence) for other in answer.secondary if other.intent != answer.intent
    }
    further = {name: other for name, other in others.items() if other >= CLEAR}
    return Intent(
        intent=answer.intent,
        confidence=round(sure, 3),
        secondary=tuple(
            OtherIntent(intent=name, confidence=round(other, 3), order_ids=beside.get(name, ()))
            for name, other in further.items()
        ),
        entities=found.entities,
        source="model",
        language=found.language,
        order_ids=beside.get(answer.intent, ()) if further else found.entities.order_ids,
    )


@actor("intent_analyzer", timeout=timedelta(seconds=10), rides=True, prepare=lambda: understood("Where is my order?"))
async def intent_analyzer(  # noqa: PLR0913 - what the meaning of a message may hang on
    message: Message, *, llm: LLM, sessions: Sessions, history: History, settings: Settings, bus: Bus
) -> Intent:
    text = message.payload.customer_message
    by_itself = understood(text)
    session = await conversation(message, sessions, history, needed=leans(by_itself, text))
    found = _in_its_language(text, by_itself, session)
    own = Said(text, await _believed(found, text, llm))
    valid = timedelta(seconds=settings.confirmation_ttl)

    def read(said: Said, before: Session | None) -> Intent:
        words = gloss(squeezed(said.text), said.found.language or OURS)
        return in_context(said.found, words, before, now=datetime.now(UTC), valid=valid)

    def willing(earlier: str) -> bool:
        other = read(Said(earlier, _heard(earlier, session)), session)
        spoken = {other.language, found.language} - {""}
        return other.follows is None and len(spoken) <= 1 and _shares(earlier, other)

    alone = read(own, session)
    answers = alone.follows is not None and session is not None and session.state.pending is not None
    if not followed(message) or answers or not _shares(text, alone):
        return alone
    earlier = await taken_over(message, bus=bus, history=history, willing=willing)
    if not earlier:
        return alone
    whole = joined([*(Said(one.text, _heard(one.text, session)) for one in earlier), own], message, session, read)
    together = tuple(one.model_copy(update={"dropped": place < whole.since}) for place, one in enumerate(earlier))
    return whole.intent.model_copy(update={"together": together})


def _heard(text: str, session: Session | None) -> Intent:
    return _in_its_language(text, understood(text), session)


def _in_its_language(text: str, found: Intent, session: Session | None) -> Intent:
    """What a text says by itself. Only the session tells how to read one that shows no language."""
    hint = session.state.language if session else ""
    if hint and (code := language_of(text, hint).code) != found.language:
        return understood(text, code).model_copy(update={"language": code})
    return found


def _shares(text: str, found: Intent) -> bool:
    """Whether a message may be answered together with another."""
    return "human_agent_request" not in found.wanted and harmless(text)


async def _believed(found: Intent, text: str, llm: LLM) -> Intent:
    """What we understood, or what a model did if it is surer."""
    # A model that cannot be surer, whatever it says, is not asked.
    if not llm.configured or found.confidence >= llm.trusted(1.0) or await asyncio.to_thread(steers, text):
        return found
    answer = await llm.ask(IntentAnswer, prompt=INTENT, text=read_part(for_a_model(text)))
    return _merged(found, answer, llm) if answer else found
