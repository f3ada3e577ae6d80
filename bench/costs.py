"""What messages cost: processor time and memory of every process, bytes in every store."""

import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psutil

from bench.chat import Result
from bench.figures.results import Round
from bench.stack import Stack

MB: Final = 1e6
WORK: Final = 200_000


class Meter:
    """Processor time of some processes and of this one, from when it was made until it is read."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self.yardstick_ms = yardstick()
        self._before = self._now()
        self._own = time.process_time()
        self._machine = psutil.cpu_times()

    def read(self, result: Result) -> Round:
        """The round that has just ended."""
        own, now, messages = time.process_time() - self._own, self._now(), max(1, len(result.latencies))
        percentiles, used = quantiles(result), sum(now.values()) - sum(self._before.values()) + own
        return Round(
            per_minute=result.per_minute,
            p50_ms=percentiles[49],
            p95_ms=percentiles[94],
            p99_ms=percentiles[98],
            errors=result.errors.total(),
            cpu_ms={name: (now[name] - self._before[name]) * 1000 / messages for name in now},
            generator_ms=own * 1000 / messages,
            yardstick_ms=self.yardstick_ms,
            elsewhere=self._elsewhere(used),
        )

    def _elsewhere(self, used: float) -> float:
        """The share of the machine's time since the beginning that was neither idle nor used by us."""
        now = psutil.cpu_times()
        # The time of guests is counted among that of users, too.
        spent = {name: getattr(now, name) - getattr(self._machine, name) for name in now._fields if "guest" not in name}
        idle = spent["idle"] + spent.get("iowait", 0.0)
        whole = sum(spent.values())
        return max(0.0, whole - idle - used) / whole if whole else 0.0

    def _now(self) -> dict[str, float]:
        return {name: sum(process.cpu_times()[:2]) for name, process in self._processes.items()}


def quantiles(result: Result) -> list[float]:
    """The 99 percentiles in milliseconds; 0 when there was no answer to have any."""
    found = result.latencies or [0.0]
    return [one * 1000 for one in statistics.quantiles(found if len(found) > 1 else found * 2, n=100)]


def yardstick() -> float:
    """Milliseconds of processor time that a fixed piece of work takes: how fast this machine is at this moment."""
    begin = time.process_time()
    sum(number * number % 7 for number in range(WORK))
    return (time.process_time() - begin) * 1000


def memory(stack: Stack) -> dict[str, float]:
    """Pages that each process has for itself, in MB."""
    return {name: psutil.Process(pid).memory_full_info().uss / MB for name, pid in stack.pids().items()}


def stores(stack: Stack) -> dict[str, int]:
    """Bytes on disk in each store, with what it has not yet written to its final place."""
    data = stack.settings.mesh_data_dir
    return {
        "Temporal": _size(data / "temporal"),
        "NATS": _size(data / "nats"),
        "Valkey": _size(data / "valkey"),
        "history": sum(file.stat().st_size for file in data.glob("history.db*")),
    }


def _size(folder: Path) -> int:
    sizes = []
    for file in folder.rglob("*"):
        try:
            sizes.append(file.stat().st_size if file.is_file() else 0)
        except FileNotFoundError:
            # A block of a stream, emptied meanwhile.
            continue
    return sum(sizes)


def each(before: Mapping[str, int], after: Mapping[str, int], messages: int) -> dict[str, float]:
    """Bytes that one message left in each store."""
    return {name: (after[name] - before[name]) / messages for name in after}
