"""Instructions for a model: versioned Jinja files. What a customer said is never part of them."""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, Self

import jinja2

HEADER: Final = re.compile(r"\{#\s*max_tokens:\s*(?P<tokens>[1-9]\d*)\s*#\}")


@dataclass(frozen=True)
class Prompt:
    """Instructions, ours alone, and which file they come from.

    Attributes:
        max_tokens: longest answer that makes sense to them; None when only the settings limit it.
    """

    name: str
    version: int
    text: str
    max_tokens: int | None = None

    def within(self, tokens: int) -> Self:
        """The same for an answer that is known to be short."""
        return replace(self, max_tokens=min(tokens, self.max_tokens or tokens))


def prompt(folder: Path, name: str, version: int, **values: object) -> Prompt:
    """The instructions of `<name>.v<version>.jinja`, which begins with `{# max_tokens: 120 #}`.

    Raises:
        ValueError: the file does not say how long an answer may be.
        jinja2.UndefinedError: the file wants a value that is not given.
    """
    file = f"{name}.v{version}.jinja"
    head = HEADER.match((folder / file).read_text(encoding="utf-8"))
    if head is None:
        raise ValueError(f"{file} must begin with the longest answer to it: {{# max_tokens: 120 #}}")
    text = _files(folder).get_template(file).render(**values)
    return Prompt(name, version, text.strip(), int(head["tokens"]))


@cache
def _files(folder: Path) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Instructions are plain text: a quotation mark must reach the model as one.
        autoescape=False,  # noqa: S701
    )
