"""Several keys written together or not at all, read in one question; and what is told of each comparison."""

import asyncio

import pytest

from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.registers import DESK, SEATS, Change
from mesh.streams import MESSAGES


async def kept(bus: Bus, *keys: str) -> list[bytes | None]:
    return [(await bus.read(SEATS, key)).value for key in keys]


async def test_all_is_written_or_nothing(bus: Bus) -> None:
    assert await bus.write_together(SEATS, [Change("c.a", b"1", 0), Change("loads", b"1", 0)])
    loads = (await bus.read(SEATS, "loads")).revision
    # The first is new and would fit; the second is not what was read.
    assert not await bus.write_together(SEATS, [Change("c.b", b"2", 0), Change("loads", b"2", loads - 1)])
    assert not await bus.write_together(SEATS, [Change("c.a", b"2", 0), Change("loads", b"2", loads)])
    assert await kept(bus, "c.a", "c.b", "loads") == [b"1", None, b"1"]
    assert await bus.write_together(SEATS, [Change("c.b", b"2", 0), Change("loads", b"2", loads)])
    assert await kept(bus, "c.a", "c.b", "loads") == [b"1", b"2", b"2"]


async def test_of_many_at_once_one_wins(bus: Bus) -> None:
    tries = (bus.write_together(SEATS, [Change(f"c.{n}", b"x", 0), Change("loads", b"%d" % n, 0)]) for n in range(20))
    won = await asyncio.gather(*tries)
    assert sum(won) == 1
    (winner,) = [n for n, one in enumerate(won) if one]
    assert await kept(bus, *(f"c.{n}" for n in range(20))) == [b"x" if n == winner else None for n in range(20)]


async def test_a_value_may_vanish_by_itself(bus: Bus) -> None:
    await bus.write_together(SEATS, [Change("c.a", b"1", 0, keep=1), Change("c.b", b"1", 0)])
    async with asyncio.timeout(20):
        while await kept(bus, "c.a") != [None]:
            await asyncio.sleep(0.1)
    assert await kept(bus, "c.b") == [b"1"]
    assert await bus.write_together(SEATS, [Change("c.a", b"2", 0)])


async def test_all_below_a_place_is_read_in_one_question(bus: Bus) -> None:
    assert await bus.under(SEATS, "c") == {}
    await bus.write_together(SEATS, [Change(f"c.{n}", b"%d" % n, 0) for n in range(30)] + [Change("loads", b"x", 0)])
    found = await bus.under(SEATS, "c")
    assert {key: one.value for key, one in found.items()} == {f"c.{n}": b"%d" % n for n in range(30)}
    assert await bus.write(SEATS, "c.7", b"new", found["c.7"].revision)


async def test_more_than_nats_tells_in_one_answer_is_read_all_the_same(bus: Bus) -> None:
    for start in range(0, 1100, 100):
        await bus.write_together(SEATS, [Change(f"c.{n}", b"%d" % n, 0) for n in range(start, start + 100)])
    found = await bus.under(SEATS, "c")
    assert len(found) == 1100
    assert await bus.write(SEATS, "c.7", b"new", found["c.7"].revision)


async def test_what_a_bucket_does_not_allow_is_an_error_and_no_loss(bus: Bus) -> None:
    with pytest.raises(Unavailable, match="changes"):
        await bus.write_together(DESK, [Change("a", b"1", 0), Change("b", b"1", 0)])


async def test_every_comparison_is_told_of(bus: Bus) -> None:
    told: list[tuple[str, str]] = []
    bus.noted = lambda operation, result: told.append((operation, result))
    await bus.write(DESK, "s-1", b"1", 0)
    await bus.write(DESK, "s-1", b"1", 0)
    await bus.write_together(SEATS, [Change("c.a", b"1", 0)])
    await bus.write_together(SEATS, [Change("c.a", b"1", 0)])
    with pytest.raises(Unavailable):
        await bus.write("NO_SUCH_BUCKET", "a", b"1", 0)
    assert told == [
        ("claim", "won"),
        ("claim", "lost"),
        ("assign", "won"),
        ("assign", "lost"),
        ("other", "unavailable"),
    ]


async def test_a_single_server_is_a_cluster_of_one(bus: Bus) -> None:
    (node,) = await bus.nodes(MESSAGES)
    assert (node.leads, node.current) == (True, True)
    assert node.name


async def test_the_clock_is_the_servers_also_between_two_questions(bus: Bus) -> None:
    first = await bus.clock()
    second, server = await bus.clock(), await bus.now()
    assert first < second
    assert abs((server - second).total_seconds()) < 5
