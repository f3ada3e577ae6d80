"""Files that customers send: kept in a folder, each content once, and thrown away after some days."""

import asyncio
import hashlib
import json
import os
import tempfile
from collections.abc import AsyncIterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import puremagic
from pydantic import BaseModel, ConfigDict, ValidationError

from mesh.errors import MeshError
from mesh.protocol import Id

ATTACHMENTS: Final = "attachments"
"""The slot of a message's payload with the references of what came with it; also the folder's name."""

MAX_BYTES: Final = 10 * 1024 * 1024
MOST_IN_SESSION: Final = 50
HEAD: Final = 8192
LONGEST_NAME: Final = 120
LONGEST_ENDING: Final = 6
ALLOWED: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})


class Refused(MeshError):  # noqa: N818 - it is the answer, not only an error
    """A file that is not kept. `reason`: "size", "kind" or "number"."""

    def __init__(self, reason: str, words: str) -> None:
        super().__init__(words)
        self.reason = reason


class Reference(BaseModel):
    """What a message carries of a file. `size` in bytes."""

    model_config = ConfigDict(frozen=True)

    attachment_id: Id
    name: str
    media_type: str
    size: int


class Attachment(Reference):
    """A file that is kept: whose session it came with, and where its content lies."""

    session_id: Id
    sha256: str
    at: datetime

    @property
    def reference(self) -> Reference:
        return Reference.model_validate(self.model_dump(include=set(Reference.model_fields)))


class Attachments:
    """`content/<sha256>` holds each content once, `about/<session>/<id>.json` says whose it is."""

    def __init__(self, data_folder: Path) -> None:
        self._content = data_folder / ATTACHMENTS / "content"
        self._about = data_folder / ATTACHMENTS / "about"

    async def take(self, session_id: str, attachment_id: str, name: str, chunks: AsyncIterable[bytes]) -> Attachment:
        """Keep a file while it arrives.

        Raises:
            Refused: it is larger than MAX_BYTES, of no kind in ALLOWED, or the session has too many.
        """
        if await asyncio.to_thread(self._count, session_id) >= MOST_IN_SESSION:
            raise Refused("number", f"A conversation takes {MOST_IN_SESSION} files.")
        await asyncio.to_thread(self._content.mkdir, parents=True, exist_ok=True)
        descriptor, path = await asyncio.to_thread(tempfile.mkstemp, dir=self._content.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                head, size, digest = await _written(file, chunks)
            media_type = kind_of(head)
            found = Attachment(
                attachment_id=attachment_id,
                session_id=session_id,
                name=plain_name(name),
                media_type=media_type,
                size=size,
                sha256=digest,
                at=datetime.now(UTC),
            )
            await asyncio.to_thread(self._keep, Path(path), found)
        finally:
            await asyncio.to_thread(Path(path).unlink, missing_ok=True)
        return found

    async def find(self, session_id: str, attachment_id: str) -> Attachment | None:
        """What is known of a file of this session; None when it is gone or was never there."""
        return await asyncio.to_thread(self._read, self._about / session_id / f"{attachment_id}.json")

    def path(self, attachment: Attachment) -> Path:
        return self._content / attachment.sha256

    async def sweep(self, before: datetime) -> int:
        """Throw away what came before then; how many files it were."""
        return await asyncio.to_thread(self._sweep, before)

    # -- inside

    def _count(self, session_id: str) -> int:
        return sum(1 for _ in (self._about / session_id).glob("*.json"))

    def _keep(self, written: Path, found: Attachment) -> None:
        written.replace(self.path(found))
        about = self._about / found.session_id / f"{found.attachment_id}.json"
        about.parent.mkdir(parents=True, exist_ok=True)
        about.write_text(found.model_dump_json())

    def _read(self, about: Path) -> Attachment | None:
        try:
            return Attachment.model_validate_json(about.read_text())
        except (OSError, ValidationError, json.JSONDecodeError):
            return None

    def _all(self) -> Iterator[tuple[Path, Attachment]]:
        for about in self._about.glob("*/*.json"):
            if found := self._read(about):
                yield about, found

    def _sweep(self, before: datetime) -> int:
        old = [about for about, found in self._all() if found.at < before]
        for about in old:
            about.unlink(missing_ok=True)
        wanted = {found.sha256 for _, found in self._all()}
        for content in self._content.glob("*"):
            # What arrives at this moment is new, whoever has referred to it so far.
            if content.name not in wanted and content.stat().st_mtime < before.timestamp():
                content.unlink(missing_ok=True)
        return len(old)


def kind_of(head: bytes) -> str:
    """The media type that the first bytes of a file show, whatever its name says.

    Raises:
        Refused: it is none of ALLOWED.
    """
    try:
        kinds: set[str] = {str(found.mime_type) for found in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        kinds = set()
    allowed = sorted(kinds & ALLOWED)
    if not allowed:
        raise Refused("kind", "Only pictures (PNG, JPEG, GIF, WebP) and PDF files can be sent.")
    return allowed[0]


def plain_name(name: str) -> str:
    """The name of a file, without a path and without what cannot be printed; a long one keeps its ending."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in bare if letter.isprintable()).strip(". ")
    ending = Path(printable).suffix[:LONGEST_ENDING]
    return (printable[: LONGEST_NAME - len(ending)] + ending if len(printable) > LONGEST_NAME else printable) or "file"


async def _written(file: BinaryIO, chunks: AsyncIterable[bytes]) -> tuple[bytes, int, str]:
    """Write what comes; its first bytes, its size and its hash."""
    head, size, digest = b"", 0, hashlib.sha256()
    async for chunk in chunks:
        size += len(chunk)
        if size > MAX_BYTES:
            raise Refused("size", f"A file may have {MAX_BYTES // 1024 // 1024} MB.")
        head += chunk[: max(0, HEAD - len(head))]
        digest.update(chunk)
        await asyncio.to_thread(file.write, chunk)
    return head, size, digest.hexdigest()
