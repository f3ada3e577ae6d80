"""What is done to what the mesh stands on, decided by the seed: one outage after the other, beside the kills."""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import httpx
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bench.chaos.clocks import RIGHT, Clocks
from bench.chaos.disk import Disk
from bench.stack import PATIENCE, Stack
from mesh.shop import Service
from tests.conftest import until

OURS = ("gateway", "intake", "actors", "workflow")
SERVICES: tuple[Service, ...] = ("customers", "orders", "tracking")
HOUR = 3600
AGAIN = 0.1

Span = tuple[float, float]
Kind = Literal[
    "temporal down", "valkey wiped", "history locked", "disk full",
    "shop slow", "shop fail", "shop hang", "shop garbage",
    "clock gateway", "clock intake", "clock actors", "clock workflow",
]  # fmt: skip
DAMAGE: tuple[Kind, ...] = (
    "temporal down", "valkey wiped", "history locked", "disk full",
    "shop slow", "shop fail", "shop hang", "shop garbage",
)  # fmt: skip
JUMPS: tuple[Kind, ...] = ("clock gateway", "clock intake", "clock actors", "clock workflow")


@dataclass(frozen=True)
class Outage:
    """One of them. What does not concern its kind is drawn too, so that another kind changes nothing of the others."""

    kind: Kind
    seconds: float
    pause: float
    direction: Literal["+", "-"]
    services: tuple[Service, ...]
    after: bool
    rate: float

    def __str__(self) -> str:
        what = {"clock": f" {self.direction}1 h", "shop": f" ({', '.join(self.services)}; {self.rate:.0%})"}
        return f"{self.kind}{what.get(self.kind.split()[0], '')} {self.seconds:.1f} s"


def schedule(seed: int, times: int, *, kinds: Sequence[Kind], seconds: Span, pause: Span) -> tuple[Outage, ...]:
    """Every kind `times` times in an order that the seed decides; a clock goes forward and backward in turn."""
    chance = random.Random(f"outages {seed}")
    order = [(kind, number) for kind in kinds for number in range(times)]
    chance.shuffle(order)
    return tuple(_drawn(chance, kind, number, seconds, pause) for kind, number in order)


def _drawn(chance: random.Random, kind: Kind, number: int, seconds: Span, pause: Span) -> Outage:
    return Outage(
        kind=kind,
        seconds=chance.uniform(*seconds),
        pause=chance.uniform(*pause),
        direction="+" if (number + len(kind)) % 2 else "-",
        services=tuple(sorted(chance.sample(SERVICES, k=chance.randint(1, len(SERVICES))))),
        after=chance.random() < 0.5,  # noqa: PLR2004 - a coin
        rate=chance.uniform(0.5, 1.0),
    )


@dataclass
class Outages:
    """Carries out a schedule."""

    stack: Stack
    disk: Disk
    schedule: Sequence[Outage]
    struck: Counter[str] = field(default_factory=Counter)
    last: float = 0.0

    async def run(self) -> None:
        """One after the other, each to its end."""
        for outage in self.schedule:
            await self._strike(outage)
            self.struck[outage.kind] += 1
            self.last = time.monotonic()
            await asyncio.sleep(outage.pause)

    async def _strike(self, outage: Outage) -> None:
        match outage.kind.split():
            case ["temporal", _]:
                await self._temporal_down(outage.seconds)
            case ["valkey", _]:
                await self._wipe()
            case ["history", _]:
                await asyncio.to_thread(_lock, _database(self.stack), outage.seconds)
            case ["disk", _]:
                await self.disk.full(outage.seconds, self._writers)
            case ["shop", mode]:
                await self._spoil(mode, outage)
            case [_, name]:
                await self._jump(name, outage)

    def _writers(self) -> list[int]:
        pids = self.stack.pids()
        return [pids[name] for name in OURS if name in pids]

    async def _temporal_down(self, seconds: float) -> None:
        """Kill it as soon as it is started again: nothing listens, or not for long enough to be of use."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid = self.stack.pids().get("temporal")
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(AGAIN)

    async def _wipe(self) -> None:
        async with Redis.from_url(self.stack.settings.redis_target) as redis:
            await until(partial(_flushed, redis), PATIENCE)

    async def _spoil(self, mode: str, outage: Outage) -> None:
        fault = {"mode": mode, "delay": 1.0 if mode == "slow" else 0.0, "rate": outage.rate, "after": outage.after}
        try:
            await self._switch(outage.services, fault)
            await asyncio.sleep(outage.seconds)
        finally:
            await self._switch(outage.services, {"mode": "off"})

    async def _switch(self, services: Sequence[Service], fault: dict[str, object]) -> None:
        """Repeated until it is done: the shop may be dead at the moment."""
        async with httpx.AsyncClient(timeout=3, trust_env=False) as http:
            for service in services:
                await until(
                    partial(_put, http, f"{self.stack.settings.shop_targets[service]}/_faults", fault), PATIENCE
                )

    async def _jump(self, name: str, outage: Outage) -> None:
        clocks = Clocks(self.stack.settings.mesh_data_dir / "clocks")
        clocks.set(name, f"{outage.direction}{HOUR}")
        try:
            await asyncio.sleep(outage.seconds)
        finally:
            clocks.set(name, RIGHT)


async def _flushed(redis: Redis) -> bool:
    try:
        await redis.flushall()
    except (RedisError, OSError):
        return False
    return True


async def _put(http: httpx.AsyncClient, url: str, fault: dict[str, object]) -> bool:
    try:
        return (await http.put(url, json=fault)).is_success
    except httpx.HTTPError:
        return False


def _database(stack: Stack) -> Path:
    return Path(stack.settings.database_target.removeprefix("sqlite+aiosqlite:///"))


def _lock(database: Path, seconds: float) -> None:
    with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        holder.execute("ROLLBACK")
