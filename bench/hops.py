"""Choreography on NATS alone: as many hops as our messages have visits, and no work, no retries, nothing to look at.

    python -m bench.hops [--seconds 12] [--clients 1 --clients 20]

On the NATS server of a running stack, so every write is synced as ours are: a work queue on disk, a consumer for each
hop, one process for all of them. A hop publishes the next one, waits until that is stored, and acknowledges.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import cycle
from uuid import uuid4

import click
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StorageType, StreamConfig

from bench.chat import Result, show
from bench.loop import closed
from bench.routes import Steps, travelled
from bench.stack import PATIENCE, a_stack

STREAM = StreamConfig(
    name="BENCH_HOPS", subjects=["bench.hops.*"], retention=RetentionPolicy.WORK_QUEUE, storage=StorageType.FILE
)
TEXT = "x" * 300
ANSWERED_WITHIN = 30.0
READY = "bench.ready"


class Hop:
    """Hands a message on to the next hop, or back to who sent it."""

    def __init__(self, client: Client, number: int) -> None:
        self._client, self._jetstream = client, client.jetstream()
        self._number = number
        self._working: set[asyncio.Task[None]] = set()

    async def take(self, delivery: Msg) -> None:
        # The library calls this for one message at a time: what waits for a disk must not hold up the next.
        task = asyncio.create_task(self._hand_on(delivery))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _hand_on(self, delivery: Msg) -> None:
        carried = json.loads(delivery.data)
        if self._number + 1 < carried["hops"]:
            await self._jetstream.publish(f"bench.hops.{self._number + 1}", delivery.data)
        else:
            await self._client.publish(carried["reply"], delivery.data)
        await delivery.ack()


async def serve(address: str, hops: int) -> None:
    """Serve this many hops until the process ends."""
    client = await nats.connect(address)
    jetstream = client.jetstream()
    await jetstream.add_stream(STREAM)
    for number in range(hops):
        await _consume(jetstream, number, Hop(client, number))
    await client.subscribe(READY, cb=_ready)
    await asyncio.Event().wait()


async def _consume(jetstream: JetStreamContext, number: int, hop: Hop) -> None:
    name = f"hop-{number}"
    await jetstream.subscribe(f"bench.hops.{number}", queue=name, durable=name, cb=hop.take, manual_ack=True)


async def _ready(asked: Msg) -> None:
    await asked.respond(b"")


@contextmanager
def worker(address: str, routes: Sequence[Steps]) -> Iterator[dict[str, int]]:
    """The process that serves the hops, by name, until the block ends."""
    command = (sys.executable, "-m", "bench.hops", "--serve", address, str(max(map(len, routes))))
    process = subprocess.Popen(command)
    try:
        asyncio.run(_until_ready(address))
        yield {"hops": process.pid}
    finally:
        process.terminate()
        process.wait(PATIENCE)


async def _until_ready(address: str) -> None:
    client = await nats.connect(address)
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await client.request(READY, timeout=0.5)
                break
            except nats.errors.Error:
                await asyncio.sleep(0.1)
    await client.close()


@asynccontextmanager
async def _waiting(client: Client) -> AsyncIterator[tuple[str, dict[str, asyncio.Future[None]]]]:
    """Where replies come to, and who waits for which."""
    inbox, waiting = client.new_inbox(), dict[str, asyncio.Future[None]]()

    async def arrived(reply: Msg) -> None:
        waiting.pop(reply.subject).set_result(None)

    await client.subscribe(f"{inbox}.*", cb=arrived)
    yield inbox, waiting


async def measure(address: str, routes: Sequence[Steps], clients: int, seconds: float) -> Result:
    """Let this many clients send messages for this long, each with as many hops as the next question has visits."""
    client, following = await nats.connect(address), cycle(routes)
    jetstream = client.jetstream()
    async with _waiting(client) as (inbox, waiting):

        async def turn(_client: int) -> str | None:
            reply = f"{inbox}.{uuid4().hex}"
            waiting[reply] = replied = asyncio.get_running_loop().create_future()
            carried = {"hops": len(next(following)), "reply": reply, "text": TEXT}
            await jetstream.publish("bench.hops.0", json.dumps(carried).encode())
            answered, _ = await asyncio.wait({replied}, timeout=ANSWERED_WITHIN)
            return None if answered else "no reply"

        result = await closed(clients, seconds, turn)
    await client.close()
    return result


@click.command()
@click.option("--seconds", default=12.0, help="Length of one round.")
@click.option("--clients", multiple=True, default=(1, 20), help="Clients at the same time.")
@click.option("--serve", "address", help="Serve this many hops at this server; nothing else.")
@click.argument("hops", default=0)
def main(seconds: float, clients: tuple[int, ...], address: str | None, hops: int) -> None:
    """Start a stack, measure on its server, stop it."""
    if address:
        asyncio.run(serve(address, hops))
        return
    with a_stack() as stack:
        target, routes = stack.settings.nats_target, asyncio.run(travelled(stack))
        with worker(target, routes):
            for count in clients:
                show(count, 1, asyncio.run(measure(target, routes, count, seconds)))


if __name__ == "__main__":
    main()
