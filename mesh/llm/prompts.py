"""Instructions for a model: versioned Jinja files. What a customer said is never part of them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2


@dataclass(frozen=True)
class Prompt:
    """Instructions, ours alone, and which file they come from."""

    name: str
    version: int
    text: str


def prompt(folder: Path, name: str, version: int, **values: object) -> Prompt:
    """The instructions of `<name>.v<version>.jinja`.

    Raises:
        jinja2.UndefinedError: the file wants a value that is not given.
    """
    text = _files(folder).get_template(f"{name}.v{version}.jinja").render(**values)
    return Prompt(name, version, text.strip())


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
