"""Words and pieces of words as numbers: what sentence embeddings miss in misspelt and telegraphic texts."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from activities._plain_text import normal

BUCKETS: Final = 1 << 15
"""For pieces; as many again, behind them, for words."""

SIZE: Final = 2 * BUCKETS
SHORTEST, LONGEST = 3, 5
KEPT: Final = 256
"""Texts whose n-grams are kept: intent and mood are read from the same."""

READ_UP_TO: Final = 2000
"""Characters; what is wanted has been said by then."""

_WORD = re.compile(r"\w+")

Places = NDArray[np.int64]
Values = NDArray[np.float32]


@lru_cache(KEPT)
def counted(text: str) -> tuple[Places, Values]:
    """The n-grams of a text: where each is counted, in 0 … `SIZE`, and 1 + ln(how often).

    Pieces of 3 to 5 characters within words (a word begins and ends with a space), and one or two words in a row, each
    put into a bucket by its CRC-32.
    """
    words = _WORD.findall(normal(text[:READ_UP_TO]))
    found = Counter(_place(piece, 0) for piece in _pieces(words))
    found.update(_place(words_, BUCKETS) for words_ in _runs(words))
    places = np.fromiter(found.keys(), np.int64, len(found))
    values = np.fromiter((1 + math.log(often) for often in found.values()), np.float32, len(found))
    places.flags.writeable = values.flags.writeable = False
    return places, values


def _place(piece: str, offset: int) -> int:
    return offset + zlib.crc32(piece.encode()) % BUCKETS


def _pieces(words: list[str]) -> Iterator[str]:
    for word in words:
        framed = f" {word} "
        for length in range(SHORTEST, LONGEST + 1):
            for start in range(max(1, len(framed) - length + 1)):
                yield framed[start : start + length]


def _runs(words: list[str]) -> Iterator[str]:
    yield from words
    yield from map(" ".join, pairwise(words))
