"""Clocks that can be set, one for each of our processes: `mesh up` under libfaketime.

    python -m bench.chaos.clocks up

Only the time of day is set; the monotonic clock goes on, as when NTP or a person corrects a real clock. The servers are
written in Go or keep no time of day that matters here, so they keep theirs.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from mesh.settings import Settings
from workers.process import run
from workers.servers import Program
from workers.stack import plan, serve

PLACES = ("/usr/lib", "/usr/local/lib")
RIGHT = "+0"


def library() -> Path | None:
    """Debian's libfaketime, where it is installed (`apt-get install faketime`)."""
    found = (path for place in PLACES for path in Path(place).rglob("faketime/libfaketime.so.1"))
    return next(found, None)


class Clocks:
    """One file for each process, which says how far its clock is off."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def set(self, name: str, offset: str) -> None:
        """Set the clock of a process, within a second: `+3600`, `-3600`, `+0`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{name}.new"
        fresh.write_text(f"{offset}\n")
        fresh.replace(self._folder / name)

    def given_to(self, program: Program, faketime: Path) -> Program:
        """This program with a clock of its own, which goes right."""
        self.set(program.name, RIGHT)
        clock = (
            ("LD_PRELOAD", str(faketime)),
            ("FAKETIME_TIMESTAMP_FILE", str((self._folder / program.name).resolve())),
            ("FAKETIME_CACHE_DURATION", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            # Times of files come from the kernel, and stay comparable among processes.
            ("NO_FAKE_STAT", "1"),
        )
        return replace(program, environment=(*program.environment, *clock))


def with_clocks(settings: Settings) -> tuple[list[Program], list[Program]]:
    """The usual programs, ours with clocks that can be set."""
    faketime = library()
    if faketime is None:
        sys.exit("libfaketime is not installed: apt-get install faketime")
    clocks = Clocks(settings.mesh_data_dir / "clocks")
    servers, ours = plan(settings)
    return servers, [clocks.given_to(program, faketime) for program in ours]


@contextmanager
def swept() -> Iterator[None]:
    """Take away what libfaketime leaves in shared memory when a process is killed."""
    before = _shared()
    try:
        yield
    finally:
        for path in _shared() - before:
            path.unlink(missing_ok=True)


def _shared() -> set[Path]:
    return set(Path("/dev/shm").glob("*faketime_s*_*")) if os.path.isdir("/dev/shm") else set()  # noqa: S108, PTH112


if __name__ == "__main__":
    run(partial(serve, planned=with_clocks))
