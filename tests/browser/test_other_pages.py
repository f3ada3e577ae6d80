"""The page that shows the widget, and the API's: no barrier in any look, and nothing sticks out."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.looks import LIGHT, Look, looking, overflow, violations
from tests.gateway.house import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LOOKS = pytest.mark.parametrize("look", [LIGHT, Look("dark"), Look(width=390), Look("dark", 390)], ids=str)


@LOOKS
async def test_the_page_that_shows_the_widget_has_no_barrier(
    chromium: Browser, house: House, look: Look, tmp_path: Path
) -> None:
    async with looking(chromium, house, look) as page:
        await page.goto("/")
        await expect(page.get_by_role("button", name="Polly Hart")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("button", name="Polly Hart").click()
        await expect(page.locator("#ask")).to_contain_text("Where is my order 67890?")
        await page.get_by_label("Theme").select_option("dark")
        await expect(page.locator("#code")).to_contain_text('theme="dark"')
        assert await violations(page) == []
        assert await overflow(page) == 0
        await page.screenshot(path=tmp_path / "shop.png", full_page=True)


@LOOKS
async def test_the_page_of_the_api_has_no_barrier_folded_or_unfolded(
    chromium: Browser, house: House, look: Look, tmp_path: Path
) -> None:
    async with looking(chromium, house, look) as page:
        await page.goto("/docs")
        await expect(page.get_by_role("heading", name="POST /api/chat", exact=True)).to_be_visible()
        assert await violations(page) == []
        await page.screenshot(path=tmp_path / "folded.png")
        # What is unfolded is long: two of each kind stand for all of them.
        for part in ("section summary", "details[id] > summary"):
            for number in (0, 1):
                await page.locator(part).nth(number).click()
        await expect(page.locator("details[open] pre").first).to_be_visible()
        assert await violations(page) == []
        assert await overflow(page) == 0
        await page.screenshot(path=tmp_path / "unfolded.png")


async def test_the_page_of_the_api_says_what_opens_each_operation(chromium: Browser, house: House) -> None:
    async with looking(chromium, house) as page:
        await page.goto("/docs")
        claim = page.get_by_role("region", name="POST /api/desk/{message_id}/claim")
        await expect(claim).to_contain_text("Opened by: person and csrf")
        await expect(page.get_by_role("region", name="POST /api/chat", exact=True)).to_contain_text("or nothing")
        await expect(page.get_by_role("region", name="GET /api/about")).to_contain_text("Open to everybody")
        await expect(page.locator("#schemes")).to_contain_text("a token that it signed")
