"""What a piece of text has of an attempt to steer an assistant: signs that a sentence's meaning alone does not show."""

import itertools
import re
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from activities._understanding._signs import SIGNS

Numbers = NDArray[np.float32]

WORDS: Final = 4096
"""Places for words and pairs of words; the smaller, the more of them share one."""

WORD: Final = re.compile(r"[^\W_]+|[^\w\s]")
IDEOGRAM: Final = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")
SHOUTED: Final = re.compile(r"\b[A-Z]{3,}\b")


def signs(text: str) -> Numbers:
    """One number for each sign, whether it is there, and two for how the text looks."""
    words = text.split()
    seen = [float(bool(sign.search(text))) for sign in SIGNS]
    shouted = len(SHOUTED.findall(text)) / max(len(words), 1)
    strange = sum(not char.isalpha() and not char.isspace() for char in text) / max(len(text), 1)
    return np.array([*seen, min(shouted, 1.0), strange], np.float32)


def words(text: str) -> Numbers:
    """The words and pairs of neighbours, hashed; together of length 1."""
    found = WORD.findall(IDEOGRAM.sub(r" \1 ", text.lower()))
    counts = np.zeros(WORDS, np.float32)
    for gram in (*found, *(f"{left} {right}" for left, right in itertools.pairwise(found))):
        counts[zlib.crc32(gram.encode()) % WORDS] += 1
    counts = np.log1p(counts)
    length = float(np.linalg.norm(counts))
    return counts / length if length else counts
