"""The means of the chaos suite do what they say."""

import asyncio
import errno
import resource
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from bench.chaos.clocks import Clocks
from bench.chaos.disk import Disk, Limits, a_disk
from bench.chaos.outages import DAMAGE, JUMPS, _lock, schedule
from bench.chaos.run import Plan
from bench.chaos.verdict import Verdict
from workers.servers import Program

WRITER = """
import sys
with open(sys.argv[1], "ab", buffering=0) as file:
    for line in sys.stdin:
        try:
            file.write(b"x" * 65536)
        except OSError as error:
            print(error.errno, flush=True)
        else:
            print(0, flush=True)
"""


async def attempts(disk: Disk, file: Path) -> list[int]:
    """What a writer on this disk is told before, while and after it is full."""
    writer = subprocess.Popen(  # noqa: ASYNC220 - its pipes are read in a thread
        [sys.executable, "-c", WRITER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    told = []
    with writer:
        for _ in range(3):
            writer.stdin.write("\n")
            writer.stdin.flush()
            told.append(int(await asyncio.to_thread(writer.stdout.readline)))
            if len(told) == 1:
                filling = asyncio.create_task(disk.full(1.0, lambda: [writer.pid]))
                await asyncio.sleep(0.5)
            else:
                await filling
        writer.stdin.close()
    return told


async def test_a_full_disk_refuses_bytes_and_takes_them_again_afterwards(tmp_path: Path) -> None:
    with a_disk(tmp_path / "history") as disk:
        told = await attempts(disk, tmp_path / "history" / "file")
        assert told[0] == told[2] == 0
        assert told[1] in {errno.ENOSPC, errno.EFBIG}
    assert not (tmp_path / "history" / "file").exists() or isinstance(disk, Limits)


async def test_where_nothing_may_be_mounted_the_writers_are_limited(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert await attempts(Limits(), tmp_path / "file") == [0, errno.EFBIG, 0]
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before


async def test_a_locked_history_takes_no_writer_until_it_is_released(tmp_path: Path) -> None:
    database = tmp_path / "history.db"
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        locking = asyncio.create_task(asyncio.to_thread(_lock, database, 1.0))
        await asyncio.sleep(0.5)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        await locking
        other.execute("BEGIN IMMEDIATE")


def test_a_seed_means_the_same_outages_whenever_it_is_given() -> None:
    plan = Plan(messages=1, kills=1, seed=7, outages=3)
    assert plan.schedule() == Plan(messages=9, kills=9, seed=7, outages=3).schedule()
    assert plan.schedule() != Plan(messages=1, kills=1, seed=8, outages=3).schedule()
    assert Counter(outage.kind for outage in plan.schedule()) == dict.fromkeys((*DAMAGE, *JUMPS), 3)


def test_every_clock_jumps_forward_and_backward_when_it_jumps_twice() -> None:
    jumps = schedule(7, 2, kinds=JUMPS, seconds=(1, 2), pause=(1, 2))
    assert {(jump.kind, jump.direction) for jump in jumps} == {(kind, way) for kind in JUMPS for way in "+-"}


def test_temporal_is_down_as_long_as_the_plan_says() -> None:
    found = [outage for outage in Plan(messages=1, kills=1, seed=7).schedule() if outage.kind == "temporal down"]
    assert [outage.seconds for outage in found] == [60.0]


def test_a_clock_is_given_to_its_process_alone_and_goes_right_at_first(tmp_path: Path) -> None:
    clocks = Clocks(tmp_path)
    gateway = clocks.given_to(Program("gateway", ("true",), environment=(("A", "1"),)), Path("libfaketime.so.1"))
    intake = clocks.given_to(Program("intake", ("true",)), Path("libfaketime.so.1"))
    clocks.set("gateway", "+3600")
    files = [Path(dict(one.environment)["FAKETIME_TIMESTAMP_FILE"]) for one in (gateway, intake)]
    assert [file.read_text() for file in files] == ["+3600\n", "+0\n"]
    assert dict(gateway.environment)["A"] == "1"


@pytest.mark.parametrize("fault", ["unanswered", "without_end", "doubled_effects", "lost_replies"])
def test_whatever_was_found_breaks_the_verdict(fault: str) -> None:
    assert Verdict(healthy_after=1.0, dead_letters=["unfinished: it happens"]).holds
    assert not Verdict(healthy_after=1.0, **{fault: ["m-1"]}).holds  # type: ignore[arg-type]
    assert not Verdict(healthy_after=1.0, audit="m-1 has no end").holds
    assert not Verdict().holds
