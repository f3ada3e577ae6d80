"""Conversations raced by several who assign, and a person who falls silent: one owner each, even loads, nothing lost.

    python -m bench.assignments [--conversations 1000] [--assigners 10] [--people 20] [--silent 3] [--nodes 3]

Real NATS: `--nodes` servers of its own, or those at `--nats` (with commas). Every assigner has its own connection. In
the second part two gateways' assigners and people with heartbeats run against it; rounds of `--silent`.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import click

from bench.cluster import a_cluster
from gateway.assigning import Assigner
from mesh.assignment.rules import Candidate, Need
from mesh.assignment.seats import Seats
from mesh.assignment.table import Table
from mesh.bus import Bus
from mesh.desk import Desk
from mesh.floor import Floor, Presence
from mesh.protocol import Message
from mesh.settings import Settings
from tests.fakes import FakeJourneys
from tests.gateway.at_desk import escalated
from tests.gateway.house import Reached
from tests.gateway.indoors import an_edge

TABLE = Table(capacity=100, offer_seconds=3600)
BEAT = 5.0
HAD = 12
PATIENCE = 60.0
LIMIT = 20.0
"""Seconds after which what a silent person had must be somebody else's."""


async def raced(buses: Sequence[Bus], people: Sequence[Candidate], run: str, number: int) -> list[tuple[str, float]]:
    """Every assigner decides about this conversation at once: whose each found it to be, and how long that took."""
    need = Need(session_id=f"{run}-{number}", message_id=f"{run}-{number}", skill="customer", urgency="high")

    async def one(bus: Bus) -> tuple[str, float]:
        begin = time.perf_counter()
        decided = await Seats(bus).offer(need, people, TABLE)
        return decided.seat.person if decided.seat else "", time.perf_counter() - begin

    return list(await asyncio.gather(*map(one, buses)))


async def race(buses: Sequence[Bus], *, conversations: int, people: int, at_once: int) -> bool:
    run, slots = uuid4().hex[:8], asyncio.Semaphore(at_once)
    team = [Candidate(person=f"{run}-{n}", skills=("customer",), capacity=conversations) for n in range(people)]

    async def one(number: int) -> list[tuple[str, float]]:
        async with slots:
            return await raced(buses, team, run, number)

    begin = time.perf_counter()
    found = await asyncio.gather(*map(one, range(conversations)))
    took = time.perf_counter() - begin
    owners = {number: {person for person, _ in told} for number, told in enumerate(found)}
    seats = {key: seat for key, seat in (await Seats(buses[0]).all()).items() if key.startswith(f"{run}-")}
    loads = Counter(seat.person for seat in seats.values())
    counted = await Seats(buses[0]).loads()
    seconds = [spent for told in found for _, spent in told]
    doubled = sum(len(one) != 1 or "" in one for one in owners.values())
    uneven = max(loads.values()) - min(loads[one.person] for one in team)
    miscounted = sum(counted.get(one.person, 0) != loads[one.person] for one in team)
    print(
        f"{conversations} conversations, {len(buses)} assigners, {people} people, {at_once} at once, in {took:.1f} s: "
        f"{len(seats)} assigned, {doubled} with another number of owners than one, loads {min(loads.values())} to "
        f"{max(loads.values())}, {miscounted} loads counted wrongly; a decision took p50 {_ms(seconds, 50)}, "
        f"p95 {_ms(seconds, 95)}, p99 {_ms(seconds, 99)} ms"
    )
    return len(seats) == conversations and not doubled and uneven <= 1 and not miscounted


def _ms(seconds: Sequence[float], percentile: int) -> str:
    return f"{statistics.quantiles(seconds, n=100)[percentile - 1] * 1000:.1f}"


class Team:
    """People whose windows beat, until one of them is silenced."""

    def __init__(self, bus: Bus) -> None:
        self._floor = Floor(bus)
        self._beating: dict[str, asyncio.Task[None]] = {}

    def come(self, person: str) -> None:
        self._beating[person] = asyncio.create_task(self._beat(person))

    def silence(self, person: str) -> None:
        self._beating.pop(person).cancel()

    def go(self) -> None:
        for person in list(self._beating):
            self.silence(person)

    async def _beat(self, person: str) -> None:
        presence = Presence(person=person, display_name=person.title(), skills=("customer",), capacity=HAD)
        while True:
            await self._floor.show(presence, "w-1")
            await asyncio.sleep(BEAT)


async def silence(settings: Settings, buses: Sequence[Bus], round_: int) -> tuple[float, int, int]:
    """Seconds until all that a silent person had was somebody else's; how much was lost, and how much doubled."""
    run = uuid4().hex[:8]
    waiting = [_waits(f"{run}-{number}") for number in range(HAD)]
    journeys, team = FakeJourneys(*waiting), Team(buses[0])
    assigners = [Assigner(an_edge(settings, bus=bus, temporal=Reached(settings, journeys))) for bus in buses[:2]]
    ana, others = f"ana-{run}", [f"bob-{run}", f"cem-{run}"]
    try:
        team.come(ana)
        for assigner in assigners:
            await assigner.open()
        await _until(buses[0], waiting, {ana})
        await _claim_some(buses[0], waiting, ana)
        for person in others:
            team.come(person)
        await asyncio.sleep(BEAT / 2 + round_ % 5)
        begin = time.perf_counter()
        team.silence(ana)
        owners = await _until(buses[0], waiting, set(others))
        took = time.perf_counter() - begin
        loads = await Seats(buses[0]).loads()
        doubled = abs(sum(loads.get(one, 0) for one in (ana, *others)) - len(owners))
        return took, len(waiting) - len(owners), doubled
    finally:
        for assigner in assigners:
            await assigner.close()
        team.go()
        for message in waiting:
            seat = await Seats(buses[0]).of(message.session_id)
            await Seats(buses[0]).free(message.session_id, seat.person if seat else "")


def _waits(session_id: str) -> Message:
    return escalated(session_id, "high", 0).model_copy(update={"session_id": session_id, "message_id": session_id})


async def _claim_some(bus: Bus, waiting: Sequence[Message], person: str) -> None:
    for message in waiting[::2]:
        await Seats(bus).take(message.session_id, message.message_id, person)
        await Desk(bus).claim(message.session_id, person)
    # Long enough that she is seen to be there while she has them.
    await asyncio.sleep(1)


async def _until(bus: Bus, waiting: Sequence[Message], owners: set[str]) -> dict[str, str]:
    """Whose each conversation is, as soon as all are of these people, or when it has taken too long."""
    end, found = time.perf_counter() + PATIENCE, dict[str, str]()
    while time.perf_counter() < end:
        seats = await Seats(bus).all()
        found = {
            one.session_id: seats[one.session_id].person
            for one in waiting
            if one.session_id in seats and seats[one.session_id].person in owners
        }
        if len(found) == len(waiting):
            break
        await asyncio.sleep(0.1)
    return found


@click.command()
@click.option("--conversations", default=1000)
@click.option("--assigners", default=10)
@click.option("--people", default=20)
@click.option("--at-once", default=1, help="Conversations that all assigners decide about at the same time.")
@click.option("--silent", default=3, help="Rounds in which somebody falls silent.")
@click.option("--nodes", default=1, help="NATS servers to start for it.")
@click.option("--nats", "address", help="Address of a NATS server or cluster to use instead.")
def main(nodes: int, address: str | None, silent: int, **race: int) -> None:
    """Run both parts; the exit code is 1 when something had no owner or two, or came too late."""
    sys.exit(0 if asyncio.run(_run(nodes, address, silent, **race)) else 1)


async def _run(nodes: int, address: str | None, silent: int, *, assigners: int, **given: int) -> bool:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if address:
            settings = Settings(_env_file=None, mesh_data_dir=folder, nats_url=address)
        else:
            settings = (await stack.enter_async_context(a_cluster(folder, nodes))).settings
        buses = [await stack.enter_async_context(Bus.open(settings, f"assigner-{n}")) for n in range(assigners)]
        fair = await race(buses, **given) if given["conversations"] else True
        return await _silences(settings, buses, silent) and fair


async def _silences(settings: Settings, buses: Sequence[Bus], rounds: int) -> bool:
    well = True
    for round_ in range(rounds):
        took, lost, doubled = await silence(settings, buses, round_)
        print(f"silent with {HAD} conversations, half of them claimed: all re-owned after {took:.1f} s, ", end="")
        print(f"{lost} lost, {doubled} doubled")
        well = well and took < LIMIT and not lost and not doubled
    return well


if __name__ == "__main__":
    main()
