"""Do dead messages end well when they are replayed, and is any deed repeated? Against a whole stack of its own.

    python -m bench.replay [--letters 200]

Messages die in every way there is: unreadable bytes, no error handler, a failing error handler, a circle, a terminated
workflow. Then the cause is repaired and all are replayed.
"""

import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from mesh.bus import Bus
from mesh.letters import Letters
from tests.e2e.conftest import Stack, a_stack
from tests.e2e.graves import KINDS, Grave, a_grave, die, mend, repaired, replay


@click.command()
@click.option("--letters", default=200, help="How many messages die.")
def main(letters: int) -> None:
    """Start a stack, let messages die, repair, replay, print what came of it."""
    graves = [a_grave(KINDS[number % len(KINDS)]) for number in range(letters)]
    with tempfile.TemporaryDirectory() as place, a_stack(Path(place), DEAD_SWEEP="2") as stack:
        asyncio.run(measure(stack, graves, Path(place)))


async def measure(stack: Stack, graves: list[Grave], folder: Path) -> None:
    async with stack.bus() as bus:
        begin = time.perf_counter()
        dead = await die(stack, graves, bus)
        print(f"{len(dead)} dead letters after {time.perf_counter() - begin:.0f} s: {_kinds(graves)}")
        before = effects(stack, graves)
        async with repaired(stack):
            codes = await mend(stack, graves, dead, folder)
            begin = time.perf_counter()
            done = await asyncio.to_thread(replay, stack, "--reason", "unfinished")
        print(f"{done.stdout.strip()} in {time.perf_counter() - begin:.1f} s; exit code {done.returncode}")
        print(f"{len(codes)} unreadable ones replayed from repaired files: exit codes {dict(Counter(codes))}")
        await report(stack, bus, graves, before)


async def report(stack: Stack, bus: Bus, graves: list[Grave], before: dict[str, list[str]]) -> None:
    after = effects(stack, graves)
    left = [letter.sequence async for letter in Letters(bus).after()]
    ends = Counter([(await stack.end(grave.message.message_id)).ending for grave in graves])
    replies = [await bus.replies_after(grave.message.session_id, 0) for grave in graves]
    repeated = sum(len(keys) - len(set(keys)) for keys in after.values())
    again = sum(bool(keys) and after[name] != keys for name, keys in before.items())
    print(f"letters left: {len(left)}; ends: {dict(ends)}")
    print(f"deeds before: {sum(map(len, before.values()))}, after: {sum(map(len, after.values()))}")
    print(f"deeds repeated: {repeated + again}")
    print(f"customers whose last reply is the answer: {sum(found[-1].status == 'resolved' for found in replies)}")


def effects(stack: Stack, graves: list[Grave]) -> dict[str, list[str]]:
    """The operations at the shop of each message."""
    names = [grave.message.message_id for grave in graves]
    return {name: sorted(f"{one['operation']} {one['target']}" for one in stack.effects(name)) for name in names}


def _kinds(graves: list[Grave]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in Counter(grave.kind for grave in graves).items())


if __name__ == "__main__":
    main()
