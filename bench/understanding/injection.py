"""Learn what an attempt to steer the assistant looks like: `python -m bench.understanding.injection`.

The examples are ours, in `activities/_understanding/injections/`. Half a minute; the same bytes every time.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.linear_model import LogisticRegression

from activities._understanding.examples import examples
from activities._understanding.injection import WEIGHTS, traits

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRENGTH: Final = 3.0
DIGITS: Final = 3
"""More would differ between machines: the sums of a long optimisation are not the same on each."""


def corpus() -> tuple[list[str], list[int]]:
    """The texts, and 1 for each attempt."""
    folder = WEIGHTS.with_name("injections")
    labelled = [(text, 1) for text in examples(folder / "attacks.txt")]
    labelled += [(text, 0) for text in examples(folder / "benign.txt")]
    return [text for text, _ in labelled], [label for _, label in labelled]


def train(to: Path = WEIGHTS) -> None:
    texts, labels = corpus()
    head = LogisticRegression(C=STRENGTH, max_iter=3000, class_weight="balanced")
    head.fit(np.stack([traits(text) for text in texts]), labels)
    weights: NDArray[np.float64] = head.coef_[0]
    np.savez_compressed(
        to, weights=np.round(weights, DIGITS).astype(np.float32), bias=np.round(head.intercept_[0], DIGITS)
    )
    print(f"{len(texts)} examples, {sum(labels)} of them attempts: {to.name}, {to.stat().st_size:,} bytes")


if __name__ == "__main__":
    train()
