"""The reader of many languages: large, so it lies in a file, and read once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from activities._many_languages import classified, reader

TEXTS = ("Где мой заказ?", "Dov'è il mio pacco?", "Waar is mijn bestelling?", "注文はどこですか", "?!", "12345", "")


def test_it_is_read_once() -> None:
    assert reader() is reader()


def test_its_tables_lie_in_a_file_and_not_in_the_memory_of_the_process() -> None:
    identifier, tables = reader()
    assert identifier.tk_nextmove.obj is tables[1]
    assert not identifier.nb_ptc.flags.owndata
    assert sum(map(len, tables)) > 40_000_000


def test_no_page_of_them_is_kept_after_a_text() -> None:
    for text in TEXTS:
        classified(text)
    maps = Path("/proc/self/smaps").read_text(encoding="utf-8").split("VmFlags")
    whole, kept = (sum(map(_kilobytes(name), (one for one in maps if "(deleted)" in one))) for name in ("Size", "Rss"))
    assert whole > 40_000
    assert kept < 1000


def _kilobytes(name: str) -> Callable[[str], int]:
    return lambda one: int(re.search(rf"^{name}:\s+(\d+) kB", one, re.MULTILINE)[1])  # type: ignore[index]


@pytest.fixture(scope="module")
def whole() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.parametrize("text", TEXTS)
def test_it_answers_as_the_library_does(text: str, whole: LanguageIdentifier) -> None:
    code, sure = whole.classify(text)
    assert classified(text) == ("und" if code == "zxx" else code, sure)
