import os
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.browser import desk
from tests.e2e.conftest import Stack, a_stack
from tests.gateway.conftest import empty_house, house
from tests.gateway.house import House

__all__ = ["empty_house", "house"]

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One mesh for all pages that need one. People have time."""
    with a_stack(tmp_path_factory.mktemp("stack"), HUMAN_DEADLINE_CRITICAL="900", HUMAN_DEADLINE_LOW="900") as found:
        yield found


@pytest.fixture(scope="session")
def team(stack: Stack) -> desk.Team:
    """The cookies of Ann and Bob, who are at the desk."""
    return desk.team(stack)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium. Without one the test is skipped, which fails the run where nothing may be skipped."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium: install chromium, or set CHROMIUM to its path")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, empty_house: House) -> AsyncIterator[Page]:
    """A window that has not loaded anything yet. What its console calls an error fails the test."""
    context = await browser.new_context(
        base_url=empty_house.settings.gateway_url, viewport={"width": 900, "height": 760}
    )
    page = await context.new_page()
    page.set_default_timeout(10_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    await context.close()
    assert broken == []
