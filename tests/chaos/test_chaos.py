"""The short form of the chaos suite; `python -m bench.chaos` is the long one."""

import pytest

from bench.chaos.clocks import library
from bench.chaos.run import Plan, a_victim, run

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("seed", [7])
async def test_every_process_is_killed_and_everything_fails_under_load_and_nothing_is_lost_doubled_or_stuck(
    seed: int,
) -> None:
    plan = Plan(
        messages=100, kills=1, seed=seed, clients=8, pause=(0.1, 0.6),
        seconds=(0.3, 1.2), temporal_down=2.0, jumps=library() is not None,
    )  # fmt: skip
    with a_victim(clocks=plan.jumps) as (stack, disk):
        verdict, harm, _ = await run(stack, disk, plan)
    assert verdict.holds, verdict
    assert min(harm.mischief.killed.values()) >= 1
    assert harm.outages.struck == {outage.kind: 1 for outage in plan.schedule()}
    assert verdict.said >= 100
    assert verdict.effects > 0
