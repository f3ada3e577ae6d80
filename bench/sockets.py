"""Many sockets for a long time: is anything lost, doubled, or never given back?

    python -m bench.sockets [--idle 1000] [--chatting 200] [--minutes 10] [--every 20]

Idle customers only keep their sockets open; chatting ones say something every so often, each in a conversation of
their own. Afterwards every idle socket must still answer, and every message must have one reply.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import click
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.chat import QUESTIONS
from bench.stack import Stack, a_stack

GENEROUS = "1000000/minute"
LIMITS = {
    **dict.fromkeys(("RATE_ADDRESS", "RATE_CUSTOMER", "RATE_NEW_SESSIONS"), GENEROUS),
    **dict.fromkeys(("SOCKETS_PER_ADDRESS", "SOCKETS_PER_CUSTOMER"), "10000"),
}
"""All of them come from one address and few customers."""

ANSWERED_WITHIN = 60.0
SAMPLED_EVERY = 15.0
SETTLING = 0.2
"""The share of the time after which memory must not grow any more: caches are filled by then."""
FLAT = 0.05


@dataclass
class Findings:
    """What was said and what came back; memory in bytes, unique to each process."""

    said: list[str] = field(default_factory=list)
    replies: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    memory: list[dict[str, int]] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return sum(self.replies[message_id] == 0 for message_id in self.said)

    @property
    def doubled(self) -> int:
        return sum(self.replies[message_id] > 1 for message_id in self.said)

    def growth(self, name: str) -> float:
        """The last quarter against the first one after settling, as a share: 0.05 is 5% more."""
        settled = [sample[name] for sample in self.memory[int(len(self.memory) * SETTLING) :]]
        quarter = max(1, len(settled) // 4)
        return _mean(settled[-quarter:]) / _mean(settled[:quarter]) - 1


def _mean(values: list[int]) -> float:
    return sum(values) / len(values)


@click.command()
@click.option("--idle", default=1000, help="Sockets that only stay open.")
@click.option("--chatting", default=200, help="Sockets whose customers talk.")
@click.option("--minutes", default=10.0, help="How long.")
@click.option("--every", default=20.0, help="Seconds from one message of a customer to the next.")
def main(idle: int, chatting: int, minutes: float, every: float) -> None:
    """Start a stack, open the sockets, talk, and say what was found."""
    with a_stack(None, **LIMITS) as stack:
        found = asyncio.run(run(stack, idle, chatting, minutes * 60, every))
    print(
        f"{len(found.said)} messages, lost: {found.lost}, doubled: {found.doubled}, closed: {dict(found.closed) or 0}"
    )
    ordered = sorted(found.seconds)
    print(f"answered after (s): p50 {ordered[len(ordered) // 2]:.2f}, p95 {ordered[int(len(ordered) * 0.95)]:.2f}")
    for name in found.memory[0]:
        first, last = found.memory[0][name] / 2**20, found.memory[-1][name] / 2**20
        print(f"{name}: {first:.0f} MiB at first, {last:.0f} at the end, {found.growth(name):+.1%} after settling")
    print("gateway, MiB, each minute:", ", ".join(f"{one['gateway'] / 2**20:.0f}" for one in found.memory[::4]))
    holds = not (found.lost or found.doubled or found.closed) and found.growth("gateway") <= FLAT
    sys.exit(0 if holds else 1)


async def run(stack: Stack, idle: int, chatting: int, seconds: float, every: float) -> Findings:
    """Open all sockets first; the time begins when they are open."""
    found = Findings()
    async with asyncio.TaskGroup() as group:
        waiting = [await _open(stack, number) for number in range(idle)]
        talking = [await _open(stack, number) for number in range(chatting)]
        readers = [group.create_task(_drain(one, found)) for one in waiting]
        end = time.monotonic() + seconds
        sampling = group.create_task(_sample(stack, found))
        talkers = [group.create_task(_talk(one, number, end, every, found)) for number, one in enumerate(talking)]
        await asyncio.gather(*talkers)
        sampling.cancel()
        await _still_open(waiting, found)
        for reader in readers:
            reader.cancel()
    await asyncio.gather(*(one.close() for one in (*waiting, *talking)))
    return found


async def _open(stack: Stack, number: int) -> ClientConnection:
    email = QUESTIONS[number % len(QUESTIONS)][0]
    place = f"/ws/{email}?session_id={uuid4().hex}"
    return await connect(stack.url.replace("http", "ws", 1) + place, open_timeout=30, close_timeout=1)


async def _drain(connection: ClientConnection, found: Findings) -> None:
    try:
        async for _ in connection:
            pass
    except ConnectionClosed as error:
        found.closed[str(error)] += 1


async def _still_open(waiting: list[ClientConnection], found: Findings) -> None:
    for connection in waiting:
        try:
            await asyncio.wait_for(await connection.ping(), ANSWERED_WITHIN)
        except (ConnectionClosed, TimeoutError) as error:
            found.closed[f"idle: {error}"] += 1


async def _sample(stack: Stack, found: Findings) -> None:
    while True:
        pids = stack.pids()
        sample = {name: psutil.Process(pid).memory_full_info().uss for name, pid in pids.items()}
        found.memory.append(sample)
        await asyncio.sleep(SAMPLED_EVERY)


async def _talk(connection: ClientConnection, number: int, end: float, every: float, found: Findings) -> None:
    """Say something now and then until the time is over, and count every reply that comes."""
    text = QUESTIONS[number % len(QUESTIONS)][1]
    arrived: dict[str, asyncio.Event] = {}
    listening = asyncio.create_task(_count(connection, arrived, found))
    await asyncio.sleep(random.uniform(0, every))
    while time.monotonic() < end:
        message_id, began = uuid4().hex, time.monotonic()
        arrived[message_id] = asyncio.Event()
        found.said.append(message_id)
        try:
            await connection.send(json.dumps({"type": "message", "text": text, "message_id": message_id}))
            await asyncio.wait_for(arrived[message_id].wait(), ANSWERED_WITHIN)
            found.seconds.append(time.monotonic() - began)
        except (ConnectionClosed, TimeoutError) as error:
            found.closed[f"chatting: {error or 'no reply in time'}"] += 1
        await asyncio.sleep(max(0, began + every - time.monotonic()))
    listening.cancel()


async def _count(connection: ClientConnection, arrived: dict[str, asyncio.Event], found: Findings) -> None:
    async for frame in connection:
        told = json.loads(frame)
        if told["type"] == "reply":
            found.replies[told["message_id"]] += 1
            arrived[told["message_id"]].set()


if __name__ == "__main__":
    main()
