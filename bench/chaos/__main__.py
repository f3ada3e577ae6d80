import asyncio
import secrets
import sys

import click

from bench.chaos.run import Plan, run
from bench.stack import a_stack


@click.command()
@click.option("--messages", default=10_000, help="Messages to say, all customers together.")
@click.option("--kills", default=50, help="How often each process is killed at least.")
@click.option("--clients", default=16, help="Customers at the same time, half by HTTP, half by WebSocket.")
@click.option("--seed", type=int, help="Repeat the run with this seed.")
def main(messages: int, kills: int, clients: int, seed: int | None) -> None:
    """Run the long chaos suite and print what was found."""
    seed = secrets.randbelow(2**32) if seed is None else seed
    print(f"seed {seed}", flush=True)
    with a_stack() as stack:
        verdict, mischief, took = asyncio.run(run(stack, Plan(messages, kills, seed, clients)))
    print(f"{verdict.said} messages in {took:.0f} s, {verdict.effects} effects")
    print(f"killed: {dict(mischief.killed)}")
    print(f"stopped: {dict(mischief.stopped)}")
    for name in ("unanswered", "without_end", "doubled_effects", "lost_replies", "given_twice", "out_of_order"):
        found = getattr(verdict, name)
        print(f"{name}: {len(found)} {found[:5] if found else ''}")
    healthy = verdict.healthy_after
    print("not healthy in time" if healthy is None else f"healthy after: {healthy:.1f} s")
    sys.exit(0 if verdict.holds else 1)


main()
