import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser import desk
from tests.conftest import free_ports, running
from tests.e2e.conftest import Stack, a_stack
from tests.fakes import settings as clean_settings
from tests.gateway.house import House, furnished
from workers.servers import nats, valkey

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PORTS = (
    "temporal_port", "temporal_ui_port", "nats_port", "valkey_port",
    "customers_port", "orders_port", "tracking_port", "gateway_port", "agentmail_port",
)  # fmt: skip


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One mesh for all pages that need one. People have time."""
    with a_stack(tmp_path_factory.mktemp("stack"), HUMAN_DEADLINE_CRITICAL="900", HUMAN_DEADLINE_LOW="900") as found:
        yield found


@pytest.fixture(scope="session")
def team(stack: Stack) -> desk.Team:
    """The cookies of Ann and Bob, who are at the desk."""
    return desk.team(stack)


@contextlib.asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """A real Chromium. Without one the test is skipped, which fails the run where nothing may be skipped."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium: install chromium, or set CHROMIUM to its path")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of this test alone."""
    async with a_browser() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One Chromium for all tests of a file; each has a profile of its own in it."""
    async with a_browser() as opened:
        yield opened


@contextlib.asynccontextmanager
async def a_house(folder: Path, **changes: object) -> AsyncIterator[House]:
    """NATS, Valkey, SQLite and the echo; no gateway yet."""
    ports: dict[str, object] = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    settings = clean_settings(mesh_data_dir=folder / "mesh", **ports, **changes)
    async with running(nats(settings)), running(valkey(settings)), furnished(settings) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for all tests of a file, whose gateway each test opens."""
    async with a_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house with an open gateway for all tests of a file."""
    async with a_house(tmp_path_factory.mktemp("house")) as house, house.is_open():
        yield house
