"""Vectors of texts, from weights that nobody exchanged."""

from pathlib import Path

import numpy as np
import pytest

from mesh.embedding import DIMENSIONS, Embedder, TamperedError, embedder


def alike(one: str, other: str) -> float:
    return float(embedder().vector(one) @ embedder().vector(other))


def test_texts_of_like_meaning_have_like_directions() -> None:
    question = "Where is my order?"
    assert alike(question, "when will my package arrive") > 0.4
    assert alike(question, "a recipe for carrot cake") < 0.15


def test_a_vector_has_length_one_and_does_not_depend_on_its_neighbours() -> None:
    short, long = "hi", "I ordered two lamps last week, and only one of them arrived. " * 4
    rows = embedder().vectors([short, long])
    assert rows.shape == (2, DIMENSIONS)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(rows[0], Embedder().vector(short))


def test_nothing_empty_blank_or_endless_breaks_it() -> None:
    for text in ("", "   ", "\x00", "🙂" * 50, "word " * 10_000):
        assert np.isfinite(embedder().vector(text)).all()
    assert embedder().vectors([]).shape == (0, DIMENSIONS)


def test_a_vector_that_is_kept_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        embedder().vector("kept")[0] = 1


def test_exchanged_weights_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"something else")
    with pytest.raises(TamperedError, match="not the file that was pinned"):
        Embedder(file)
