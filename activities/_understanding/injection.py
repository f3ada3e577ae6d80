"""Does a text try to steer the assistant, or ask it for harm? A score from 0 to 1, by what is learnt from examples."""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from activities._understanding._traits import Numbers, signs, words
from mesh.embedding import embedder

WEIGHTS: Final = Path(__file__).with_name("injection.npz")
LIKELY: Final = 0.5
"""From here on a text is more likely an attempt than not."""

WINDOW: Final = 30
"""Words that are read together: one sentence of an attempt must not drown in a page of harmless ones."""

KEPT: Final = 256
BREAK: Final = re.compile(r"(?<=[.!?:;\u3002\uff01\uff1f])\s+|\n+")
# An unbroken run of characters is no word: what is hidden in one must be read in pieces too.
LONGEST_WORD: Final = 200


@lru_cache(KEPT)
def injection(text: str) -> float:
    """How much the worst part of the text looks like an attempt; 3 to 10 ms for each thirty words."""
    weights, bias = _learnt()
    worst = max(float(traits(part) @ weights) + bias for part in windows(text))
    return round(float(1 / (1 + np.exp(-worst))), 4)


def traits(text: str) -> Numbers:
    """What is weighed: the meaning, the signs, the words."""
    return np.concatenate([embedder().vector(text), SIGNS_COUNT * signs(text), WORDS_COUNT * words(text)])


SIGNS_COUNT: Final = np.float32(0.7)
WORDS_COUNT: Final = np.float32(0.7)
"""How much signs and words count beside the meaning, before anything is learnt: the best of what was tried."""


def windows(text: str) -> list[str]:
    """The text, and its sentences put together to windows when it is longer than one."""
    found: list[str] = []
    kept: list[str] = []
    for part in _parts(text):
        if kept and len(kept) + len(part) > WINDOW:
            found.append(" ".join(kept))
            kept = []
        kept += part
    found.append(" ".join(kept))
    return found if len(found) == 1 else [text.strip(), *found]


def _parts(text: str) -> list[list[str]]:
    """Sentences as words; those that are longer than a window in pieces."""
    spelt = [_pieces(sentence) for sentence in BREAK.split(text.strip())]
    return [said[place : place + WINDOW] for said in spelt for place in range(0, len(said), WINDOW)]


def _pieces(sentence: str) -> list[str]:
    return [word[at : at + LONGEST_WORD] for word in sentence.split() for at in range(0, len(word), LONGEST_WORD)]


@cache
def _learnt() -> tuple[Numbers, float]:
    with np.load(WEIGHTS) as kept:
        return kept["weights"].astype(np.float32), float(kept["bias"])
