"""How does the customer feel, and how fast must we act?"""

import asyncio
from datetime import timedelta

from pydantic import Field

from activities import _sentiment_rules as rules
from activities._feeling import Feeling, mood, scored
from activities._gloss import in_english
from activities._plain_text import squeezed
from activities._prompts import SENTIMENT, read_part
from activities._safety import Safety, safety_of
from activities._sentiment_rules import Signal, Urgency
from mesh.actor import actor
from mesh.llm import LLM
from mesh.personal import for_a_model
from mesh.protocol import Enrichment, Message
from mesh.route import Wire

__all__ = ["Sentiment", "SentimentAnswer", "Signal", "Urgency", "felt", "sentiment_analyzer"]

UPSET_TO = -0.55
SURELY_UPSET = 0.8
CERTAIN = 0.95
ALARMING = 0.6
"""How sure a model must be on our terms: an alarm that it doubts itself is none."""


class Sentiment(Enrichment, slot="sentiment"):
    sentiment: Feeling
    confidence: float = Field(ge=0, le=1)
    score: float = Field(default=0.0, ge=-1, le=1)
    urgency: Urgency
    is_complaint: bool = False
    escalation_signals: tuple[Signal, ...] = ()


class SentimentAnswer(Wire):
    """What a language model is asked for. `score` runs from -1 (furious) to 1 (delighted)."""

    sentiment: Feeling
    confidence: float = Field(ge=0, le=1)
    score: float = Field(ge=-1, le=1)
    urgency: Urgency
    is_complaint: bool = False
    # Bounded: a small model that has named fraud once goes on naming it.
    escalation_signals: tuple[Signal, ...] = Field(default=(), max_length=4)


def _urgency(text: str, score: float, problems: int, signals: tuple[Signal, ...]) -> Urgency:
    mood: Urgency = "medium" if score <= UPSET_TO else "low"
    trouble: Urgency = "medium" if problems else "low"
    if problems > 1 or rules.HIGH_SIGNALS.intersection(signals):
        trouble = "high"
    pressed = rules.higher(trouble, rules.pressure(text))
    return rules.higher(mood, rules.raised(pressed) if rules.shouts(text) else pressed)


def felt(text: str) -> Sentiment:
    """What is learned, and the rules for alarms, make of a text."""
    text = squeezed(text)
    problems, signals = rules.problems_in(text), rules.signals_in(text)
    alarmed = bool(rules.CRITICAL_SIGNALS.intersection(signals)) or rules.says(rules.CRITICAL_WORDS, text)
    feeling, sure, score = mood(text)
    if alarmed:
        feeling, sure, score = "NEGATIVE", CERTAIN, scored(text, "NEGATIVE")
    upset = score <= UPSET_TO or (feeling == "NEGATIVE" and sure >= SURELY_UPSET)
    aggrieved = bool(problems) or rules.says(rules.GRIEVANCE, text) or "formal_complaint" in signals
    return Sentiment(
        sentiment=feeling,
        confidence=sure,
        score=score,
        urgency="critical" if alarmed else _urgency(text, score, problems, signals),
        is_complaint=alarmed or upset or (aggrieved and feeling != "POSITIVE"),
        escalation_signals=signals,
    )


def _merged(found: Sentiment, answer: SentimentAnswer, llm: LLM) -> Sentiment:
    """The feeling of whoever is surer; urgency and signals only grow, so that no text can talk an alarm away.

    A model's score is drawn towards nothing as its sureness is: small ones find every second customer furious.
    """
    sure = round(llm.trusted(answer.confidence), 3)
    surer = sure > found.confidence
    raised = answer.escalation_signals if sure >= ALARMING else ()
    signals = dict.fromkeys((*found.escalation_signals, *raised))
    alarm: Urgency = "critical" if rules.CRITICAL_SIGNALS.intersection(signals) else "low"
    return Sentiment(
        sentiment=answer.sentiment if surer else found.sentiment,
        confidence=sure if surer else found.confidence,
        score=round(answer.score * sure, 3) if surer else found.score,
        urgency=rules.higher(found.urgency, answer.urgency if surer else "low", alarm),
        is_complaint=found.is_complaint or answer.is_complaint,
        escalation_signals=tuple(signals),
    )


def _plainly_calm(found: Sentiment, llm: LLM) -> bool:
    """No model could be surer, whatever it said, and nothing in the words calls for a second look at alarms."""
    return found.sentiment != "NEGATIVE" and found.urgency == "low" and found.confidence >= llm.trusted(1.0)


def _ready() -> None:
    felt(in_english("Thank you, it is fine."))
    safety_of("Thank you, it is fine.")


@actor("sentiment_analyzer", timeout=timedelta(seconds=10), rides=True, prepare=_ready)
async def sentiment_analyzer(message: Message, *, llm: LLM) -> tuple[Sentiment, Safety]:
    text = message.payload.customer_message
    # In a thread: a long text takes some tenths of a second.
    found = await asyncio.to_thread(lambda: felt(in_english(text)))
    safety = await asyncio.to_thread(safety_of, text)
    if not llm.configured or safety.steering or _plainly_calm(found, llm):
        return found, safety
    answer = await llm.ask(SentimentAnswer, prompt=SENTIMENT, text=read_part(for_a_model(text)))
    return _merged(found, answer, llm) if answer else found, safety
