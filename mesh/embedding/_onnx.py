"""What little of ONNX is needed to read a model and to write one; the format is a protobuf message.

Numbers below are those of the fields and kinds in onnx.proto.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FLOAT", "Bytes", "Matrix", "graph_of", "initializers", "matrix", "model", "node", "nodes"]

GRAPH, OPSET = 7, 8
NODE, GRAPH_NAME, INITIALIZER, GIVEN, FOUND = 1, 2, 5, 11, 12
INPUT, OUTPUT, OPERATION, ATTRIBUTE, DOMAIN = 1, 2, 4, 5, 7
DIMENSIONS, KIND, NAME, RAW = 1, 2, 8, 9
FLOAT, BYTE, SIGNED_BYTE, LONG = 1, 2, 3, 7
A_FLOAT, AN_INTEGER = 1, 2

_NUMPY: Final[dict[int, np.dtype[np.generic]]] = {
    FLOAT: np.dtype(np.float32),
    BYTE: np.dtype(np.uint8),
    SIGNED_BYTE: np.dtype(np.int8),
    LONG: np.dtype(np.int64),
}
_NUMBER, _LENGTH_GIVEN, _FOUR_BYTES = 0, 2, 5
_MORE: Final = 128

Bytes = memoryview | bytes
Value = int | Bytes
Matrix = NDArray[np.generic]
Node = tuple[str, tuple[str, ...], tuple[str, ...]]
"""An operation, the names of what it takes, the names of what it makes."""


# -- reading


def initializers(graph: Bytes) -> dict[str, Bytes]:
    """The weights by their names, as they are written."""
    tensors = [value for number, value in fields(graph) if number == INITIALIZER and not isinstance(value, int)]
    return {text(next(value for number, value in fields(one) if number == NAME)): one for one in tensors}


def nodes(graph: Bytes) -> Iterator[Node]:
    for number, value in fields(graph):
        if number == NODE and not isinstance(value, int):
            parts = list(fields(value))
            taken, made = (tuple(text(name) for place, name in parts if place == kind) for kind in (INPUT, OUTPUT))
            yield text(dict(parts)[OPERATION]), taken, made


def matrix(tensor: Bytes) -> Matrix:
    parts = list(fields(tensor))
    last = dict(parts)
    shape = [size for number, value in parts if number == DIMENSIONS for size in _sizes(value)]
    raw, kind = last[RAW], last[KIND]
    assert isinstance(kind, int)  # noqa: S101 - the file is the pinned one
    assert not isinstance(raw, int)  # noqa: S101
    found: Matrix = np.frombuffer(raw, _NUMPY[kind]).reshape(shape)
    return found


def graph_of(written: Bytes) -> Bytes:
    """The graph of a model."""
    found = next(value for number, value in fields(written) if number == GRAPH)
    assert not isinstance(found, int)  # noqa: S101
    return found


def text(value: Value) -> str:
    assert not isinstance(value, int)  # noqa: S101
    return bytes(value).decode()


def fields(data: Bytes) -> Iterator[tuple[int, Value]]:
    """The fields of a protobuf message: their numbers, and whole numbers or bytes."""
    data, at = memoryview(data), 0
    while at < len(data):
        key, at = _number(data, at)
        value: Value
        if key & 7 == _NUMBER:
            value, at = _number(data, at)
        else:
            if key & 7 != _LENGTH_GIVEN:
                raise ValueError(f"a field of kind {key & 7} is none of this model's")
            length, at = _number(data, at)
            value, at = data[at : at + length], at + length
        yield key >> 3, value


def _sizes(value: Value) -> Iterator[int]:
    """One size, or several packed into one field."""
    if isinstance(value, int):
        yield value
        return
    at = 0
    while at < len(value):
        size, at = _number(memoryview(value), at)
        yield size


def _number(data: memoryview, at: int) -> tuple[int, int]:
    """The number that begins at this place, and where it ends."""
    found = shift = 0
    while True:
        byte = data[at]
        found, shift, at = found | (byte & 127) << shift, shift + 7, at + 1
        if byte < _MORE:
            return found, at


# -- writing


def model(  # noqa: PLR0913, PLR0917 - the parts of a model
    written: Bytes, made: Iterable[bytes], weights: dict[str, Matrix], given: Iterable[str], found: str, domain: str
) -> bytes:
    """Another graph in place of that of a model.

    Args:
        written: the model.
        made: the nodes, in their order.
        weights: the matrices by the names under which the nodes take them.
        given: the names of what it is given, each whole numbers.
        found: the name of what it finds, 32-bit numbers.
        domain: whose operations it uses beside those of ONNX.
    """
    rest = b"".join(_field(number, value) for number, value in fields(written) if number != GRAPH)
    graph = b"".join(
        [
            *(_field(NODE, one) for one in made),
            _field(GRAPH_NAME, b"lean"),
            *(_field(INITIALIZER, _tensor(name, one)) for name, one in weights.items()),
            *(_field(GIVEN, _described(name, LONG)) for name in given),
            _field(FOUND, _described(found, FLOAT)),
        ]
    )
    return rest + _field(OPSET, _field(1, domain.encode()) + _field(2, 1)) + _field(GRAPH, graph)


def node(operation: str, taken: Iterable[str], made: Iterable[str], domain: str = "", /, **attributes: float) -> bytes:
    written = b"".join(_field(INPUT, name.encode()) for name in taken)
    written += b"".join(_field(OUTPUT, name.encode()) for name in made) + _field(OPERATION, operation.encode())
    written += b"".join(_field(ATTRIBUTE, _attribute(name, value)) for name, value in attributes.items())
    return written + _field(DOMAIN, domain.encode())


def _described(name: str, kind: int) -> bytes:
    return _field(1, name.encode()) + _field(2, _field(1, _field(1, kind)))


def _tensor(name: str, values: Matrix) -> bytes:
    kind = next(kind for kind, numbers in _NUMPY.items() if numbers == values.dtype)
    written = b"".join(_field(DIMENSIONS, size) for size in values.shape) + _field(KIND, kind)
    return written + _field(NAME, name.encode()) + _field(RAW, values.tobytes())


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _field(1, name.encode()) + _field(3, value) + _field(20, AN_INTEGER)
    written = _written(2 << 3 | _FOUR_BYTES) + struct.pack("<f", value)
    return _field(1, name.encode()) + written + _field(20, A_FLOAT)


def _field(number: int, value: Value) -> bytes:
    if isinstance(value, int):
        return _written(number << 3) + _written(value)
    return _written(number << 3 | _LENGTH_GIVEN) + _written(len(value)) + value


def _written(number: int) -> bytes:
    found = bytearray()
    while number >= _MORE:
        found.append(number & 127 | _MORE)
        number >>= 7
    found.append(number)
    return bytes(found)
