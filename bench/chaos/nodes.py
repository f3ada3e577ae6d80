"""Three nodes under load: the leader is killed, then another, one is stopped, and one of each process is killed.

    python -m bench.chaos.nodes [--messages 2000] [--clients 16] [--source chat --source mail] [--stopped 20]

Customers go to two gateways, each to the other one when theirs fails. After each harm it waits until the mesh is whole:
every process runs, every stream has a leader and every copy is up to date. It prints the longest time in which nobody
was answered, around each harm and in all, the longest that one message took, and what the judge of `bench.chaos` found.
"""

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import NamedTuple

import click

from bench.chaos.customers import CUSTOMERS, Budget, Conversation, Customer, Doors, by_http, by_socket
from bench.chaos.letters import by_mail
from bench.chaos.run import DEADLINES
from bench.chaos.verdict import Verdict, judge
from bench.cluster import leader_of, stand
from bench.stack import Stack, a_stack, running
from mesh.streams import MESSAGES
from tests.conftest import until
from workers.cluster import NAMES

SOURCES: dict[str, tuple[Customer, ...]] = {"chat": (by_http, by_socket), "mail": (by_mail,)}
"""Where messages come from, and how customers send them there."""
WHOLE_WITHIN = 30.0
WARM = 20.0
"""Seconds of load before the first harm: whoever reads the articles for the first time takes some of them."""
SETTLED = 3.0
"""Seconds of undisturbed load between two harms."""
PROCESSES = (
    "workflow", "actors", "actors2", "intake", "intake2", "gateway", "gateway2", "nats", "nats2", "nats3"
)  # fmt: skip


class Blow(NamedTuple):
    """One harm: when it began and was repaired (monotonic seconds), and how long it then took until all was whole."""

    what: str
    began: float
    repaired: float
    whole_after: float | None


@dataclass
class Report:
    """What was done and what customers noticed."""

    blows: list[Blow] = field(default_factory=list)
    times: list[tuple[float, float]] = field(default_factory=list)
    journeys: list[str] = field(default_factory=list)

    def silence(self, since: float = 0.0, until: float = float("inf")) -> float:
        """The longest time in which nobody was answered, as far as it lies between these instants."""
        answers = sorted(answered for _, answered in self.times if answered)
        spans = ((max(before, since), min(after, until)) for before, after in pairwise(answers))
        return max((after - before for before, after in spans), default=0.0)

    def slowest(self, since: float = 0.0, until: float = float("inf")) -> float:
        """The longest that a message took which was on its way between these instants."""
        met = (times for times in self.times if times[0] < until and times[1] > since)
        return max((answered - said for said, answered in met), default=0.0)

    @property
    def whole_in_time(self) -> bool:
        return all(blow.whole_after is not None and blow.whole_after <= WHOLE_WITHIN for blow in self.blows)


@click.command()
@click.option("--messages", default=2_000, help="Messages to say at least, all customers together.")
@click.option("--clients", default=16, help="Customers at the same time.")
@click.option("--source", "sources", multiple=True, type=click.Choice(sorted(SOURCES)), help="Where they write from.")
@click.option("--stopped", default=20.0, help="Seconds that a node is stopped.")
@click.option("--traces", default=0, help="Print the journeys of so many of the slowest messages.")
def main(messages: int, clients: int, sources: tuple[str, ...], stopped: float, traces: int) -> None:
    """Harm a stack of three nodes and print what was found."""
    with tempfile.TemporaryDirectory() as place, a_stack(Path(place), NATS_NODES="3", **DEADLINES) as stack:
        verdict, report, slow = asyncio.run(run(stack, messages, clients, sources or tuple(SOURCES), stopped))
        report.journeys = [stack.mesh("trace", message_id).stdout for message_id in slow[:traces]]
    show(verdict, report)
    sys.exit(0 if judged_well(verdict) and report.whole_in_time else 1)


async def run(
    stack: Stack, messages: int, clients: int, sources: Sequence[str], stopped: float
) -> tuple[Verdict, Report, list[str]]:
    """Load the stack while it is harmed; afterwards what the judge says, and the messages, the slowest first."""
    budget, report = Budget(messages), Report()
    conversations = [Conversation(*who) for who in islice(cycle(CUSTOMERS), clients)]
    ways = [way for source in sources for way in SOURCES[source]]
    async with asyncio.TaskGroup() as group:
        group.create_task(_harm(stack, report, budget, stopped))
        for number, conversation in enumerate(conversations):
            way = ways[number // len(CUSTOMERS) % len(ways)]
            doors = Doors(*stack.urls, first=number, mail=stack.settings.agentmail_target)
            group.create_task(way(doors, budget, conversation))
    times = {message_id: times for one in conversations for message_id, times in one.times.items()}
    report.times = list(times.values())
    slow = sorted(times, key=lambda one: times[one][0] - times[one][1])
    return await judge(stack, conversations), report, slow


async def _harm(stack: Stack, report: Report, budget: Budget, stopped: float) -> None:
    await asyncio.sleep(WARM)
    leader = await leader_of(stack.settings, MESSAGES, WHOLE_WITHIN)
    await _blow(report, stack, f"kill -9 of {leader}, which led the messages", lambda: _killed(stack, leader))
    other = next(name for name in NAMES if name != leader)
    await _blow(report, stack, f"kill -9 of {other}", lambda: _killed(stack, other))
    third = await leader_of(stack.settings, MESSAGES, WHOLE_WITHIN)
    await _blow(report, stack, f"SIGSTOP of {third} for {stopped:g} s", lambda: _stopped(stack, third, stopped))
    for name in ("gateway", "intake", "actors"):
        await _blow(report, stack, f"kill -9 of {name}", lambda name=name: _killed(stack, name))  # type: ignore[misc]
    budget.enough.set()


async def _blow(report: Report, stack: Stack, what: str, strike: Callable[[], Awaitable[None]]) -> None:
    began = time.monotonic()
    await strike()
    repaired = time.monotonic()
    report.blows.append(Blow(what, began, repaired, await _whole_after(stack, repaired)))
    await asyncio.sleep(SETTLED)


async def _killed(stack: Stack, name: str) -> None:
    """Kill a process; it counts as repaired when the supervisor has started it again."""
    old = stack.pids()[name]
    os.kill(old, signal.SIGKILL)

    async def again() -> bool:
        return stack.pids().get(name, old) != old

    await until(again, WHOLE_WITHIN)


async def _stopped(stack: Stack, name: str, seconds: float) -> None:
    pid = stack.pids()[name]
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)


async def _whole_after(stack: Stack, since: float) -> float | None:
    """Seconds from then until everything runs and every copy is up to date; None when that takes too long."""
    while (waited := time.monotonic() - since) < 2 * WHOLE_WITHIN:
        pids = stack.pids()
        if all(name in pids and running(pids[name]) for name in PROCESSES) and (await stand(stack.settings)).whole:
            return waited
        await asyncio.sleep(0.2)
    return None


def judged_well(verdict: Verdict) -> bool:
    verdict.healthy_after = 0.0
    return verdict.holds


def show(verdict: Verdict, report: Report) -> None:
    """Print what was found, as a table."""
    print(f"{verdict.said} messages, {verdict.effects} effects")
    print("| harm | nobody was answered for, at most | slowest message | whole again after |")
    print("| --- | --- | --- | --- |")
    for blow, end in zip(report.blows, [*(one.began for one in report.blows[1:]), float("inf")], strict=True):
        whole = "not in time" if blow.whole_after is None else f"{blow.whole_after:.1f} s"
        silence, slowest = report.silence(blow.began, end), report.slowest(blow.began, end)
        print(f"| {blow.what} | {silence:.1f} s | {slowest:.1f} s | {whole} |")
    since = report.blows[0].began
    print(
        f"longest silence: {report.silence(since):.1f} s; longest that one message took: {report.slowest(since):.1f} s"
    )
    for name in ("unanswered", "without_end", "doubled_effects", "lost_replies", "given_twice", "out_of_order"):
        found = getattr(verdict, name)
        print(f"{name}: {len(found)} {found[:5] if found else ''}")
    print(f"mesh audit: {verdict.audit or 'prints nothing'}")
    print(f"dead letters: {len(verdict.dead_letters)} {verdict.dead_letters[:3] or ''}")
    print(*report.journeys, sep="\n")


if __name__ == "__main__":
    main()
