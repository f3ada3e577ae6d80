"""The reader of many languages: large, so it lies in a file, and read once."""

import mmap

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from activities._many_languages import classified, reader

TEXTS = ("Где мой заказ?", "Dov'è il mio pacco?", "Waar is mijn bestelling?", "注文はどこですか", "?!", "12345", "")


def test_it_is_read_once() -> None:
    assert reader() is reader()


def test_its_tables_lie_in_a_file_and_not_in_the_memory_of_the_process() -> None:
    steps, table = reader().tk_nextmove, reader().nb_ptc
    assert isinstance(steps.obj, mmap.mmap)
    assert not table.flags.owndata
    assert not table.flags.writeable


@pytest.fixture(scope="module")
def whole() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.parametrize("text", TEXTS)
def test_it_answers_as_the_library_does(text: str, whole: LanguageIdentifier) -> None:
    code, sure = whole.classify(text)
    assert classified(text) == ("und" if code == "zxx" else code, sure)
