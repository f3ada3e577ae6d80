"""How often something may happen: counted together in Redis, alone while it is away."""

import asyncio

import pytest

from mesh.rates import Rates
from mesh.settings import Settings
from tests.fakes import settings


async def many(rates: Rates, times: int, *key: str, rate: str = "3/minute") -> list[bool]:
    return [await rates.wait(rate, *key) == 0 for _ in range(times)]


async def test_after_so_many_one_waits_for_the_rest_of_the_window() -> None:
    rates = Rates()
    assert await many(rates, 5, "a") == [True, True, True, False, False]
    assert 0 < await rates.wait("3/minute", "a") <= 60
    assert await many(rates, 1, "b") == [True]
    assert await many(rates, 1, "a", "b") == [True]


async def test_all_gateways_count_together(valkey_server: asyncio.subprocess.Process, ports_settings: Settings) -> None:
    async with Rates.open(ports_settings) as one, Rates.open(ports_settings) as two:
        assert await many(one, 2, "a") == [True, True]
        assert await many(two, 2, "a") == [True, False]
        assert await many(one, 1, "a") == [False]


async def test_without_redis_each_counts_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    async with Rates.open(settings(redis_url="redis://127.0.0.1:9/0")) as one:
        assert await many(one, 4, "a") == [True, True, True, False]
    assert caplog.text.count("each gateway alone") == 1
