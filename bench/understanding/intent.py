"""Trains the head for English intents from `activities/_understanding/intents/en/<label>.txt`, one example a line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from activities._order_numbers import with_their_noun
from activities._understanding.heads import HERE, Head, Row, Small, weighted
from activities._understanding.ngrams import SIZE, counted
from mesh.embedding import DIMENSIONS, embedder

EXAMPLES: Final = HERE / "intents" / "en"
STRENGTH: Final = 20.0
NEAREST, SHARPNESS, TRUST = 15, 0.05, 0.35
FOLDS: Final = 3
TEMPERATURES: Final = np.linspace(0.4, 1.4, 51)

Names = NDArray[np.str_]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """Texts, their labels, and their embeddings, (n, 384)."""

    texts: list[str]
    names: Names
    vectors: Row

    @classmethod
    def read(cls, place: Path = EXAMPLES) -> "Examples":
        """Every example with its label, which is the name of its file."""
        pairs = [
            (text, file.stem)
            for file in sorted(place.glob("*.txt"))
            for text in file.read_text(encoding="utf-8").splitlines()
            if text.strip()
        ]
        texts = [with_their_noun(text) for text, _ in pairs]
        return cls(texts, np.array([label for _, label in pairs]), embedder().vectors(texts))

    def some(self, places: Places) -> "Examples":
        return Examples([self.texts[place] for place in places], self.names[places], self.vectors[places])


def rarity(texts: list[str]) -> Row:
    """The smoothed inverse document frequency of each bucket, ln((1 + n) / (1 + in how many)) + 1; 0 where none is."""
    often = np.zeros(SIZE, np.float32)
    for text in texts:
        often[counted(text)[0]] += 1
    found: Row = np.where(often > 0, np.log((1 + len(texts)) / (1 + often)) + 1, 0).astype(np.float16)
    return found.astype(np.float32)


def features(examples: Examples, rare: Row) -> csr_matrix:
    """Embedding and weighted n-grams side by side: (n, 384 + 65,536)."""
    found = [weighted(text, rare) for text in examples.texts]
    ends = np.cumsum([0, *(len(places) for places, _ in found)])
    places, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    counts = csr_matrix((values, places, ends), shape=(len(found), SIZE))
    return csr_matrix(hstack([csr_matrix(examples.vectors), counts]))


def fit(examples: Examples, temperature: float) -> Head:
    """One head, fitted to these examples."""
    rare = rarity(examples.texts)
    model = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3).fit(features(examples, rare), examples.names)
    labels, weights = tuple(map(str, model.classes_)), model.coef_.T
    return Head(
        labels=labels,
        dense=weights[:DIMENSIONS].astype(np.float32),
        sparse=Small.of(weights[DIMENSIONS:]),
        rarity=rare,
        bias=model.intercept_.astype(np.float32),
        examples=examples.vectors,
        votes=np.eye(len(labels), dtype=np.float32)[np.searchsorted(labels, examples.names)],
        nearest=NEAREST,
        sharpness=SHARPNESS,
        trust=TRUST,
        temperature=temperature,
    )


def held_out(examples: Examples) -> tuple[Row, Places]:
    """What a head says of examples that it did not see, without a temperature; and the places of the true labels."""
    labels = np.unique(examples.names)
    said = np.zeros((len(examples.texts), len(labels)), np.float32)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for seen, unseen in folds.split(examples.texts, examples.names):
        head = fit(examples.some(seen), temperature=1.0)
        said[unseen] = [head.judged(examples.texts[place], examples.vectors[place]) for place in unseen]
    return said, np.searchsorted(labels, examples.names)


def best_temperature(said: Row, true: Places) -> float:
    """The one under which what is said is least surprised by what is true (Guo et al. 2017)."""
    logs = np.log(said)

    def surprise(temperature: float) -> float:
        scaled = logs / temperature
        return float(np.mean(np.logaddexp.reduce(scaled, axis=1) - scaled[np.arange(len(true)), true]))

    return float(min(TEMPERATURES, key=surprise))


def train() -> None:
    examples = Examples.read()
    said, true = held_out(examples)
    temperature = best_temperature(said, true)
    right = float(np.mean(said.argmax(axis=1) == true))
    print(f"intent: {len(true)} examples, {right:.3f} right when unseen, temperature {temperature:.2f}")
    fit(examples, temperature).save(HERE / "intent_en.npz")


if __name__ == "__main__":
    train()
