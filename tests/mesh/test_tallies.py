"""Counters that all processes share, on a real server; without it nobody can say, and nobody waits long."""

import asyncio

from mesh.llm.budget import Bill, Budget
from mesh.sessions import Sessions
from mesh.settings import Settings
from tests.conftest import until
from tests.fakes import settings


async def test_counters_add_up_over_connections(
    valkey_server: asyncio.subprocess.Process, ports_settings: Settings
) -> None:
    async with Sessions.open(ports_settings) as one, Sessions.open(ports_settings) as other:
        assert await one.tally({"a": 5, "b": 1}, 60) == {"a": 5, "b": 1}
        assert await other.tally({"a": -2, "b": 1}, 60) == {"a": 3, "b": 2}


async def test_a_counter_goes_when_nobody_touches_it(
    valkey_server: asyncio.subprocess.Process, ports_settings: Settings
) -> None:
    async with Sessions.open(ports_settings) as sessions:
        await sessions.tally({"a": 5}, 0.05)

        async def gone() -> bool:
            return await sessions._redis.exists("tally:a") == 0

        await until(gone)


async def test_an_answer_is_kept_for_as_long_as_was_asked(
    valkey_server: asyncio.subprocess.Process, ports_settings: Settings
) -> None:
    async def load() -> int | None:
        return 7

    async with Sessions.open(ports_settings) as sessions:
        await sessions.cached("long", int, load, 900)
        await sessions.cached("short", int, load)
        assert await sessions._redis.pttl("fact:long") > ports_settings.cache_ttl * 1000
        assert await sessions._redis.pttl("fact:short") <= ports_settings.cache_ttl * 1000


async def test_without_the_server_the_budget_goes_on_in_memory(ports_settings: Settings) -> None:
    async with Sessions.open(ports_settings) as sessions:
        assert await sessions.tally({"a": 5}, 60) is None
        budget = Budget(settings(llm_session_tokens=100), sessions)
        assert await budget.reserve("s", Bill(60, 0))
        assert not await budget.reserve("s", Bill(60, 0))
