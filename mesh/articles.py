"""The shop's articles: Markdown files with a head of `name: value` lines and one section for each heading.

---
title: Returns
audience: customers
updated: 2026-11-02
language: en
topics: policy_question, return_request
---

## How long do I have?

Also asked: return period; deadline for returns

You can send items back within 30 days after the delivery.
"""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mesh.errors import MeshError
from mesh.protocol import misfit

LONGEST_FILE: Final = 100_000
LONGEST_SECTION: Final = 1_200
"""Characters; a reply quotes from one section, and what is longer answers several questions."""

_HEAD: Final = re.compile(r"\A---\s*\n(?P<head>.*?)\n---\s*\n(?P<body>.*)\Z", re.DOTALL)
_HEADING: Final = re.compile(r"^#{1,4}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_ASKED: Final = re.compile(r"^also asked:(.*)$", re.MULTILINE | re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\(([^)\s]*)[^)]*\)")
_MARKS: Final = re.compile(r"\*\*|__|`+|^>\s?", re.MULTILINE)
_ABBREVIATED: Final = r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bapprox\.)(?<!\bno\.)"
_END: Final = re.compile(rf"{_ABBREVIATED}(?<=[.!?])\s+(?=[A-Z0-9\"(])|\n+(?=\s*[-*+] )|\n\s*\n")
_BULLET: Final = re.compile(r"^\s*[-*+]\s+")


class ArticleError(MeshError):
    """A file is no article; says what is wrong with it."""


def _listed(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Head(BaseModel):
    """What is said about a whole article. Only what is for customers is ever quoted to them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Annotated[str, Field(min_length=1, max_length=120)]
    audience: Literal["customers", "staff"] = "customers"
    updated: date
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    topics: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()


class Section(BaseModel):
    """One section as plain text, in sentences. `asked`: other words for the same question, never shown."""

    model_config = ConfigDict(frozen=True)

    heading: str
    sentences: tuple[str, ...]
    asked: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


class Article(BaseModel):
    model_config = ConfigDict(frozen=True)

    file: str
    head: Head
    sections: tuple[Section, ...]


def read(file: Path) -> Article:
    """The article in a file.

    Raises:
        ArticleError: it cannot be read, its head is incomplete, or a section is empty or too long.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleError(f"{file.name} cannot be read: {error}") from error
    return parse(file.name, text)


def parse(name: str, text: str) -> Article:
    """The article that a text is; see `read`."""
    if len(text) > LONGEST_FILE:
        raise ArticleError(f"{name} has more than {LONGEST_FILE:,} characters")
    parts = _HEAD.match(text.replace("\r\n", "\n").removeprefix("\ufeff"))
    if parts is None:
        raise ArticleError(f"{name} does not begin with a head between two lines of ---")
    sections = tuple(_sections(name, _COMMENT.sub("", parts["body"])))
    if not sections:
        raise ArticleError(f"{name} has no section: each begins with a line such as ## How long do I have?")
    return Article(file=name, head=_head(name, parts["head"]), sections=sections)


def _head(name: str, text: str) -> Head:
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    fields = {key.strip().lower(): value.strip().strip("\"'") for key, _, value in pairs}
    try:
        return Head.model_validate(fields)
    except ValidationError as error:
        raise ArticleError(f"the head of {name} does not fit: {misfit(error)}") from None


def _sections(name: str, body: str) -> list[Section]:
    # What stands above the first heading belongs to no question.
    _, *parts = _HEADING.split(body)
    found = [_section(name, heading, text) for heading, text in zip(parts[::2], parts[1::2], strict=True)]
    return [section for section in found if section.sentences]


def _section(name: str, heading: str, text: str) -> Section:
    asked = tuple(phrase.strip() for line in _ASKED.findall(text) for phrase in line.split(";") if phrase.strip())
    sentences = tuple(filter(None, map(_plain, _END.split(_ASKED.sub("", text)))))
    found = Section(heading=_plain(heading), sentences=sentences, asked=asked)
    if len(found.text) > LONGEST_SECTION:
        raise ArticleError(f'the section "{heading}" of {name} has more than {LONGEST_SECTION:,} characters: divide it')
    return found


def _plain(text: str) -> str:
    """Without Markdown: replies are plain text."""
    linked = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if link[2].startswith("http") else link[1], text)
    return " ".join(_BULLET.sub("", _MARKS.sub("", linked)).split())
