"""What makes an article, and what is wrong with what makes none."""

from pathlib import Path

import pytest

from mesh.articles import LONGEST_FILE, ArticleError, parse, read

HEAD = "---\ntitle: Returns\naudience: customers\nupdated: 2026-11-02\nlanguage: en\ntopics: a, b\n---\n\n"
SECTION = (
    "## How long?\n\nAlso asked: return period; deadline\n\nYou have 30 days. After that, e.g. on day 31, no more.\n"
)


def test_an_article_is_read_with_its_head_its_sections_and_what_is_also_asked() -> None:
    article = parse("returns.md", HEAD + SECTION)
    assert (article.head.title, article.head.audience, article.head.topics) == ("Returns", "customers", ("a", "b"))
    [section] = article.sections
    assert section.heading == "How long?"
    assert section.asked == ("return period", "deadline")
    assert section.sentences == ("You have 30 days.", "After that, e.g. on day 31, no more.")


def test_what_is_also_asked_is_never_part_of_the_text() -> None:
    assert "deadline" not in parse("returns.md", HEAD + SECTION).sections[0].text


def test_markdown_becomes_plain_text() -> None:
    body = (
        "## Ways\n\n- **By card**, see [our page](https://a.example.com)\n- By `PayPal`\n\n> <!-- no --> Ask [us](x).\n"
    )
    assert parse("a.md", HEAD + body).sections[0].sentences == (
        "By card, see our page (https://a.example.com)",
        "By PayPal",
        "Ask us.",
    )


def test_a_section_without_words_is_left_out() -> None:
    assert [one.heading for one in parse("a.md", f"{HEAD}## Empty\n\n{SECTION}").sections] == ["How long?"]


def test_line_ends_and_marks_of_other_systems_do_no_harm() -> None:
    assert parse("a.md", "\ufeff" + (HEAD + SECTION).replace("\n", "\r\n")) == parse("a.md", HEAD + SECTION)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("## No head\n\nWords.", "does not begin with a head"),
        (HEAD.replace("title: Returns\n", "") + SECTION, "title"),
        (HEAD.replace("2026-11-02", "yesterday") + SECTION, "updated"),
        (HEAD.replace("customers", "everybody") + SECTION, "audience"),
        (HEAD.replace(": en", ": English") + SECTION, "language"),
        (HEAD + "Words without a heading.", "has no section"),
        (HEAD + "## Long\n\n" + "Word after word. " * 100, "divide it"),
        (HEAD + "x" * LONGEST_FILE, "more than 100,000 characters"),
    ],
)
def test_what_is_no_article_is_refused_with_the_reason(text: str, wrong: str) -> None:
    with pytest.raises(ArticleError, match=wrong):
        parse("a.md", text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (file := tmp_path / "a.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ArticleError, match="cannot be read"):
        read(file)


@pytest.mark.parametrize("file", sorted(Path("knowledge").glob("*.md")), ids=lambda file: file.stem)
def test_every_article_of_the_shop_is_one(file: Path) -> None:
    article = read(file)
    assert article.head.topics
    assert all(section.asked for section in article.sections)
    # Two sections of one name could not be told apart in a source.
    assert len({section.heading for section in article.sections}) == len(article.sections)
