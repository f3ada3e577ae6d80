"""What is done to the processes, decided by the seed."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.stack import Stack

VICTIMS = ("gateway", "intake", "workflow", "actors", "nats", "temporal", "valkey", "shop")

FROZEN = 0.15
"""How often a process is stopped for a while instead of killed."""


@dataclass
class Mischief:
    """Kills and stops processes until each was killed often enough, or `stop` is called."""

    stack: Stack
    seed: int
    kills: int
    pause: tuple[float, float] = (0.5, 2.5)
    victims: Sequence[str] = VICTIMS
    killed: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    last: float = 0.0

    async def run(self) -> None:
        """Hurt one process or two at a time, with pauses, until every one was killed `kills` times."""
        chance = random.Random(self.seed)
        while missing := [name for name in self.victims if self.killed[name] < self.kills]:
            hurt = chance.sample(missing, k=min(len(missing), chance.choice((1, 1, 1, 2))))
            freeze = chance.random() < FROZEN
            await asyncio.gather(*(self._hurt(name, chance.uniform(0.5, 3.0) if freeze else 0.0) for name in hurt))
            self.last = time.monotonic()
            await asyncio.sleep(chance.uniform(*self.pause))

    async def _hurt(self, name: str, seconds: float) -> None:
        pid = await self._pid(name)
        if not seconds:
            if _signal(pid, signal.SIGKILL):
                self.killed[name] += 1
            return
        if _signal(pid, signal.SIGSTOP):
            self.stopped[name] += 1
            await asyncio.sleep(seconds)
            _signal(pid, signal.SIGCONT)

    async def _pid(self, name: str) -> int:
        """Wait for a process that is only just being started again."""
        while True:
            pid = self.stack.pids().get(name)
            if pid is not None and _signal(pid, 0):
                return pid
            await asyncio.sleep(0.1)


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
