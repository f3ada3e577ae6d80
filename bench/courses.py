"""What is measured side by side: our mesh, raw Temporal, NATS alone, a peer; in turns, so that all see one hour."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from bench import chat, hops, raw, talk
from bench.chat import Result
from bench.costs import Meter, memory
from bench.figures.results import Load, Round, Spread
from bench.routes import Steps
from bench.stack import Stack

CLIENTS: Final = (1, 20, 100)
ALONE_AND_MANY: Final = (1, 20)
PEER_ASKED: Final = (("polly.inquirer@example.com", "Where is my order ORD-12345678?"),)
"""What any shop's assistant can answer."""

ORDER: Final = (
    *((1, name) for name in ("peer", "chat", "raw", "hops", "sockets")),
    *((20, name) for name in ("sockets", "hops", "peer", "raw", "chat")),
    *((100, name) for name in ("chat", "peer", "sockets")),
)
"""What is compared stands side by side: another minute may find the machine slower."""

Rounds = dict[str, dict[int, list[Round]]]


@dataclass(frozen=True)
class Course:
    """Something that is measured with so many clients; `pids` are the processes that work for it."""

    name: str
    clients: int
    run: Callable[[int, float], Awaitable[Result]]
    pids: Mapping[str, int]


@contextmanager
def courses(stack: Stack, routes: Sequence[Steps], peer: str | None) -> Iterator[list[Course]]:
    """All of them, as long as what they need is running."""
    temporal, bus, ours = stack.settings.temporal_target, stack.settings.nats_target, stack.pids()
    with raw.workers(temporal, routes) as rawly, hops.worker(bus, routes) as hopping:
        found = [Course("chat", n, lambda clients, s: chat.measure(stack.urls, clients, s), ours) for n in CLIENTS]
        found += [Course("sockets", n, lambda clients, s: talk.measure(stack.url, clients, s), ours) for n in CLIENTS]
        found += [
            Course(
                "raw", n, lambda clients, s: raw.measure(temporal, routes, clients, s), _with("temporal", ours, rawly)
            )
            for n in ALONE_AND_MANY
        ]
        found += [
            Course("hops", n, lambda clients, s: hops.measure(bus, routes, clients, s), _with("nats", ours, hopping))
            for n in ALONE_AND_MANY
        ]
        if peer:
            found += [
                Course("peer", n, lambda clients, s: chat.measure((peer,), clients, s, PEER_ASKED), {}) for n in CLIENTS
            ]
        yield sorted(found, key=lambda one: ORDER.index((one.clients, one.name)))


def _with(server: str, ours: Mapping[str, int], workers: Mapping[str, int]) -> dict[str, int]:
    return {server: ours[server], **workers}


class Sitting:
    """The rounds of one stack, and the most memory that it had after one."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.rounds: Rounds = {}
        self.memory: dict[str, float] = {}

    def alternate(self, found: Sequence[Course], rounds: int, seconds: float) -> None:
        """All courses in turns, every other time from the last to the first."""
        for number in range(rounds):
            for course in found if number % 2 == 0 else reversed(found):
                self._one(course, seconds)

    def _one(self, course: Course, seconds: float) -> None:
        meter = Meter(course.pids)
        found = meter.read(asyncio.run(_run(course, seconds)))
        self.rounds.setdefault(course.name, {}).setdefault(course.clients, []).append(found)
        print(
            f"{course.name} at {course.clients}: {found.per_minute:,.0f} a minute, p50 {found.p50_ms:.0f} ms, "
            f"p95 {found.p95_ms:.0f}, errors {found.errors}, CPU {found.all_cpu_ms:.1f} ms, "
            f"elsewhere {found.elsewhere:.0%}",
            flush=True,
        )
        if course.name == "chat":
            self.memory = max(self.memory, memory(self._stack), key=lambda one: sum(one.values()))

    @property
    def loads(self) -> dict[str, dict[str, Load]]:
        return {
            name: {str(clients): Load.of(rounds) for clients, rounds in sorted(by.items())}
            for name, by in self.rounds.items()
        }


async def _run(course: Course, seconds: float) -> Result:
    return await course.run(course.clients, seconds)


def ratios(rounds: Rounds) -> dict[str, Spread]:
    """Ours against the others, round by round: what was measured within a minute shares the machine's speed."""
    ours = rounds["chat"]
    found = {
        "raw_throughput": _against(ours[20], rounds["raw"][20], lambda one: one.per_minute),
        "raw_p50": _against(ours[1], rounds["raw"][1], lambda one: one.p50_ms),
        "hops_throughput": _against(ours[20], rounds["hops"][20], lambda one: one.per_minute),
        "hundred": _against(ours[100], ours[20], lambda one: one.per_minute),
    }
    if "peer" in rounds and all(one.per_minute for count in ALONE_AND_MANY for one in rounds["peer"][count]):
        found["peer"] = _against(ours[20], rounds["peer"][20], lambda one: one.per_minute)
        found["peer_p50"] = _against(ours[1], rounds["peer"][1], lambda one: one.p50_ms)
    return found


def _against(ours: Sequence[Round], others: Sequence[Round], figure: Callable[[Round], float]) -> Spread:
    return Spread.of([figure(one) / figure(other) for one, other in zip(ours, others, strict=True)])
