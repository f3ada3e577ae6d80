"""`mesh knowledge` as its users see it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mesh.cli import main

ARTICLE = "---\ntitle: Care\nupdated: 2026-11-02\n---\n\n## How do I wash wool?\n\nWash it at 30 degrees.\n"


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(tmp_path / "articles"))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "care.md").write_text(ARTICLE)


def mesh(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["knowledge", *arguments])


def test_what_was_added_is_listed_and_found(tmp_path: Path) -> None:
    added = mesh("add", str(tmp_path / "care.md"))
    assert (added.exit_code, added.stdout) == (0, "care.md: Care, 1 sections\n")
    listed = mesh("list")
    assert listed.exit_code == 0
    assert "care.md" in listed.stdout
    found = mesh("search", "how", "to", "wash", "wool")
    assert found.exit_code == 0
    assert "Care, How do I wash wool?  (care.md)" in found.stdout
    assert "Wash it at 30 degrees." in found.stdout


def test_adding_twice_needs_a_word(tmp_path: Path) -> None:
    file = str(tmp_path / "care.md")
    assert mesh("add", file).exit_code == 0
    again = mesh("add", file)
    assert again.exit_code == 1
    assert "--replace" in again.output
    assert mesh("add", file, "--replace").exit_code == 0


def test_nothing_found_is_a_code_of_its_own(tmp_path: Path) -> None:
    mesh("add", str(tmp_path / "care.md"))
    found = mesh("search", "who won the match")
    assert (found.exit_code, found.stdout) == (3, "nothing in the articles answers this\n")


def test_a_file_that_is_no_article_is_named_in_the_list(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "broken.md").write_text("no head")
    listed = mesh("list")
    assert listed.exit_code == 1
    assert "broken.md does not begin with a head" in listed.stdout
