"""Learned classifiers that read pieces of words alone: for languages that the embedding does not know."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from activities._understanding.heads import HERE, Row, Small, softmax, weighted
from activities._understanding.ngrams import SIZE


@dataclass(frozen=True)
class Pieces:
    """A softmax over the n-grams of a text.

    Attributes:
        weights: (65,536, labels); `rarity` and `bias` as those of a `Head`.
        temperature: what the scores are divided by, so that the probabilities are as sure as they are right.
    """

    labels: tuple[str, ...]
    weights: Small
    rarity: Row
    bias: Row
    temperature: float

    def probabilities(self, text: str) -> Row:
        """How sure each label is: (labels,), together 1."""
        return softmax(self.scores(text) / self.temperature)

    def scores(self, text: str) -> Row:
        places, values = weighted(text, self.rarity)
        found: Row = values @ self.weights.rows(places) + self.bias
        return found

    def save(self, file: Path) -> None:
        np.savez_compressed(
            file,
            labels=np.array(self.labels),
            weights=self.weights.values,
            scale=np.float64(self.weights.scale),
            rarity=self.rarity.astype(np.float16),
            bias=self.bias,
            temperature=np.float64(self.temperature),
        )

    @classmethod
    def load(cls, file: Path) -> "Pieces":
        with np.load(file) as kept:
            return cls(
                labels=tuple(map(str, kept["labels"])),
                weights=Small(kept["weights"], float(kept["scale"])),
                rarity=kept["rarity"].astype(np.float32),
                bias=kept["bias"].astype(np.float32),
                temperature=float(kept["temperature"]),
            )


@cache
def pieces(name: str) -> Pieces:
    """The trained classifier of this name, read once."""
    found = Pieces.load(HERE / f"{name}.npz")
    assert found.weights.values.shape[0] == SIZE  # noqa: S101 - one that was trained for other n-grams
    return found
