"""Does it grow slower with what it has handled? A long load on one mesh, and right after it a fresh one."""

import asyncio
from collections.abc import Iterator
from typing import Final

from bench.chat import Result, measure
from bench.costs import Meter, each, memory, stores
from bench.figures.results import Growth, Load, Round, Step
from bench.stack import Stack, a_stack

CLIENTS: Final = 20
STEPS: Final = 20
FEW: Final = 1_000


def followed(many: int, rounds: int, seconds: float) -> Growth:
    """Handle so many messages, measure, and measure again on a fresh mesh that has handled a few.

    The speed of a shared machine changes within an hour: what is compared is measured within minutes.
    """
    with a_stack() as stack:
        before = stores(stack)
        steps = tuple(climbed(stack, many))
        left, used = each(before, stores(stack), steps[-1].messages), memory(stack)
        after_many = Load.of([one_round(stack, seconds) for _ in range(rounds)])
    with a_stack() as stack:
        list(climbed(stack, FEW, 1))
        after_few = Load.of([one_round(stack, seconds) for _ in range(rounds)])
    return Growth(
        messages=many, few=FEW, after_many=after_many, after_few=after_few, steps=steps, stores=left, memory=used
    )


def climbed(stack: Stack, messages: int, steps: int = STEPS) -> Iterator[Step]:
    """Handle at least so many messages; how fast it was on each part of the way."""
    handled = 0
    for number in range(1, steps + 1):
        meter, result = Meter(stack.pids()), Result()
        while handled + len(result.latencies) < messages * number / steps:
            more = asyncio.run(measure(stack.urls, CLIENTS, 5.0))
            result.latencies += more.latencies
            result.seconds += more.seconds
        if result.latencies:
            handled += len(result.latencies)
            yield _step(handled, meter.read(result))


def _step(handled: int, found: Round) -> Step:
    print(f"{handled:,} messages handled: {found.per_minute:,.0f} a minute", flush=True)
    return Step(
        messages=handled,
        per_minute=found.per_minute,
        temporal_ms=found.cpu_ms["temporal"],
        yardstick_ms=found.yardstick_ms,
    )


def one_round(stack: Stack, seconds: float) -> Round:
    meter = Meter(stack.pids())
    return meter.read(asyncio.run(measure(stack.urls, CLIENTS, seconds)))
