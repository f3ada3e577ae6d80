import asyncio
from collections.abc import AsyncIterator

import pytest

from mesh.settings import Settings
from tests.gateway.house import House, furnished


@pytest.fixture
async def empty_house(
    ports_settings: Settings, nats_server: asyncio.subprocess.Process, valkey_server: asyncio.subprocess.Process
) -> AsyncIterator[House]:
    """NATS, Valkey, SQLite and the echo; no gateway yet."""
    async with furnished(ports_settings) as house:
        yield house


@pytest.fixture
async def house(empty_house: House) -> AsyncIterator[House]:
    async with empty_house.is_open():
        yield empty_house
