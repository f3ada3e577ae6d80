"""The short form of the chaos suite; `python -m bench.chaos` is the long one."""

import pytest

from bench.chaos.run import Plan, run
from bench.stack import a_stack

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("seed", [7])
async def test_every_process_is_killed_under_load_and_nothing_is_lost_doubled_or_stuck(seed: int) -> None:
    with a_stack() as stack:
        verdict, mischief, _ = await run(stack, Plan(messages=150, kills=1, seed=seed, clients=8, pause=(0.2, 1.0)))
    assert verdict.holds, verdict
    assert min(mischief.killed.values()) >= 1
    assert verdict.said == 150
    assert verdict.effects > 0
