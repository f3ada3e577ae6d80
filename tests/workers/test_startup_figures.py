"""What `bench.startup` makes of what it measured; nothing is timed here."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import psutil

from bench.startup import MIB, Spread, memory_by_process

if TYPE_CHECKING:
    from bench.stack import Stack


def test_a_spread_is_the_median_with_the_least_and_the_most() -> None:
    assert Spread.of([3.0, 1.0, 9.5, 2.0, 4.0]) == Spread(median=3.0, least=1.0, most=9.5)


def test_memory_is_told_by_process_and_for_all() -> None:
    stack = cast("Stack", SimpleNamespace(pids=lambda: {"one": os.getpid(), "other": os.getpid()}, folder=Path()))
    found = memory_by_process(stack)
    own = psutil.Process().memory_full_info().uss / MIB
    assert found.keys() == {"one", "other", "all"}
    assert own / 2 < found["one"] < own * 2
    assert abs(found["all"] - found["one"] - found["other"]) <= 2
