"""The figures of one run, as they stand in `bench/results.json`. Times in milliseconds, memory in megabytes."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import psutil
from pydantic import BaseModel, ConfigDict, Field, JsonValue

FILE: Final = Path(__file__).resolve().parents[1] / "results.json"


class Figures(BaseModel):
    """A frozen value; in the file nothing stands that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(Figures):
    """The median of several rounds, and how far they lay apart."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        return cls(median=statistics.median(values), least=min(values), most=max(values))


class Round(Figures):
    """One round. `cpu_ms` is what each process used for one message; the load generator's own stands apart.

    Attributes:
        yardstick_ms: processor time of a fixed piece of work right before the round: how fast the machine was then.
        elsewhere: share of the machine that others used meanwhile, its host among them; 0 when it was ours alone.
    """

    per_minute: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int = 0
    cpu_ms: dict[str, float] = {}
    generator_ms: float = 0.0
    yardstick_ms: float = 0.0
    elsewhere: float = 0.0

    @property
    def all_cpu_ms(self) -> float:
        return sum(self.cpu_ms.values())


class Load(Figures):
    """All rounds at one number of clients."""

    per_minute: Spread
    p50_ms: Spread
    p95_ms: Spread
    p99_ms: Spread
    all_cpu_ms: Spread
    cpu_ms: dict[str, float]
    errors: int
    rounds: tuple[Round, ...]

    @classmethod
    def of(cls, rounds: Sequence[Round]) -> Self:
        names = {name: None for one in rounds for name in one.cpu_ms}
        spreads = ("per_minute", "p50_ms", "p95_ms", "p99_ms", "all_cpu_ms")
        return cls(
            **{name: Spread.of([getattr(one, name) for one in rounds]) for name in spreads},
            cpu_ms={name: statistics.median(one.cpu_ms.get(name, 0) for one in rounds) for name in names},
            errors=sum(one.errors for one in rounds),
            rounds=tuple(rounds),
        )


class Machine(Figures):
    """What it was measured on; nothing by which the machine could be told from others of its kind."""

    cores: int
    architecture: str
    memory_gib: int
    python: str

    @classmethod
    def here(cls) -> Self:
        memory = round(psutil.virtual_memory().total / 2**30)
        python = platform.python_version()
        return cls(cores=os.cpu_count() or 1, architecture=platform.machine(), memory_gib=memory, python=python)


class Plan(Figures):
    """How it was measured.

    Attributes:
        seconds: length of one round.
        growth: for how many messages a mesh was followed; 0: not at all.
        first: messages handled before the first round: rounds on an empty mesh flatter.
        open_seconds: how long many sockets were open.
    """

    rounds: int
    seconds: float
    growth: int
    first: int
    open_seconds: float


class Routes(Figures):
    """What a message does on its way, on average over the questions."""

    visits: float
    activities: float


class Part(Figures):
    """A stretch of one message's time: the median of several messages, from when on and for how long."""

    name: str
    kind: str
    begin_ms: float
    ms: float


class Memory(Figures):
    """Pages that belong to one process alone (USS), by process."""

    idle: dict[str, float]
    load: dict[str, float]

    @property
    def all_idle(self) -> float:
        return sum(self.idle.values())

    @property
    def all_load(self) -> float:
        return sum(self.load.values())


class Step(Figures):
    """How fast it was when so many messages had been handled."""

    messages: int
    per_minute: float
    temporal_ms: float
    yardstick_ms: float


class Growth(Figures):
    """Throughput after many messages, and right afterwards on a fresh mesh after a few."""

    messages: int
    few: int
    after_many: Load
    after_few: Load
    steps: tuple[Step, ...]
    stores: dict[str, float]
    memory: dict[str, float]

    @property
    def ratio(self) -> float:
        return self.after_many.per_minute.median / self.after_few.per_minute.median


class Sockets(Figures):
    """Many sockets at once, most of them idle."""

    idle: int
    chatting: int
    messages: int
    lost: int
    doubled: int
    closed: int
    p50_ms: float
    p95_ms: float
    gateway_mb: float


class Results(Figures):
    """All of a run. `stores` are bytes for each message; `others` are what measurements of their own wrote, whole."""

    at: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    machine: Machine
    plan: Plan
    routes: Routes
    first_answer_s: float
    series: dict[str, dict[str, Load]]
    ratios: dict[str, Spread]
    waterfall: tuple[Part, ...]
    memory: Memory
    stores: dict[str, float]
    sockets: Sockets | None = None
    growth: Growth | None = None
    others: dict[str, JsonValue] = {}

    @classmethod
    def read(cls, file: Path = FILE) -> Self:
        return cls.model_validate_json(file.read_bytes())

    def write(self, file: Path = FILE) -> None:
        file.write_text(json.dumps(_rounded(self.model_dump(mode="json")), indent=1) + "\n", encoding="utf-8")

    def at_path(self, path: str) -> float | None:
        """The figure at `series.chat.20.per_minute.median`; None where it was not measured."""
        found: object = self
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)
        return float(found) if isinstance(found, int | float) else None


def _rounded(found: object) -> object:
    """Four figures behind the point are more than anybody can measure."""
    if isinstance(found, float):
        return round(found, 4)
    if isinstance(found, dict):
        return {name: _rounded(value) for name, value in found.items()}
    return [_rounded(value) for value in found] if isinstance(found, list) else found
