"""The mood of a text: what is learned from examples, beside a lexicon of words and their weights."""

import re
from functools import cache
from typing import Final, Literal, NamedTuple, cast

import numpy as np
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from activities._mood_words import MOOD_WORDS
from activities._sentiment_rules import SHOP_WORDS
from activities._understanding.heads import Row, head
from mesh.embedding import embedder

Feeling = Literal["NEGATIVE", "NEUTRAL", "POSITIVE"]

POSITIVE_FROM: Final = 0.4
NEGATIVE_TO: Final = -0.1
RANGES: Final[dict[Feeling, tuple[float, float]]] = {
    "NEGATIVE": (-1.0, NEGATIVE_TO),
    "NEUTRAL": (NEGATIVE_TO, POSITIVE_FROM),
    "POSITIVE": (POSITIVE_FROM, 1.0),
}
"""Where the score of a feeling lies: a reader of both must not find them at odds."""

READ_UP_TO: Final = 4000
"""Characters that the lexicon reads; the mood of a longer text is clear by then."""

MOST_PARTS: Final = 24
FEW: Final = 3
"""More of a sign than this say nothing new."""

LONG: Final = 40
"""Words."""

_PARTS = re.compile(r"[.!?;]+|,\s|\b(?:but|however|although|though|yet)\b", re.IGNORECASE)
_NEGATIONS = re.compile(
    r"\b(?:not?|never|nothing|nobody|none|nor|neither|without|hardly|barely|cannot|\w+n't)\b", re.IGNORECASE
)
_SIGNS = (
    re.compile(r"\?\s*$"),
    re.compile(r"\?"),
    re.compile(r"\b(?:but|however|although|though|yet|except|unfortunately|sadly)\b", re.IGNORECASE),
    re.compile(r"\b[A-Z]{3,}\b"),
    re.compile(
        r"^\s*(?:what|where|when|how|who|which|is|are|do|does|did|can|could|would|will|should|may)\b", re.IGNORECASE
    ),
    re.compile(r"\bhttps?:"),
    re.compile(r"\b(?:if|would|should|could|might|may)\b", re.IGNORECASE),
)


class Mood(NamedTuple):
    """How sure the likeliest feeling is (0 to 1), and the score from -1 (furious) to 1 (delighted)."""

    feeling: Feeling
    confidence: float
    score: float


def mood(text: str) -> Mood:
    sure = head("sentiment").judged(text, embedder().vector(text), traits(text))
    feeling = cast("Feeling", head("sentiment").labels[int(sure.argmax())].upper())
    return Mood(feeling, round(float(sure.max()), 3), scored(text, feeling))


def scored(text: str, feeling: Feeling) -> float:
    """What the lexicon says of a text that feels like this."""
    lowest, highest = RANGES[feeling]
    return max(lowest, min(highest, _weighed(text)[0]))


def traits(text: str) -> Row:
    """What the embedding misses: the weights of words, in all and in the parts of the text, and signs of form."""
    return np.array([*_moods(text), *_signs(text)], np.float32)


def _moods(text: str) -> tuple[float, ...]:
    whole, good, bad, plain = _weighed(text)
    if whole == 0 and good == bad == 0:
        return (0.0, 0.0, 0.0, plain, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    said = (part for part in _PARTS.split(text[:READ_UP_TO], MOST_PARTS) if part.strip())
    parts = [_weighed(part)[0] for part in said] or [whole]
    return (whole, good, bad, plain, max(parts), min(parts), parts[-1], parts[0], max(0.0, whole), abs(whole))


def _signs(text: str) -> tuple[float, ...]:
    negations = len(_NEGATIONS.findall(text[:READ_UP_TO]))
    found = (float(bool(sign.search(text))) for sign in _SIGNS)
    words = len(text.split())
    return (min(FEW, negations) / FEW, min(FEW, text.count("!")) / FEW, *found, min(LONG, words) / LONG)


def _weighed(text: str) -> tuple[float, float, float, float]:
    """The lexicon's verdict, from -1 to 1, and the parts of good, bad and plain words."""
    found = _lexicon().polarity_scores(text[:READ_UP_TO])
    verdict = max(-1.0, min(1.0, float(found["compound"])))
    return verdict, float(found["pos"]), float(found["neg"]), float(found["neu"])


@cache
def _lexicon() -> SentimentIntensityAnalyzer:
    reader = SentimentIntensityAnalyzer()
    reader.lexicon = MOOD_WORDS | reader.lexicon | SHOP_WORDS
    return reader
