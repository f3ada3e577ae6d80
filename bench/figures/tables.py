"""The tables of a run, as rows of words: for the terminal, for `docs/performance.md`, and for the page."""

from collections.abc import Callable, Iterator
from typing import Final

from bench.figures.aims import judged
from bench.figures.results import Load, Results, Spread

Rows = Iterator[tuple[str, ...]]
SERIES: Final = {
    "chat": "POST /api/chat",
    "sockets": "WebSocket",
    "riding": "the same, riding",
    "raw": "raw Temporal",
    "hops": "NATS alone",
    "peer": "peer",
}
"""What was asked, as people read it."""
SAME_WORK: Final = {"raw workflow": "workflow", "raw activities": "actors", "hops": "actors"}
"""Processes of the other series that do what this one of ours does."""


def aims(results: Results) -> Rows:
    yield "figure", "found", "", "at least", "aim"
    for aim, figure, standing in judged(results):
        sign = "≥" if aim.than == "above" else "≤"
        limits = (f"{sign} {aim.shown.format(value)}" for value in (aim.limit, aim.aim))
        yield aim.name, "" if figure is None else aim.shown.format(figure), standing, *limits


def loads(results: Results) -> Rows:
    yield "", "clients", "messages/min", "p50 ms", "p95 ms", "p99 ms", "errors", "CPU ms"
    for name, clients, load in series(results):
        times = (spread(load.p50_ms), *(f"{one.median:,.0f}" for one in (load.p95_ms, load.p99_ms)))
        cpu = f"{load.all_cpu_ms.median:.1f}" if load.cpu_ms else ""
        yield SERIES.get(name, name), clients, spread(load.per_minute), *times, str(load.errors), cpu


def series(results: Results) -> Iterator[tuple[str, str, Load]]:
    """Every series at every number of clients, ours first."""
    for name in sorted(results.series, key=lambda one: list(SERIES).index(one)):
        for clients, load in results.series[name].items():
            yield name, clients, load


def spread(found: Spread) -> str:
    return f"{found.median:,.0f} ({found.least:,.0f} to {found.most:,.0f})"


def processes(results: Results) -> Rows:
    """Processor time for a message at 20 clients, and memory."""
    yield "process", "CPU ms a message", "MB idle", "MB under load"
    spent = _at_twenty(results).cpu_ms
    names = sorted({*spent, *results.memory.idle}, key=lambda name: (-spent.get(name, 0), name))
    for name in names:
        idle, load = results.memory.idle.get(name, 0), results.memory.load.get(name, 0)
        yield name, f"{spent.get(name, 0):.1f}", f"{idle:,.0f}", f"{load:,.0f}"
    yield "all", f"{sum(spent.values()):.1f}", f"{results.memory.all_idle:,.0f}", f"{results.memory.all_load:,.0f}"


def _at_twenty(results: Results) -> Load:
    return results.series["chat"]["20"]


def waterfall(results: Results) -> Rows:
    yield "part of one message at 1 client", "from ms", "takes ms"
    for part in results.waterfall:
        yield part.name.replace("_", " "), f"{part.begin_ms:.1f}", f"{part.ms:.1f}"


def stores(results: Results) -> Rows:
    yield "store", "KiB a message"
    for name, size in results.stores.items():
        yield name, f"{size / 1024:,.1f}"


def growth(results: Results) -> Rows:
    yield "messages handled", "messages/min", "Temporal's CPU ms a message"
    for step in results.growth.steps if results.growth else ():
        yield f"{step.messages:,}", f"{step.per_minute:,.0f}", f"{step.temporal_ms:.1f}"


def origin(results: Results) -> str:
    """When and where it was measured."""
    here, plan = results.machine, results.plan
    machine = f"{here.cores} cores ({here.architecture}), {here.memory_gib} GiB, Python {here.python}"
    rounds = f"medians of {plan.rounds} rounds" if plan.rounds > 1 else "one round"
    return f"{results.at:%Y-%m-%d}, {machine}; {rounds} of {plan.seconds:g} s"


TABLES: Final[dict[str, Callable[[Results], Rows]]] = {
    "aims": aims,
    "loads": loads,
    "processes": processes,
    "waterfall": waterfall,
    "stores": stores,
    "growth": growth,
}
