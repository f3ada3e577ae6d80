"""Redis or Valkey: server, what it evicts, whether it keeps."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from mesh.checks.clocks import drift
from mesh.checks.finding import Finding, at_least, fail, ok, warn
from mesh.settings import Settings

PATIENCE = 3.0
OLDEST = (6, 2)


async def check(settings: Settings) -> list[Finding]:
    redis = Redis.from_url(settings.redis_target, socket_timeout=1, socket_connect_timeout=1)
    try:
        async with asyncio.timeout(PATIENCE):
            info: dict[str, Any] = await redis.info()
            seconds, micros = await redis.time()
    except (RedisError, OSError, TimeoutError) as error:
        found = f"REDIS_URL cannot be used: {type(error).__name__}"
        return [fail("redis.server", found, "start it with `mesh up`, or set REDIS_URL to one that runs")]
    finally:
        await redis.aclose()
    clock = drift("redis", datetime.fromtimestamp(seconds + micros / 1e6, UTC))
    return [_server(info), _eviction(info), _persistence(info), clock]


def _server(info: dict[str, Any]) -> Finding:
    version = str(info.get("valkey_version") or info.get("redis_version") or "0")
    if not at_least(version, OLDEST):
        return warn("redis.server", f"version {version}", "use Redis 6.2, Valkey 7.2 or newer")
    return ok("redis.server", f"version {version}")


def _eviction(info: dict[str, Any]) -> Finding:
    policy, limit = str(info.get("maxmemory_policy")), int(info.get("maxmemory", 0))
    words = f"{policy}, maxmemory {limit:,}"
    if policy.startswith("allkeys") or (policy != "noeviction" and limit):
        advice = (
            "set maxmemory-policy to noeviction: it drops sessions, and marks of accepted messages, while they count"
        )
        return fail("redis.maxmemory_policy", words, advice)
    return ok("redis.maxmemory_policy", words)


def _persistence(info: dict[str, Any]) -> Finding:
    if not int(info.get("aof_enabled", 0)):
        advice = "set `appendonly yes`: after a restart every session is rebuilt from the history"
        return warn("redis.persistence", "no append-only file", advice)
    if info.get("aof_last_write_status") == "err":
        return fail("redis.persistence", "it cannot write its append-only file", "make room on its disk")
    return ok("redis.persistence", "append-only file")
