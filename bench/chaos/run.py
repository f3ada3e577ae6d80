"""One run: customers, kills and outages at the same time, then the verdict."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from bench.chaos.clocks import swept
from bench.chaos.customers import CUSTOMERS, Budget, Conversation, Doors, by_http, by_socket
from bench.chaos.disk import Disk, a_disk
from bench.chaos.faults import VICTIMS, Mischief
from bench.chaos.outages import DAMAGE, JUMPS, Outage, Outages, schedule
from bench.chaos.verdict import Verdict, healthy_after, judge
from bench.stack import Stack, a_stack

DEADLINES = {f"HUMAN_DEADLINE_{urgency}": "10" for urgency in ("LOW", "MEDIUM", "HIGH", "CRITICAL")}
"""Nobody sits at the desk: what waits for a person must come to its end all the same."""


@dataclass(frozen=True)
class Plan:
    """How much load, how much harm, and the seed that decides who is hurt when.

    Attributes:
        outages: how often each kind of outage comes.
        seconds: between these two an outage lasts, but for that of Temporal.
    """

    messages: int
    kills: int
    seed: int
    clients: int = 16
    victims: tuple[str, ...] = VICTIMS
    pause: tuple[float, float] = (0.5, 2.5)
    outages: int = 1
    seconds: tuple[float, float] = (2.0, 8.0)
    temporal_down: float = 60.0
    jumps: bool = True

    def schedule(self) -> tuple[Outage, ...]:
        kinds = (*DAMAGE, *JUMPS) if self.jumps else DAMAGE
        drawn = schedule(self.seed, self.outages, kinds=kinds, seconds=self.seconds, pause=self.pause)
        down = self.temporal_down
        return tuple(replace(one, seconds=down) if one.kind == "temporal down" else one for one in drawn)


@dataclass(frozen=True)
class Harm:
    """What was done."""

    mischief: Mischief
    outages: Outages

    @property
    def last(self) -> float:
        return max(self.mischief.last, self.outages.last)


@contextmanager
def a_victim(*, clocks: bool) -> Iterator[tuple[Stack, Disk]]:
    """A stack whose history has a disk of its own, and whose processes have clocks of their own if asked for."""
    program = "bench.chaos.clocks" if clocks else "mesh.cli"
    with tempfile.TemporaryDirectory() as place, a_disk(Path(place) / "history") as disk, swept():
        database = f"sqlite+aiosqlite:///{place}/history/history.db"
        with a_stack(Path(place), program=program, DATABASE_URL=database, **DEADLINES) as stack:
            yield stack, disk


async def run(stack: Stack, disk: Disk, plan: Plan) -> tuple[Verdict, Harm, float]:
    """The verdict, what was done, and the seconds that the load took."""
    budget = Budget(plan.messages)
    conversations = [Conversation(*who) for who in islice(cycle(CUSTOMERS), plan.clients)]
    mischief = Mischief(stack, plan.seed, plan.kills, plan.pause, plan.victims)
    harm = Harm(mischief, Outages(stack, disk, plan.schedule()))
    begin = time.monotonic()
    async with asyncio.TaskGroup() as group:
        healthy = group.create_task(_harm(stack, harm, budget))
        for number, conversation in enumerate(conversations):
            # Each kind of customer comes both ways.
            customer = by_socket if number // len(CUSTOMERS) % 2 else by_http
            group.create_task(customer(Doors(stack.url), budget, conversation))
    took = time.monotonic() - begin
    verdict = await judge(stack, conversations)
    verdict.healthy_after = healthy.result()
    return verdict, harm, took


async def _harm(stack: Stack, harm: Harm, budget: Budget) -> float | None:
    async with asyncio.TaskGroup() as group:
        group.create_task(harm.mischief.run())
        group.create_task(harm.outages.run())
    budget.enough.set()
    return await healthy_after(stack, harm.last)
