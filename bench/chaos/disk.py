"""A disk for the history that can be full."""

import asyncio
import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

ROOM = 2 * 1024**3
AGAIN = 0.1


class Disk(Protocol):
    """Where the history lies, and how it comes to be full."""

    kind: str

    async def full(self, seconds: float, _writers: Callable[[], list[int]], /) -> None:
        """Take no more bytes for a while; `_writers` are the processes that write there now."""


class Tmpfs:
    """A file system of its own that shrinks to what lies on it: every further page is ENOSPC."""

    kind = "a tmpfs without room"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def full(self, seconds: float, _writers: Callable[[], list[int]]) -> None:
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                # What a checkpoint gives back is taken at once; what is written meanwhile makes a try fail.
                used = os.statvfs(self._folder)
                self._resize((used.f_blocks - used.f_bfree) * used.f_frsize)
                await asyncio.sleep(AGAIN)
        finally:
            self._resize(ROOM)

    def _resize(self, size: int) -> None:
        command = ["mount", "-o", f"remount,size={size}", str(self._folder)]
        subprocess.run(command, capture_output=True, check=size == ROOM)


class Limits:
    """Where nothing may be mounted: the writers may write to no file, and see EFBIG. Their logs stand still too."""

    kind = "writers that may not write to files"

    async def full(self, seconds: float, writers: Callable[[], list[int]]) -> None:
        end = time.monotonic() + seconds
        limited: dict[int, tuple[int, int]] = {}
        try:
            while time.monotonic() < end:
                for pid in writers():
                    with contextlib.suppress(ProcessLookupError):
                        limited.setdefault(pid, resource.prlimit(pid, resource.RLIMIT_FSIZE))
                        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limited[pid][1]))
                await asyncio.sleep(AGAIN)
        finally:
            for pid, before in limited.items():
                with contextlib.suppress(ProcessLookupError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def a_disk(folder: Path) -> Iterator[Disk]:
    """A tmpfs at this folder where that is allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "mesh-history", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        yield Limits()
        return
    try:
        yield Tmpfs(folder)
    finally:
        command = ["umount", "--lazy", str(folder)]
        subprocess.run(command, check=True)
