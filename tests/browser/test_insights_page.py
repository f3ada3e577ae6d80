"""The insights in a real browser: figures, charts, tables, ranges and files, in every look."""

import pytest
from playwright.async_api import Browser, Page, expect

from mesh.ratings import Rating, rate
from tests.browser.looks import OTHERS, looking, overflow, sign_in, violations
from tests.gateway.house import House
from tests.mesh.figures_of import MONDAY, week

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WEEK = "/insights?since=2026-06-01&until=2026-06-07"
CHARTS = 11


async def test_supervisors_see_figures_as_charts_tables_and_files(chromium: Browser, house: House) -> None:
    await house.echo.history.add(week())
    await rate(house.echo.history, Rating(session_id="s-9", message_id="m-second", stars=5, timestamp=MONDAY))
    async with looking(chromium, house) as page:
        await page.goto(WEEK)
        await sign_in(page, house)
        await expect(page.locator(".drawing .main-svg").nth(CHARTS)).to_be_attached()
        await the_figures_are_those_of_the_week(page)
        await a_chart_is_a_table_and_a_file_too(page)
        await another_range_is_another_picture(page)
        kept = await page.context.storage_state()
    for look in OTHERS:
        async with looking(chromium, house, look) as page:
            await page.context.add_cookies(kept["cookies"])  # type: ignore[arg-type]
            await page.goto(WEEK)
            await expect(page.locator(".drawing")).to_have_count(CHARTS)
            await expect(page.locator("body")).not_to_have_class("busy")
            assert await violations(page) == []
            assert await overflow(page) == 0


async def the_figures_are_those_of_the_week(page: Page) -> None:
    headline = page.locator("#headline > div")
    await expect(headline.filter(has_text="Messages")).to_contain_text("9 conversations, 8 customers")
    await expect(headline.filter(has_text="Confirmed")).to_contain_text("33 %")
    await expect(headline.filter(has_text="Reopened")).to_contain_text("17 %")
    await expect(headline.filter(has_text="Deadlines kept")).to_contain_text("67 %")
    await expect(headline.filter(has_text="First answer")).to_contain_text("1.0 s")
    counts = "Resolved 7, Waiting for a person 1, Apologised 1, Answered together 1, No answer yet 1"
    picture = page.get_by_role("img", name=f"Volume: {counts}. The table below has every figure.")
    await expect(picture).to_be_visible()
    assert await violations(page) == []


async def a_chart_is_a_table_and_a_file_too(page: Page) -> None:
    card = page.locator(".chart", has=page.get_by_role("heading", name="Intents"))
    table = card.get_by_role("table")
    await expect(table).to_be_hidden()
    await card.get_by_role("button", name="Table").click()
    await expect(table.get_by_role("row").nth(1)).to_have_text("order_status61")
    assert await violations(page) == []
    async with page.expect_download() as file:
        await card.get_by_role("link", name="Intents as CSV").click()
    saved = await (await file.value).path()
    assert saved.read_text().splitlines()[:2] == ["label,messages,by_people", "order_status,6,1"]


async def another_range_is_another_picture(page: Page) -> None:
    await page.get_by_label("From").fill("2026-06-03")
    await page.get_by_label("to", exact=True).fill("2026-06-03")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("#headline > div").filter(has_text="Messages")).to_contain_text("4 conversations")
    await expect(page.locator("#said")).to_contain_text("by the hour")
    await page.get_by_role("button", name="24 hours").click()
    await expect(page.locator("#said")).to_contain_text("no customer wrote in this time")
    await expect(page.locator(".nothing")).to_have_count(CHARTS)
    await expect(page.get_by_role("button", name="24 hours")).to_have_attribute("aria-pressed", "true")
    assert await violations(page) == []
