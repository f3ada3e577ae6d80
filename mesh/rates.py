"""How often somebody may do something: counted in Redis for all gateways, in this process while Redis is away."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from mesh.settings import Settings

log = logging.getLogger(__name__)

PAUSE: Final = 5.0
"""Seconds that this process counts alone after Redis failed, so that an outage costs one wait, not all."""


class Rates:
    """Counts in windows that begin with the first event. Never raises: without Redis each gateway counts for itself."""

    def __init__(self, shared: RedisStorage | None = None) -> None:
        self._shared = FixedWindowRateLimiter(shared) if shared else None
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._rules: dict[str, RateLimitItem] = {}
        self._alone_before = 0.0

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Connect when first used: opening succeeds without a server."""
        storage = RedisStorage(
            f"async+{settings.redis_target}",
            implementation="redispy",
            wrap_exceptions=True,
            key_prefix="rate",
            socket_timeout=1,
            socket_connect_timeout=0.5,
        )
        try:
            yield cls(storage)
        finally:
            if isinstance(storage.bridge, RedispyBridge):
                await storage.bridge.storage.aclose()

    async def wait(self, rate: str, *key: str) -> float:
        """Count one event; 0 when it may happen, else for how many seconds it may not.

        Args:
            rate: how many in which time: "100/minute".
            key: what is counted, and whose.
        """
        rule = self._rules.setdefault(rate, parse(rate))
        if self._shared and time.monotonic() >= self._alone_before:
            try:
                return await _wait(self._shared, rule, key)
            except StorageError as error:
                log.warning("rates are counted by each gateway alone: %s", type(error.storage_error).__name__)
                self._alone_before = time.monotonic() + PAUSE
        return await _wait(self._own, rule, key)


async def _wait(limiter: FixedWindowRateLimiter, rule: RateLimitItem, key: tuple[str, ...]) -> float:
    if await limiter.hit(rule, *key):
        return 0.0
    stats = await limiter.get_window_stats(rule, *key)
    return max(1.0, stats.reset_time - time.time())
