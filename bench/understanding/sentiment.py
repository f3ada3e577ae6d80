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
from bench.understanding.intent import Examples, Names, Places, best_temperature, features, rarity
from mesh.embedding import DIMENSIONS, embedder

EXAMPLES: Final = HERE / "sentiments"
STRENGTH: Final = 0.2
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
    def of(cls, examples: Examples) -> "Moods":
        return cls(examples, np.stack([traits(text) for text in examples.texts]))

    def some(self, places: Places) -> "Moods":
        return Moods(self.examples.some(places), self.traits[places])

    def along(self, other: "Moods") -> "Moods":
        mine, theirs = self.examples, other.examples
        names, vectors = (mine.names, theirs.names), (mine.vectors, theirs.vectors)
        both = Examples(mine.texts + theirs.texts, np.concatenate(names), np.concatenate(vectors))
        return Moods(both, np.concatenate([self.traits, other.traits]))


def pairs(names: Names) -> Places:
    """Which examples of one mood are read as one text, (pairs, 2): real messages have more than one sentence."""
    dice, found = np.random.default_rng(0), []
    for name in np.unique(names):
        places = np.flatnonzero(names == name)
        half = len(places) // 2
        found.append(np.stack([dice.permutation(places)[:half], dice.permutation(places)[half : 2 * half]], axis=1))
    return np.concatenate(found)


def together(moods: Moods, members: Places) -> Moods:
    texts, names = moods.examples.texts, moods.examples.names
    ended = [text if text[-1] in ".!?" else f"{text}." for text in texts]
    joined = [f"{ended[first]} {texts[second]}" for first, second in members]
    return Moods.of(Examples(joined, names[members[:, 0]], embedder().vectors(joined)))


def fit(alone: Moods, paired: Moods, temperature: float) -> Head:
    """One head, fitted to these examples; only those that stand alone vote."""
    known = alone.along(paired)
    rare, names = rarity(known.examples.texts), alone.examples.names
    both = features(known.examples, rare)
    columns = [MEANING * both[:, :DIMENSIONS], csr_matrix(TRAITS * known.traits), NGRAMS * both[:, DIMENSIONS:]]
    model = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3, class_weight="balanced")
    model.fit(csr_matrix(hstack(columns)), known.examples.names)
    labels, weights = tuple(map(str, model.classes_)), model.coef_.T
    meaning, form, ngrams = np.split(weights, (DIMENSIONS, DIMENSIONS + known.traits.shape[1]))
    return Head(
        labels=labels,
        dense=np.concatenate([MEANING * meaning, TRAITS * form]).astype(np.float32),
        sparse=Small.of(NGRAMS * ngrams),
        rarity=rare,
        bias=model.intercept_.astype(np.float32),
        examples=alone.examples.vectors,
        votes=np.eye(len(labels), dtype=np.float32)[np.searchsorted(labels, names)],
        nearest=NEAREST,
        sharpness=SHARPNESS,
        trust=TRUST,
        temperature=temperature,
    )


def judged(head: Head, moods: Moods) -> Row:
    """What a head says of these texts: (n, 3)."""
    known = zip(moods.examples.texts, moods.examples.vectors, moods.traits, strict=True)
    return np.stack([head.judged(text, vector, form) for text, vector, form in known])


def held_out(alone: Moods, paired: Moods, members: Places) -> tuple[Row, Places]:
    """What a head says of examples that it did not see, without a temperature; and the places of the true labels."""
    names = alone.examples.names
    said = np.zeros((len(names), len(np.unique(names))), np.float32)
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(alone.examples.texts, names):
        known = np.isin(members, seen).all(axis=1)
        head = fit(alone.some(seen), paired.some(np.flatnonzero(known)), temperature=1.0)
        said[unseen] = judged(head, alone.some(unseen))
    return said, np.searchsorted(np.unique(names), names)


def train(to: Path = HERE / "sentiment.npz") -> None:
    alone = Moods.of(Examples.read(EXAMPLES))
    members = pairs(alone.examples.names)
    paired = together(alone, members)
    said, true = held_out(alone, paired, members)
    temperature = best_temperature(said, true)
    right = f1_score(true, said.argmax(axis=1), average="macro")
    print(f"sentiment: {len(true)} examples, macro-F1 {right:.3f} when unseen, temperature {temperature:.2f}")
    fit(alone, paired, temperature).save(to)


if __name__ == "__main__":
    train()
