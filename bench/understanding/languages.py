"""Trains what reads German, Spanish and French, and what tells languages apart.

The examples lie in `activities/_understanding/intents/<language>/<label>.txt`; what is no language of ours, in
`activities/_understanding/languages/other.txt`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from activities._foreign import mixed
from activities._gloss import gloss
from activities._understanding.heads import HERE, Row, Small, head, softmax, weighted
from activities._understanding.ngrams import SIZE
from activities._understanding.pieces import Pieces
from activities._understanding.spelling import bare, folded
from bench.understanding.intent import Names, Places, best_temperature, rarity

FOREIGN: Final = ("de", "es", "fr")
FOLDS: Final = 5
STRENGTH: Final = 30.0

Pair = tuple[str, str]


def lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def intents(language: str) -> list[Pair]:
    """Every example of this language with its label."""
    files = sorted((HERE / "intents" / language).glob("*.txt"))
    return [(text, file.stem) for file in files for text in lines(file)]


def languages() -> list[Pair]:
    """Every example of any language, with its accents and without."""
    ours = {name: HERE / "intents" / name for name in ("en", *FOREIGN)}
    found = [
        (text, name) for name, place in ours.items() for file in sorted(place.glob("*.txt")) for text in lines(file)
    ]
    found += [(text, "other") for text in lines(HERE / "languages" / "other.txt")]
    return list(dict.fromkeys([*found, *((bare(text), name) for text, name in found)]))


def features(texts: Sequence[str], rare: Row) -> csr_matrix:
    found = [weighted(text, rare) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in found)])
    places, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return csr_matrix((values, places, ends), shape=(len(found), SIZE))


def fit(texts: Sequence[str], names: Names, temperature: float = 1.0, *, even: bool = False) -> Pieces:
    rare = rarity(list(texts))
    weight = "balanced" if even else None
    model = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3, class_weight=weight)
    model.fit(features(texts, rare), names)
    return Pieces(
        labels=tuple(map(str, model.classes_)),
        weights=Small.of(model.coef_.T),
        rarity=rare,
        bias=model.intercept_.astype(np.float32),
        temperature=temperature,
    )


def held_out(texts: Sequence[str], names: Names, *, even: bool) -> tuple[Row, Places]:
    """What is said of examples that were not seen, without a temperature; and the places of the true labels."""
    labels = np.unique(names)
    said = np.zeros((len(texts), len(labels)), np.float32)
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(texts, names):
        found = fit([texts[place] for place in seen], names[seen], even=even)
        said[unseen] = [softmax(found.scores(texts[place])) + 1e-9 for place in unseen]
    return said, np.searchsorted(labels, names)


def train(name: str, pairs: list[Pair], *, even: bool = False) -> None:
    texts, names = [text for text, _ in pairs], np.array([label for _, label in pairs])
    said, true = held_out(texts, names, even=even)
    temperature = best_temperature(said, true)
    right = float(np.mean(said.argmax(axis=1) == true))
    print(f"{name}: {len(true)} examples, {right:.3f} right when unseen, temperature {temperature:.2f}")
    fit(texts, names, temperature, even=even).save(HERE / f"{name}.npz")


def train_intents(language: str) -> None:
    """The pieces, with the temperature that they have together with the English head's reading of the gloss."""
    pairs = intents(language)
    texts, names = [folded(text, language) for text, _ in pairs], np.array([label for _, label in pairs])
    read, true = held_out(texts, names, even=False)
    glossed = [head("intent_en").probabilities(gloss(text, language)) for text, _ in pairs]
    both = np.array([mixed(one, other, 1.0) for one, other in zip(glossed, read, strict=True)])
    temperature = best_temperature((both + 1e-9).astype(np.float32), true)
    cooled = np.array([mixed(one, other, temperature) for one, other in zip(glossed, read, strict=True)])
    rights = [float(np.mean(found.argmax(axis=1) == true)) for found in (read, np.array(glossed), both)]
    alone, gloss_alone, together = (f"{right:.3f}" for right in rights)
    print(f"{language}: {len(true)} examples; right when unseen: pieces {alone}, gloss {gloss_alone}, both {together};")
    print(f"    temperature {temperature:.2f}, calibration error {calibration_error(cooled, true):.3f}")
    fit(texts, names, temperature).save(HERE / f"intent_{language}.npz")


def calibration_error(said: Row, true: Places) -> float:
    """By how much being sure and being right differ, in ten bins of sureness."""
    sure, right = said.max(axis=1), said.argmax(axis=1) == true
    bins = np.minimum((sure * 10).astype(int), 9)
    return float(sum(abs(sure[bins == one].sum() - right[bins == one].sum()) for one in set(bins)) / len(true))


def main() -> None:
    train("language", languages(), even=True)
    for language in FOREIGN:
        train_intents(language)


if __name__ == "__main__":
    main()
