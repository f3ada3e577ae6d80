"""How does the customer feel, and how fast must we act?"""

import asyncio
from datetime import timedelta
from functools import cache
from typing import Literal

from pydantic import Field
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from activities import _sentiment_rules as rules
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

Feeling = Literal["NEGATIVE", "NEUTRAL", "POSITIVE"]

POSITIVE_FROM = 0.4
NEGATIVE_TO = -0.1
UPSET_TO = -0.55
CERTAIN = 0.95
READ_UP_TO = 4000
"""Characters that the lexicon reads; the mood of a longer text is clear by then. The rules read all of it."""


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
    escalation_signals: tuple[Signal, ...] = ()


@cache
def _lexicon() -> SentimentIntensityAnalyzer:
    reader = SentimentIntensityAnalyzer()
    reader.lexicon.update(rules.SHOP_WORDS)
    return reader


def _score(text: str) -> float:
    return max(-1.0, min(1.0, float(_lexicon().polarity_scores(text[:READ_UP_TO])["compound"])))


def _feeling(score: float, *, alarmed: bool) -> Feeling:
    if alarmed or score <= NEGATIVE_TO:
        return "NEGATIVE"
    return "POSITIVE" if score >= POSITIVE_FROM else "NEUTRAL"


def _urgency(text: str, score: float, problems: int, signals: tuple[Signal, ...]) -> Urgency:
    mood: Urgency = "medium" if score <= UPSET_TO else "low"
    trouble: Urgency = "medium" if problems else "low"
    if problems > 1 or rules.HIGH_SIGNALS.intersection(signals):
        trouble = "high"
    pressed = rules.higher(trouble, rules.pressure(text))
    return rules.higher(mood, rules.raised(pressed) if rules.shouts(text) else pressed)


def felt(text: str) -> Sentiment:
    """What lexicon and rules make of a text."""
    text = squeezed(text)
    score, problems, signals = _score(text), rules.problems_in(text), rules.signals_in(text)
    alarmed = bool(rules.CRITICAL_SIGNALS.intersection(signals)) or rules.says(rules.CRITICAL_WORDS, text)
    feeling = _feeling(score, alarmed=alarmed)
    aggrieved = bool(problems) or rules.says(rules.GRIEVANCE, text) or "formal_complaint" in signals
    return Sentiment(
        sentiment=feeling,
        confidence=CERTAIN if alarmed else _confidence(feeling, score),
        score=min(score, NEGATIVE_TO) if alarmed else score,
        urgency="critical" if alarmed else _urgency(text, score, problems, signals),
        is_complaint=alarmed or (aggrieved and feeling != "POSITIVE") or score <= UPSET_TO,
        escalation_signals=signals,
    )


def _confidence(feeling: Feeling, score: float) -> float:
    sure = 0.75 - abs(score) / 2 if feeling == "NEUTRAL" else 0.5 + 0.4 * abs(score)
    return round(sure, 2)


def _merged(found: Sentiment, answer: SentimentAnswer, llm: LLM) -> Sentiment:
    """The feeling of whoever is surer; urgency and signals only grow, so that no text can talk an alarm away."""
    sure = round(llm.trusted(answer.confidence), 3)
    surer = sure > found.confidence
    signals = dict.fromkeys((*found.escalation_signals, *answer.escalation_signals))
    alarm: Urgency = "critical" if rules.CRITICAL_SIGNALS.intersection(signals) else "low"
    return Sentiment(
        sentiment=answer.sentiment if surer else found.sentiment,
        confidence=sure if surer else found.confidence,
        score=answer.score if surer else found.score,
        urgency=rules.higher(found.urgency, answer.urgency, alarm),
        is_complaint=found.is_complaint or answer.is_complaint,
        escalation_signals=tuple(signals),
    )


@actor("sentiment_analyzer", timeout=timedelta(seconds=10))
async def sentiment_analyzer(message: Message, *, llm: LLM) -> tuple[Sentiment, Safety]:
    text = message.payload.customer_message
    found = felt(in_english(text))
    # In a thread: a long text takes some tenths of a second.
    safety = await asyncio.to_thread(safety_of, text)
    if not llm.configured or safety.steering:
        return found, safety
    answer = await llm.ask(SentimentAnswer, prompt=SENTIMENT, text=read_part(for_a_model(text)))
    return _merged(found, answer, llm) if answer else found, safety
