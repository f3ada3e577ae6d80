"""Trains the head for moods from `activities/_understanding/sentiments/<label>.txt`, one example a line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from activities._feeling import traits
from activities._understanding.heads import HERE, Head, Row, Small
from bench.understanding.intent import Examples, Places, best_temperature, features, rarity
from mesh.embedding import DIMENSIONS

EXAMPLES: Final = HERE / "sentiments"
STRENGTH: Final = 0.3
MEANING, NGRAMS, TRAITS = 1.5, 1.5, 1.5
"""How much each kind of feature counts before anything is learned: the less, the less it can be fitted."""

NEAREST, SHARPNESS, TRUST = 60, 0.08, 0.35
FOLDS: Final = 5


@dataclass(frozen=True)
class Moods:
    """Examples, and their traits, (n, 20)."""

    examples: Examples
    traits: Row

    @classmethod
    def read(cls, place: Path = EXAMPLES) -> "Moods":
        examples = Examples.read(place)
        return cls(examples, np.stack([traits(text) for text in examples.texts]))

    def some(self, places: Places) -> "Moods":
        return Moods(self.examples.some(places), self.traits[places])


def fit(moods: Moods, temperature: float) -> Head:
    """One head, fitted to these examples."""
    known, rare = moods.examples, rarity(moods.examples.texts)
    both = features(known, rare)
    columns = [MEANING * both[:, :DIMENSIONS], csr_matrix(TRAITS * moods.traits), NGRAMS * both[:, DIMENSIONS:]]
    model = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3, class_weight="balanced")
    model.fit(csr_matrix(hstack(columns)), known.names)
    labels, weights = tuple(map(str, model.classes_)), model.coef_.T
    ends = DIMENSIONS, DIMENSIONS + moods.traits.shape[1]
    meaning, form, ngrams = np.split(weights, ends)
    return Head(
        labels=labels,
        dense=np.concatenate([MEANING * meaning, TRAITS * form]).astype(np.float32),
        sparse=Small.of(NGRAMS * ngrams),
        rarity=rare,
        bias=model.intercept_.astype(np.float32),
        examples=known.vectors,
        votes=np.eye(len(labels), dtype=np.float32)[np.searchsorted(labels, known.names)],
        nearest=NEAREST,
        sharpness=SHARPNESS,
        trust=TRUST,
        temperature=temperature,
    )


def judged(head: Head, moods: Moods) -> Row:
    """What a head says of these texts: (n, 3)."""
    known = zip(moods.examples.texts, moods.examples.vectors, moods.traits, strict=True)
    return np.stack([head.judged(text, vector, form) for text, vector, form in known])


def held_out(moods: Moods) -> tuple[Row, Places]:
    """What a head says of examples that it did not see, without a temperature; and the places of the true labels."""
    names = moods.examples.names
    said = np.zeros((len(names), len(np.unique(names))), np.float32)
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(moods.examples.texts, names):
        said[unseen] = judged(fit(moods.some(seen), temperature=1.0), moods.some(unseen))
    return said, np.searchsorted(np.unique(names), names)


def train(to: Path = HERE / "sentiment.npz") -> None:
    moods = Moods.read()
    said, true = held_out(moods)
    temperature = best_temperature(said, true)
    right = f1_score(true, said.argmax(axis=1), average="macro")
    print(f"sentiment: {len(true)} examples, macro-F1 {right:.3f} when unseen, temperature {temperature:.2f}")
    fit(moods, temperature).save(to)


if __name__ == "__main__":
    train()
