"""Which of some 140 languages is a text in? Asked when it is none of ours."""

import mmap
import tempfile
from functools import cache

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from py3langid.modelio import load_model


def classified(text: str) -> tuple[str, float]:
    """The code of ISO 639 (`und`: none), and how sure that is."""
    code, sure = reader().classify(text)
    return ("und" if code == "zxx" else str(code)), float(sure)


@cache
def reader() -> LanguageIdentifier:
    """The one of this process, read when it is first needed.

    Its two tables have 70 MB, and a text needs a few pages of them: they are mapped from a file that is gone with the
    process, so that only those pages count, and the system may take them back.
    """
    chances, bare, classes, moves, rows, outputs = load_model(MODEL_DIR / MODEL_FILE)
    table = np.frombuffer(_mapped(chances.tobytes()), chances.dtype).reshape(chances.shape)
    steps = memoryview(_mapped(moves.tobytes())).cast(moves.typecode)
    return LanguageIdentifier(table, bare, classes, steps, outputs, norm_probs=True, tk_row=rows)


def _mapped(content: bytes) -> mmap.mmap:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
