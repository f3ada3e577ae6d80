"""Learned classifiers: a softmax over embedding and n-grams, and the votes of the nearest examples."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from activities._understanding.ngrams import BUCKETS, SIZE, Places, Values, counted
from mesh.embedding import Vector, embedder

Row = NDArray[np.float32]

HERE: Final = Path(__file__).parent
STEPS: Final = 127
"""Weights and examples are kept as whole numbers of up to this size, and one scale for all."""

NOTHING: Final[Row] = np.zeros(0, np.float32)


@dataclass(frozen=True)
class Small:
    """A matrix of 8-bit numbers and the scale that they are multiples of."""

    values: NDArray[np.int8]
    scale: float

    @classmethod
    def of(cls, matrix: NDArray[np.floating]) -> "Small":
        scale = float(np.abs(matrix).max()) / STEPS or 1.0
        return cls(np.rint(matrix / scale).astype(np.int8), scale)

    def rows(self, places: Places) -> Row:
        return self.values[places].astype(np.float32) * np.float32(self.scale)

    @property
    def whole(self) -> Row:
        return self.values.astype(np.float32) * np.float32(self.scale)


@dataclass(frozen=True)
class Head:
    """A classifier of n labels.

    Attributes:
        dense: weights of the embedding, (384, n), and below them those of the numbers that a caller knows besides.
        sparse: weights of the n-grams, (65,536, n).
        rarity: what a bucket's count is multiplied with, (65,536,): the inverse document frequency.
        bias: (n,).
        examples: embeddings of the examples, (examples, 384), and `votes`, their labels as (examples, n) of 0 and 1.
        nearest: how many examples vote; `sharpness` divides their similarities, `trust` is their part in the result.
        temperature: what the logarithms of the result are divided by (Guo et al. 2017, "On Calibration of Modern Neural
            Networks").
    """

    labels: tuple[str, ...]
    dense: Row
    sparse: Small
    rarity: Row
    bias: Row
    examples: Row
    votes: Row
    nearest: int
    sharpness: float
    trust: float
    temperature: float

    def probabilities(self, text: str) -> Row:
        """How sure each label is: (n,), together 1."""
        return self.judged(text, embedder().vector(text))

    def judged(self, text: str, vector: Vector, besides: Row = NOTHING) -> Row:
        """The same for a text whose embedding is at hand, with what else is known of it."""
        mixed = (1 - self.trust) * self._learned(text, vector, besides) + self.trust * self._remembered(vector)
        return softmax(np.log(mixed + 1e-6) / self.temperature)

    def _learned(self, text: str, vector: Vector, besides: Row) -> Row:
        places, values = weighted(text, self.rarity)
        known = np.concatenate([vector, besides])
        return softmax(known @ self.dense + values @ self.sparse.rows(places) + self.bias)

    def _remembered(self, vector: Vector) -> Row:
        alike = self.examples @ vector
        nearest = np.argpartition(-alike, self.nearest)[: self.nearest]
        found: Row = softmax(alike[nearest] / self.sharpness) @ self.votes[nearest]
        return found

    def save(self, file: Path) -> None:
        examples = Small.of(self.examples)
        np.savez_compressed(
            file,
            labels=np.array(self.labels),
            dense=self.dense.astype(np.float16),
            sparse=self.sparse.values,
            sparse_scale=np.float64(self.sparse.scale),
            rarity=self.rarity.astype(np.float16),
            bias=self.bias,
            examples=examples.values,
            examples_scale=np.float64(examples.scale),
            votes=self.votes.argmax(axis=1).astype(np.uint8),
            settings=np.array([self.nearest, self.sharpness, self.trust, self.temperature]),
        )

    @classmethod
    def load(cls, file: Path) -> "Head":
        with np.load(file) as kept:
            labels = tuple(map(str, kept["labels"]))
            nearest, sharpness, trust, temperature = map(float, kept["settings"])
            return cls(
                labels=labels,
                dense=kept["dense"].astype(np.float32),
                sparse=Small(kept["sparse"], float(kept["sparse_scale"])),
                rarity=kept["rarity"].astype(np.float32),
                bias=kept["bias"].astype(np.float32),
                examples=Small(kept["examples"], float(kept["examples_scale"])).whole,
                votes=np.eye(len(labels), dtype=np.float32)[kept["votes"]],
                nearest=int(nearest),
                sharpness=sharpness,
                trust=trust,
                temperature=temperature,
            )


def weighted(text: str, rarity: Row) -> tuple[Places, Values]:
    """The n-grams of a text, weighted by their rarity; those of each family have length 1."""
    places, values = counted(text)
    values = values * rarity[places]
    for family in (places < BUCKETS, places >= BUCKETS):
        length = float(np.linalg.norm(values[family]))
        if length:
            values[family] /= length
    return places, values


def softmax(scores: NDArray[np.floating]) -> Row:
    powers = np.exp(scores - scores.max())
    found: Row = (powers / powers.sum()).astype(np.float32)
    return found


@cache
def head(name: str) -> Head:
    """The trained head of this name, read once."""
    found = Head.load(HERE / f"{name}.npz")
    assert found.sparse.values.shape[0] == SIZE  # noqa: S101 - one that was trained for other n-grams
    return found
