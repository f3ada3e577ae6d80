"""Replies that a shop has ready: a file that people edit by hand, read anew when it changed."""

import logging
import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

log = logging.getLogger(__name__)

NAME = "canned.toml"


class Canned(BaseModel):
    """One reply. `text` may hold placeholders such as {first_name}; see `gateway.case` for what fills them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    title: str = Field(min_length=1, max_length=80)
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    intents: tuple[str, ...] = ()
    text: str = Field(min_length=1, max_length=4_000)


class CannedFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reply: tuple[Canned, ...] = ()


def canned_in(folder: Path) -> tuple[Canned, ...]:
    """The replies of this folder; none when the file is missing or broken, which is logged."""
    file = folder / NAME
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        log.warning("the canned replies in %s cannot be used: %s", file, error)
        return ()


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> tuple[Canned, ...]:
    return CannedFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).reply
