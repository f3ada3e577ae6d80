"""Articles in an index: found by meaning and by words, followed when they change, shared by processes."""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from mesh import _passages, knowledge
from mesh.articles import Article, ArticleError, Section
from mesh.errors import Transient
from mesh.knowledge import Library, Passage
from mesh.settings import Settings
from tests.fakes import settings

HEAD = "---\ntitle: {title}\naudience: {audience}\nupdated: 2026-11-02\n---\n\n"
RETURNS = HEAD.format(title="Returns", audience="customers") + (
    "## How long do I have to send something back?\n\nYou can return items within 30 days after the delivery.\n\n"
    "## Who pays for it?\n\nThe return label costs you nothing. It is valid for 20 days. "
    "Spare parts are named Zwirbel.\n"
)
WASHING = HEAD.format(title="Care", audience="customers") + "## How do I wash wool?\n\nAt 30 degrees.\n"
STAFF = HEAD.format(title="Not answered", audience="staff") + "## Is the wool organic?\n\nAsk the quality team.\n"


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    given = settings(mesh_data_dir=tmp_path / "data", knowledge_dir=tmp_path / "articles")
    given.knowledge_dir.mkdir()
    write(given, returns=RETURNS, care=WASHING, staff=STAFF)
    return given


def write(given: Settings, **articles: str) -> None:
    for name, text in articles.items():
        (given.knowledge_dir / f"{name}.md").write_text(text)


def first(found: tuple[Passage, ...]) -> tuple[str, str] | None:
    return (found[0].file, found[0].section) if found else None


def test_a_question_finds_the_section_of_its_meaning(place: Settings) -> None:
    found = Library(place).find("until when may I give something back?")
    assert first(found) == ("returns.md", "How long do I have to send something back?")
    assert found[0].quote == found[0].text == "You can return items within 30 days after the delivery."
    assert (found[0].title, found[0].language) == ("Returns", "en")
    assert 0.5 <= found[0].score <= 1


def test_words_that_are_shared_count_beside_the_meaning(place: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def score() -> float:
        return max(one.score for one in Library(place).find("How are the spare parts named, Zwirbel?"))

    both = score()
    monkeypatch.setattr(_passages, "WEIGHT_OF_WORDS", 0.0)
    assert score() < both


@pytest.mark.parametrize("text", ["who won the match yesterday?", "", "   ", '"* OR NEAR(', "the and of"])
def test_what_no_article_answers_finds_nothing(place: Settings, text: str) -> None:
    assert Library(place).find(text) == ()


def test_an_article_for_staff_is_never_quoted_and_stands_for_nothing_found(place: Settings) -> None:
    assert Library(place).find("is your wool organic?") == ()
    (place.knowledge_dir / "staff.md").unlink()
    assert first(Library(place).find("how should I wash the wool?")) == ("care.md", "How do I wash wool?")


def test_a_sentence_that_leans_on_another_is_quoted_with_it(place: Settings) -> None:
    [found] = [
        one for one in Library(place).find("for how many days is the return label valid?") if "label" in one.text
    ]
    assert "The return label costs you nothing. It is valid for 20 days." in found.quote


def test_a_changed_a_new_and_a_removed_file_are_followed_by_a_library_that_is_open(place: Settings) -> None:
    library = Library(place)
    assert "30 days" in library.find("how long can I return items?")[0].text
    write(place, returns=RETURNS.replace("30 days", "two months"))
    assert "two months" in library.find("how long can I return items?")[0].text
    (place.knowledge_dir / "returns.md").unlink()
    assert library.find("how long can I return items?") == ()
    write(place, again=RETURNS)
    assert first(library.find("how long can I return items?")) == ("again.md", RETURNS.split("## ")[1].split("\n")[0])


def test_only_what_has_changed_is_embedded_again(place: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    Library(place).find("wool")
    embedded: list[str] = []

    def noted(article: Article, section: Section) -> tuple[_passages.Vectors, _passages.Vectors]:
        embedded.append(article.file)
        return _passages.vectors_of(article, section)

    monkeypatch.setattr(knowledge, "vectors_of", noted)
    write(place, care=WASHING.replace("30", "20"))
    (place.knowledge_dir / "returns.md").touch()
    assert "20 degrees" in Library(place).find("how do I wash wool?")[0].text
    assert embedded == ["care.md"]


def test_a_broken_file_is_left_out_and_named_and_silences_no_other(place: Settings) -> None:
    write(place, broken="no head")
    library = Library(place)
    assert library.find("how do I wash wool?")
    assert {one.file for one in library.listed() if one.problem} == {"broken.md"}
    write(place, broken=WASHING)
    assert not [one for one in library.listed() if one.problem]


def test_without_a_folder_nothing_is_found(place: Settings, tmp_path: Path) -> None:
    assert Library(place.model_copy(update={"knowledge_dir": tmp_path / "nowhere"})).find("how do I wash wool?") == ()


def test_a_damaged_index_is_made_anew(place: Settings) -> None:
    Library(place).find("wool")
    (place.mesh_data_dir / "knowledge.db").write_bytes(b"this is no database, whatever its name says" * 100)
    assert Library(place).find("how do I wash wool?")


def test_an_index_of_another_format_is_made_anew(place: Settings) -> None:
    Library(place).find("wool")
    with sqlite3.connect(place.mesh_data_dir / "knowledge.db") as db:
        db.execute("DELETE FROM sections")
        db.execute("PRAGMA user_version = 77")
    assert Library(place).find("how do I wash wool?")


def test_an_index_that_somebody_holds_too_long_is_tried_again_later(
    place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "PATIENCE", 0.01)
    Library(place).find("wool")
    write(place, care=WASHING + "\nNot hot.\n")
    with sqlite3.connect(place.mesh_data_dir / "knowledge.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Transient, match="cannot be used"):
            Library(place).find("wool")
        other.rollback()
    assert Library(place).find("how do I wash wool?")


def test_processes_that_begin_together_share_one_index(place: Settings) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.map(_searched, [place] * 4)
    assert found == [("care.md", "How do I wash wool?")] * 4
    with sqlite3.connect(place.mesh_data_dir / "knowledge.db") as db:
        assert db.execute("SELECT count(*), count(DISTINCT file || place) FROM sections").fetchone() == (4, 4)


def _searched(place: Settings) -> tuple[str, str] | None:
    return first(Library(place).find("how do I wash wool?"))


def test_an_article_is_added_once_and_replaced_only_when_asked(place: Settings, tmp_path: Path) -> None:
    (file := tmp_path / "gifts.md").write_text(WASHING.replace("wool", "gift ribbons"))
    library = Library(place)
    library.find("wool")
    assert library.add(file).head.title == "Care"
    assert first(library.find("how do I wash gift ribbons?")) == ("gifts.md", "How do I wash gift ribbons?")
    with pytest.raises(ArticleError, match="exists already"):
        library.add(file)
    library.add(file, replace=True)


@pytest.mark.parametrize(("name", "text"), [("a.txt", WASHING), ("a.md", "no head")])
def test_what_is_no_article_is_not_added(place: Settings, tmp_path: Path, name: str, text: str) -> None:
    (file := tmp_path / name).write_text(text)
    with pytest.raises(ArticleError):
        Library(place).add(file)
    assert not (place.knowledge_dir / name).exists()


def test_leaning_sentences_take_those_before_them_along() -> None:
    section = Section(heading="H", sentences=("A label.", "It lasts.", "It helps.", "Ask us."))
    assert _passages._with_support(section, 2) == {0, 1, 2}
    assert _passages._with_support(section, 3) == {3}
