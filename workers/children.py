"""Child processes: started with a log of their own, started again when they die, ended together in reverse order."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from mesh.errors import MeshError
from workers import ledger
from workers.servers import Program

log = logging.getLogger("mesh")

GRACE = 8.0
"""Seconds a child has to end by itself."""
STEADY = 30.0
"""Seconds after which a child counts as healthy again."""
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the first, second … restart in a row."""


@dataclass
class Child:
    """One program, through all its processes."""

    program: Program
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0
    in_a_row: int = 0
    started: float = field(default=0.0)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None


class Children:
    """The children of a supervisor: `async with Children(folder) as children: children.start(...)`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: list[Child] = []
        self._watches: list[asyncio.Task[None]] = []
        (folder / "logs").mkdir(parents=True, exist_ok=True)

    async def __aenter__(self) -> Self:
        self._write()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        for child in reversed(self._children):
            await _end(child)
        ledger.write(self._folder, [])

    def start(self, child: Child) -> None:
        """Run a child and keep it running."""
        self._children.append(child)
        self._watches.append(asyncio.create_task(self._keep(child)))

    async def errand(self, program: Program) -> None:
        """Run a program once, to its end. What it prints is seen at once, what it complains of is in its log.

        Raises:
            MeshError: it failed.
        """
        process = await self._spawn(program, printing=True)
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            raise MeshError(f"{program.name} did not end well ({_words(code)}); see {self.log_of(program.name)}")

    def child(self, name: str) -> Child:
        return next(child for child in self._children if child.program.name == name)

    def log_of(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    async def _keep(self, child: Child) -> None:
        while True:
            ended = await self._run(child)
            child.in_a_row = 0 if time.monotonic() - child.started > STEADY else child.in_a_row + 1
            child.restarts += 1
            name, pause = child.program.name, PAUSES[min(child.in_a_row, len(PAUSES)) - 1 if child.in_a_row else 0]
            log.warning("%s %s; starting it again, see %s", name, ended, self.log_of(name))
            await asyncio.sleep(pause)

    async def _run(self, child: Child) -> str:
        """Run a child to its end and say in words how that came."""
        child.started = time.monotonic()
        try:
            process = await self._launch(child)
        except OSError as error:
            return f"cannot be started ({error.strerror})"
        return f"ended ({_words(await process.wait())})"

    async def _launch(self, child: Child) -> asyncio.subprocess.Process:
        child.process = await self._spawn(child.program)
        self._write()
        return child.process

    async def _spawn(self, program: Program, *, printing: bool = False) -> asyncio.subprocess.Process:
        with self.log_of(program.name).open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=None if printing else output,
                stderr=output,
                env={**os.environ, **dict(program.environment)},
                # Ctrl-C reaches the whole foreground group; only the supervisor decides who ends when.
                start_new_session=True,
            )

    def _write(self) -> None:
        running = [(child, child.process) for child in self._children if child.process and child.running]
        entries = [ledger.entry_of("mesh up", os.getpid())]
        for child, process in running:
            with contextlib.suppress(psutil.Error):
                entries.append(ledger.entry_of(child.program.name, process.pid, child.restarts))
        try:
            ledger.write(self._folder, entries)
        except OSError as error:
            log.warning("the ledger of processes cannot be written: %s", error)


async def _end(child: Child) -> None:
    process = child.process
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _words(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
