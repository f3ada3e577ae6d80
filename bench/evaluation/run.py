"""The conversation set: every scenario in its wordings, and what was wrong."""

import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.evaluation.judge import Fault, faults
from bench.evaluation.overheard import Overheard
from bench.evaluation.play import Run, play
from bench.evaluation.scenario import WORDINGS, Scenario, scenarios
from bench.evaluation.stage import Theatre

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder with a name of its own is made in it


@dataclass(frozen=True)
class Verdict:
    scenario: Scenario
    runs: tuple[tuple[Run, tuple[Fault, ...]], ...]

    @property
    def holds(self) -> bool:
        """All of its wordings or none."""
        return not any(found for _, found in self.runs)

    @property
    def open_wordings(self) -> tuple[int, ...]:
        return tuple(run.wording for run, found in self.runs if found)

    @property
    def harmful_wordings(self) -> tuple[int, ...]:
        return tuple(run.wording for run, found in self.runs if any(fault.harm for fault in found))

    @property
    def harms(self) -> int:
        return sum(fault.harm for _, found in self.runs for fault in found)


async def judged(
    chosen: Iterable[Scenario] | None = None, wordings: Iterable[int] = range(WORDINGS)
) -> tuple[Verdict, ...]:
    kept = tuple(wordings)
    async with theatre() as opened:
        return tuple([await verdict(opened, one, kept) for one in (scenarios() if chosen is None else chosen)])


@asynccontextmanager
async def theatre(model: Overheard | None = None) -> AsyncIterator[Theatre]:
    with tempfile.TemporaryDirectory(prefix="evaluation-", dir=_fastest()) as folder:
        async with Theatre.open(Path(folder), model) as opened:
            yield opened


def _fastest() -> Path | None:
    """Memory, where there is a place for it: every reply is synced to the history, and a disk has others to serve."""
    return MEMORY if MEMORY.is_dir() else None


async def verdict(opened: Theatre, scenario: Scenario, wordings: tuple[int, ...]) -> Verdict:
    runs = [await play(opened, scenario, wording) for wording in wordings]
    return Verdict(scenario, tuple((run, faults(run)) for run in runs))


def errors(verdicts: Iterable[Verdict], *, replies: bool = False) -> Iterable[str]:
    """A line for each fault, with what was said."""
    for one in verdicts:
        for run, found in one.runs:
            for fault in found:
                played = run.turns[fault.turn - 1]
                where = f"{one.scenario.name}, wording {run.wording + 1}, turn {fault.turn}"
                yield f"{where}: {fault.what}\n    > {played.said}" + (
                    f"\n    < {_short(played.text)}" if replies else ""
                )


def _short(text: str) -> str:
    return " ".join(text.split())[:400]
