"""Three real NATS servers, and the one that leads is killed or stopped: nothing is lost, doubled or out of order."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nats.aio.msg import Msg

from bench.cluster import Cluster, a_cluster, stand, whole
from mesh.bus import Bus
from mesh.checks.nodes import findings, nodes
from mesh.commits import Change
from mesh.desk import Desk
from mesh.registers import DESK, SEATS
from mesh.streams import MESSAGES, REPLIES
from tests.conftest import until
from tests.fakes import a_message
from tests.mesh.test_bus import a_reply
from workers.opening import wait_for_streams

if TYPE_CHECKING:
    from mesh.replies import Reply

COUNT = 40


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with a_cluster(tmp_path / "mesh") as found:
        yield found


async def test_messages_replies_and_claims_outlive_the_servers_that_led_them(cluster: Cluster) -> None:
    """One cluster for all of it: each takes seconds to start."""
    async with Bus.open(cluster.settings, "one") as one, Bus.open(cluster.settings, "other") as other:
        await _each_stream_is_kept_three_times(cluster)
        await _what_is_published_while_the_leader_dies_is_taken_once(cluster, one, other)
        await _replies_go_on_in_order(cluster, one, other)
        await _one_of_two_writers_wins_while_the_leader_is_stopped(cluster, one, other)
    await _what_was_confirmed_is_there_when_all_three_were_killed(cluster)


async def _each_stream_is_kept_three_times(cluster: Cluster) -> None:
    found = await stand(cluster.settings)
    assert (found.whole, found.wanted) == (True, 3)
    verdicts = {one.verdict for one in findings(await nodes(cluster.settings), found, cluster.settings)}
    assert verdicts == {"ok"}


async def _what_is_published_while_the_leader_dies_is_taken_once(cluster: Cluster, one: Bus, other: Bus) -> None:
    taken: list[str] = []

    async def take(delivery: Msg) -> None:
        await delivery.ack_sync(timeout=2)
        taken.append(delivery.headers["Nats-Msg-Id"] if delivery.headers else "")

    async def published() -> None:
        for number in range(COUNT):
            await one.publish(a_message(message_id=f"m-{number}"))
            await asyncio.sleep(0.02)

    leader = await cluster.leader(MESSAGES)
    pulling = asyncio.create_task(other.pull(4, take))
    publishing = asyncio.create_task(published())
    await asyncio.sleep(0.2)
    cluster.kill(leader)
    await publishing

    async def all_taken() -> bool:
        return len(set(taken)) == COUNT

    await until(all_taken, 30)
    pulling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await pulling
    found = findings(await nodes(cluster.settings), await stand(cluster.settings), cluster.settings)
    assert [finding.found for finding in found if finding.verdict != "ok"] == ["does not answer"]
    await cluster.start(leader)
    await until(lambda: whole(cluster.settings), 30)
    # An acknowledgement that died with the leader brings a message again; the stream has stored each once.
    assert (await one._stream.stream_info(MESSAGES)).state.last_seq == COUNT


async def _replies_go_on_in_order(cluster: Cluster, one: Bus, other: Bus) -> None:
    heard: list[Reply] = []
    await other.watch_replies(heard.append)
    leader = await cluster.leader(REPLIES)
    for number in range(COUNT):
        if number == COUNT // 2:
            cluster.kill(leader)
        await one.reply(a_reply(number))

    async def all_heard() -> bool:
        return len(heard) >= COUNT

    await until(all_heard, 30)
    assert [reply.reply_id for reply in heard] == [f"m-{number}:6" for number in range(COUNT)]
    assert [reply.reply_id for reply in await one.replies_after("s-1", 0)] == [reply.reply_id for reply in heard]
    await cluster.start(leader)
    await until(lambda: whole(cluster.settings), 30)


async def _one_of_two_writers_wins_while_the_leader_is_stopped(cluster: Cluster, one: Bus, other: Bus) -> None:
    pid = cluster.pid(await cluster.leader(f"KV_{DESK}"))
    os.kill(pid, signal.SIGSTOP)
    try:
        claims = (Desk(one).claim("s-1", "ann"), Desk(other).claim("s-1", "bob"))
        ends = await asyncio.gather(*claims, return_exceptions=True)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert sorted(type(end).__name__ for end in ends) == ["Claim", "Held"]
    assert await one.write(DESK, "s-2", b"ann", 0)
    assert not await other.write(DESK, "s-2", b"bob", 0)
    # Two writes of one revision under way at once: the second is told only when the first is settled.
    for number in range(COUNT):
        key = f"race-{number}"
        assert sorted(await asyncio.gather(*(bus.write(DESK, key, b"x", 0) for bus in (one, other, one)))) == [0, 0, 1]
        changes = [Change(f"{key}.a", b"x", 0), Change(f"{key}.b", b"x", 0)]
        assert sum(await asyncio.gather(*(bus.write_together(SEATS, changes) for bus in (one, other, one)))) <= 1


async def _what_was_confirmed_is_there_when_all_three_were_killed(cluster: Cluster) -> None:
    for name in cluster.names:
        cluster.kill(name)
    await asyncio.gather(*(cluster.start(name) for name in cluster.names))
    await wait_for_streams(cluster.settings)
    async with Bus.open(cluster.settings, "after") as bus:
        assert len(await bus.replies_after("s-1", 0)) == COUNT
        assert (await bus.read(DESK, "s-2")).value == b"ann"
