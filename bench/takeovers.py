"""Does anything automatic reach a customer after a person took over, and can two people have one conversation?

    python -m bench.takeovers [--races 1000] [--claimers 20] [--seed 7]

Real NATS and SQLite. Claims and deliveries run over connections of their own, at random moments around each other.
"""

import asyncio
import contextlib
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import click

from mesh.bus import Bus
from mesh.delivery import Answer, deliver
from mesh.desk import Desk, Held
from mesh.protocol import Message, Payload, Route
from mesh.settings import Settings
from mesh.store import History, migrate
from workers.servers import nats

CONNECTIONS = 4
AT_ONCE = 8
SPREAD = 0.04
"""Seconds over which a claim and the deliveries around it are strewn: about what these take here, several at once."""
REPLIES = 3


async def claim_race(buses: Sequence[Bus], session_id: str, claimers: int) -> list[str]:
    """Let this many people claim one conversation at the same time; the names of those who got it."""

    async def one(number: int) -> str | None:
        try:
            return (await Desk(buses[number % len(buses)]).claim(session_id, f"agent-{number}")).hold.agent
        except Held:
            return None

    found = await asyncio.gather(*(one(number) for number in range(claimers)))
    return [name for name in found if name]


async def takeover_race(buses: Sequence[Bus], history: History, session_id: str, dice: random.Random) -> Counter[str]:
    """A person takes over while replies are being delivered: what was sent before, held back, and sent too late."""
    moments = [dice.uniform(0, SPREAD) for _ in range(REPLIES + 1)]

    async def one(number: int) -> bool:
        await asyncio.sleep(moments[number])
        bus = buses[number % len(buses)]
        return await deliver(
            _message(session_id, number), Answer(text="words", status="resolved"), history=history, bus=bus
        )

    deliveries = [asyncio.create_task(one(number)) for number in range(REPLIES)]
    await asyncio.sleep(moments[REPLIES])
    await Desk(buses[-1]).claim(session_id, "Dana")
    before = {reply.reply_id for reply in await buses[-1].replies_after(session_id, 0)}
    sent = sum(await asyncio.gather(*deliveries))
    after = {reply.reply_id for reply in await buses[-1].replies_after(session_id, 0)} - before
    rows = [row.status for row in await history.of_session(session_id) if row.sender == "agent"]
    told = sent == len(before | after) == rows.count("resolved") and rows.count("superseded") == REPLIES - sent
    return Counter(sent=sent, held=REPLIES - sent, late=len(after), untrue=0 if told else 1)


def _message(session_id: str, number: int) -> Message:
    return Message(
        message_id=f"{session_id}-{number}",
        session_id=session_id,
        route=Route(steps=("response_aggregator",)),
        payload=Payload(customer_message="Where is my order?"),
    )


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[tuple[list[Bus], History]]:
    """NATS as the mesh runs it, several connections to it, and an empty history."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(_env_file=None, mesh_data_dir=folder, nats_port=port)
    await migrate(settings)
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*nats(settings).command, stdout=quiet, stderr=quiet)
    try:
        async with AsyncExitStack() as stack:
            await _listening(port)
            buses = [await stack.enter_async_context(Bus.open(settings, "race")) for _ in range(CONNECTIONS)]
            yield buses, await stack.enter_async_context(History.open(settings))
    finally:
        process.kill()
        await process.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(OSError):
                (await asyncio.open_connection("127.0.0.1", port))[1].close()
                return
            await asyncio.sleep(0.02)


@click.command()
@click.option("--races", default=1000, help="How many of each kind.")
@click.option("--claimers", default=20, help="People who claim the same conversation at the same time.")
@click.option("--seed", default=7, help="Makes the moments repeatable; what the machine does with them is not.")
def main(races: int, claimers: int, seed: int) -> None:
    """Run both races and say what was seen; the exit code is 1 when anything was wrong."""
    sys.exit(asyncio.run(_run(races, claimers, random.Random(seed))))


async def _run(races: int, claimers: int, dice: random.Random) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with servers(Path(folder)) as (buses, history):
            begin = time.perf_counter()
            claims = Counter([len(await claim_race(buses, f"claim-{number}", claimers)) for number in range(races)])
            print(f"{races} claim races of {claimers} in {time.perf_counter() - begin:.0f} s: got by {dict(claims)}")
            begin, slots, total = time.perf_counter(), asyncio.Semaphore(AT_ONCE), Counter[str]()

            async def one(number: int) -> Counter[str]:
                async with slots:
                    return await takeover_race(buses, history, f"takeover-{number}", dice)

            for found in await asyncio.gather(*(one(number) for number in range(races))):
                total += found
            print(
                f"{races} takeover races in {time.perf_counter() - begin:.0f} s: {total['sent']} replies sent before, "
                f"{total['held']} held back, {total['late']} sent too late, {total['untrue']} recorded untruly"
            )
    return 0 if set(claims) == {1} and not total["late"] + total["untrue"] else 1


if __name__ == "__main__":
    main()
