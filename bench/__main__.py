"""`make bench`: the whole system, raw Temporal and NATS alone in one run, in turns; what it costs, and how it grows.

    python -m bench [--rounds 5] [--seconds 12] [--growth 100000] [--peer http://…] [--quick]

Writes `bench/results.json`, the page `docs/performance/index.html`, and the quotes of `docs/performance.md`. A
quarter of an hour, and for the growth as long as so many messages take (an hour or two).
"""

import asyncio
import time
from pathlib import Path
from typing import Final

import click
from pydantic import JsonValue, TypeAdapter

from bench import waterfall
from bench.chat import QUESTIONS, measure
from bench.costs import each, memory, stores
from bench.courses import Course, Sitting, courses, ratios
from bench.figures import page, quotes, tables
from bench.figures.results import FILE, Load, Machine, Memory, Plan, Results, Routes
from bench.figures.results import Sockets as ManySockets
from bench.growth import CLIENTS, climbed, followed
from bench.routes import Steps, travelled
from bench.sockets import run as many_sockets
from bench.stack import Stack, a_stack
from mesh.settings import Settings

SETTLING: Final = 5.0
"""Seconds after the start until memory is read."""
ONE_BY_ONE: Final = 40
IDLE, CHATTING, EVERY = 1_000, 50, 10.0
QUICK: Final = Plan(rounds=2, seconds=4.0, growth=5_000, first=200, open_seconds=15.0)
USUAL: Final = Plan(rounds=5, seconds=12.0, growth=100_000, first=1_000, open_seconds=60.0)
OTHERS: Final = TypeAdapter(JsonValue)
RIDING: Final = "MESH_RIDING=true" if "mesh_riding" in Settings.model_fields else None


@click.command()
@click.option("--rounds", type=int, help="Rounds of everything, in turns; 5 unless told.")
@click.option("--seconds", type=float, help="Length of one round; 12 unless told.")
@click.option("--growth", type=int, help="Follow a mesh for so many messages; 0: not at all. 100000 unless told.")
@click.option("--quick", is_flag=True, help="Two rounds of 4 s, and 5000 messages.")
@click.option("--peer", help="Address of another server with the same POST /api/chat, measured in turns with ours.")
@click.option("--riding", default=RIDING, help="NAME=VALUE of a setting; measured on a mesh of its own.")
@click.option("--other", "others", multiple=True, help="NAME=FILE: what another measurement wrote as JSON.")
@click.option("--write", "file", type=click.Path(path_type=Path), default=FILE, help="Where the figures go.")
def main(  # noqa: PLR0913 - one for each option
    *,
    rounds: int | None,
    seconds: float | None,
    growth: int | None,
    peer: str | None,
    riding: str | None,
    others: tuple[str, ...],
    file: Path,
    quick: bool,
) -> None:
    """Measure everything, print it, and write it down."""
    given = {"rounds": rounds, "seconds": seconds, "growth": growth}
    plan = (QUICK if quick else USUAL).model_copy(update={name: one for name, one in given.items() if one is not None})
    found = _whole(plan, peer)
    # What follows takes hours, and must not take this along when it fails.
    found.write(file)
    if riding:
        found = found.model_copy(update={"series": {**found.series, "riding": _riding(plan, riding)}})
    if plan.growth:
        found = found.model_copy(update={"growth": followed(plan.growth, plan.rounds, plan.seconds)})
    found = found.model_copy(update={"others": dict(map(_other, others))})
    _keep(found, file)


def _whole(plan: Plan, peer: str | None) -> Results:
    """Everything that one mesh can tell."""
    with a_stack() as stack:
        begin, (email, text) = time.perf_counter(), QUESTIONS[0]
        stack.chat(text, email)
        first_answer = stack.cold_start + time.perf_counter() - begin
        time.sleep(SETTLING)
        idle, before = memory(stack), stores(stack)
        handled = list(climbed(stack, plan.first, 1))[-1].messages
        left = each(before, stores(stack), handled)
        routes = asyncio.run(travelled(stack))
        parts = asyncio.run(waterfall.measured(stack, ONE_BY_ONE))
        sitting = Sitting(stack)
        with courses(stack, routes, peer) as found:
            sitting.alternate(found, plan.rounds, plan.seconds)
        return Results(
            machine=Machine.here(),
            plan=plan,
            routes=_average(routes),
            first_answer_s=first_answer,
            series=sitting.loads,
            ratios=ratios(sitting.rounds),
            waterfall=parts,
            memory=Memory(idle=idle, load=sitting.memory),
            stores=left,
            sockets=_sockets(stack, plan.open_seconds),
        )


def _average(routes: tuple[Steps, ...]) -> Routes:
    activities = sum(len(group) for steps in routes for group in steps)
    return Routes(visits=sum(map(len, routes)) / len(routes), activities=activities / len(routes))


def _sockets(stack: Stack, seconds: float) -> ManySockets:
    found = asyncio.run(many_sockets(stack, IDLE, CHATTING, seconds, EVERY))
    ordered = sorted(found.seconds)
    return ManySockets(
        idle=IDLE,
        chatting=CHATTING,
        messages=len(found.said),
        lost=found.lost,
        doubled=found.doubled,
        closed=found.closed.total(),
        p50_ms=1000 * ordered[len(ordered) // 2],
        p95_ms=1000 * ordered[int(len(ordered) * 0.95)],
        gateway_mb=found.memory[-1]["gateway"] / 1e6,
    )


def _riding(plan: Plan, setting: str) -> dict[str, Load]:
    """The same customers on a mesh with this setting."""
    name, _, value = setting.partition("=")
    with a_stack(None, **{name: value}) as stack:
        list(climbed(stack, plan.first, 1))
        sitting, ours = Sitting(stack), stack.pids()
        sitting.alternate(
            [Course("chat", n, lambda clients, s: measure(stack.urls, clients, s), ours) for n in (1, CLIENTS)],
            plan.rounds,
            plan.seconds,
        )
        return sitting.loads["chat"]


def _other(given: str) -> tuple[str, JsonValue]:
    name, _, file = given.partition("=")
    return name, OTHERS.validate_json(Path(file).read_bytes())


def _keep(found: Results, file: Path) -> None:
    found.write(file)
    # As they stand in the file, so that nobody sees a figure that is not there.
    found = Results.read(file)
    if file == FILE:
        page.write(found)
        quotes.write(found)
    for name in ("aims", "loads", "processes"):
        print("\n".join(["", *quotes.markdown(tables.TABLES[name](found))]))


if __name__ == "__main__":
    main()
