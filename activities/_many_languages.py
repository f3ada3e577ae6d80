"""Which of some 140 languages is a text in? Asked when it is none of ours."""

import mmap
import tempfile
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier


class Reader(NamedTuple):
    identifier: "LanguageIdentifier"
    tables: tuple[mmap.mmap, ...]


def classified(text: str) -> tuple[str, float]:
    """The code of ISO 639 (`und`: none), and how sure that is."""
    identifier, tables = reader()
    code, sure = identifier.classify(text)
    for table in tables:
        # Around each page that is read the system maps its neighbours: after some texts it would be all of them.
        table.madvise(mmap.MADV_DONTNEED)
    return ("und" if code == "zxx" else str(code)), float(sure)


@cache
def reader() -> Reader:
    """The one of this process, read when it is first needed.

    Its two tables have 70 MB, and a text needs a few pages of them: they are mapped from a file that is gone with the
    process, so that they are no part of its memory, and the system may take them back.
    """
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier  # noqa: PLC0415
    from py3langid.modelio import load_model  # noqa: PLC0415

    chances, bare, classes, moves, rows, outputs = load_model(MODEL_DIR / MODEL_FILE)
    tables = _mapped(chances.tobytes()), _mapped(moves.tobytes())
    chances = np.frombuffer(tables[0], chances.dtype).reshape(chances.shape)
    steps = memoryview(tables[1]).cast(moves.typecode)
    return Reader(LanguageIdentifier(chances, bare, classes, steps, outputs, norm_probs=True, tk_row=rows), tables)


def _mapped(content: bytes) -> mmap.mmap:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
