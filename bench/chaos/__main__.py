import asyncio
import secrets
import sys
from collections import Counter

import click

from bench.chaos.clocks import library
from bench.chaos.run import Harm, Plan, a_victim, run
from bench.chaos.verdict import Verdict


@click.command()
@click.option("--messages", default=10_000, help="Messages to say at least, all customers together.")
@click.option("--kills", default=50, help="How often each process is killed at least.")
@click.option("--outages", default=5, help="How often each kind of outage comes.")
@click.option("--temporal-down", default=60.0, help="Seconds that Temporal is down each time.")
@click.option("--clients", default=16, help="Customers at the same time, half by HTTP, half by WebSocket.")
@click.option(
    "--pause", type=(float, float), default=(2.0, 5.0), help="Seconds between two kills, at least and at most."
)
@click.option("--clocks", is_flag=True, help="Let clocks jump too; libfaketime makes everything five times slower.")
@click.option("--seed", type=int, help="Repeat the run with this seed.")
def main(  # noqa: PLR0913 - one for each option
    *,
    messages: int,
    kills: int,
    outages: int,
    temporal_down: float,
    clients: int,
    pause: tuple[float, float],
    clocks: bool,
    seed: int | None,
) -> None:
    """Run the long chaos suite and print what was found."""
    if clocks and library() is None:
        raise click.UsageError("clocks need libfaketime: apt-get install faketime")
    plan = Plan(
        messages, kills, secrets.randbelow(2**32) if seed is None else seed, clients,
        pause=pause, outages=outages, temporal_down=temporal_down, jumps=clocks,
    )  # fmt: skip
    print(f"seed {plan.seed}")
    print("outages:", *plan.schedule(), sep="\n  ", flush=True)
    with a_victim(clocks=plan.jumps) as (stack, disk):
        print(f"disk full: {disk.kind}", flush=True)
        verdict, harm, took = asyncio.run(run(stack, disk, plan))
    report(verdict, harm, took)
    sys.exit(0 if verdict.holds else 1)


def report(verdict: Verdict, harm: Harm, took: float) -> None:
    print(f"{verdict.said} messages in {took:.0f} s, {verdict.effects} effects")
    print(f"killed: {dict(harm.mischief.killed)}")
    print(f"stopped: {dict(harm.mischief.stopped)}")
    print(f"outages: {dict(harm.outages.struck)}")
    for name in ("unanswered", "without_end", "doubled_effects", "lost_replies", "given_twice", "out_of_order"):
        found = getattr(verdict, name)
        print(f"{name}: {len(found)} {found[:5] if found else ''}")
    print(f"mesh audit: {verdict.audit or 'prints nothing'}")
    print(f"dead letters: {len(verdict.dead_letters)} {dict(Counter(verdict.dead_letters)) or ''}")
    healthy = verdict.healthy_after
    print("not healthy in time" if healthy is None else f"healthy after: {healthy:.1f} s")


main()
