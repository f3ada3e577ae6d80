"""Every picture that a page of the documentation shows is there, and small enough to be read on a slow line."""

import re
from pathlib import Path

import pytest

DOCS = Path("docs")
LARGEST = 300_000


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_the_pictures_of_a_page_are_there(page: Path) -> None:
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text()):
        assert 0 < (DOCS / name).stat().st_size < LARGEST, name


def test_the_pages_for_people_have_pictures() -> None:
    assert all("](pictures/" in (DOCS / f"{page}.md").read_text() for page in ("desk", "operators"))
