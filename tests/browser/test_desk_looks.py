"""What the desk looks like: no violation of accessibility in any theme or direction, and it fits a phone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import Desk, Team, at_desk, in_need
from tests.e2e.conftest import Stack
from tests.e2e.test_sagas import CHECKED, HEADPHONES, LOU, with_plan

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

PHONE = {"width": 375, "height": 700}


SHOWN: dict[str, str] = {}
"""The sessions that every look shows, made once: one to answer, one to decide."""


async def prepared(stack: Stack) -> tuple[str, str]:
    if not SHOWN:
        plan = with_plan(LOU, {"name": "process_refund", "order_id": HEADPHONES, "amount": 149}, route=CHECKED)
        async with stack.bus() as bus:
            await bus.publish(plan)
        SHOWN.update(plan=plan.session_id, reply=(await in_need(stack))[1])
    return SHOWN["reply"], SHOWN["plan"]


@pytest.mark.parametrize(("theme", "direction"), [("light", "ltr"), ("dark", "ltr"), ("light", "rtl"), ("dark", "rtl")])
async def test_no_part_of_the_desk_violates_accessibility(
    browser: Browser, stack: Stack, team: Team, theme: Any, direction: str
) -> None:
    to_answer, to_decide = await prepared(stack)
    async with at_desk(browser, stack, team["ann"], color_scheme=theme) as ann:
        await ann.page.evaluate(f"document.documentElement.dir = '{direction}'")
        await expect(ann.card(to_decide)).to_be_visible()
        assert await ann.violations() == []
        await ann.open(to_decide)
        await expect(ann.button("Approve")).to_be_visible()
        assert await ann.violations() == []
        await ann.open(to_answer)
        await ann.page.get_by_text("Suggested reply").click()
        assert await ann.violations() == []
        for key, name in (
            ("?", "Keyboard shortcuts"),
            ("/", "Ready replies"),
            ("t", "Pass it on"),
            ("b", "Hand it back"),
        ):
            await ann.page.keyboard.press(key)
            await expect(ann.page.get_by_role("dialog", name=name)).to_be_visible()
            assert await ann.violations() == [], name
            await ann.page.keyboard.press("Escape")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_door_violates_nothing(browser: Browser, stack: Stack, theme: Any) -> None:
    context = await browser.new_context(color_scheme=theme)
    page = await context.new_page()
    await page.goto(f"{stack.url}/desk")
    await expect(page.get_by_label("Name")).to_be_focused()
    assert await Desk(page).violations() == []
    await context.close()


async def test_on_a_phone_it_is_one_column_with_the_others_a_tap_away(
    browser: Browser, stack: Stack, team: Team, tmp_path: Path
) -> None:
    to_answer, to_decide = await prepared(stack)
    async with at_desk(browser, stack, team["ann"], viewport=PHONE) as ann:
        views = ann.page.get_by_role("navigation", name="Parts of the desk")
        await ann.open(to_answer)
        await expect(ann.page.locator("#queue")).to_be_hidden()
        await ann.page.keyboard.press("s")
        await expect(ann.box).not_to_have_value("")
        await expect(ann.button("Send")).to_be_in_viewport(ratio=1)
        await expect(ann.page.locator(".line").last).to_be_in_viewport()
        assert await ann.violations() == []
        await ann.page.screenshot(path=tmp_path / "phone-answer.png")
        await views.get_by_role("button", name="Known").click()
        await expect(ann.page.locator("#understanding")).to_contain_text("Frank Keller")
        assert await ann.violations() == []
        await views.get_by_role("button", name="Queue").click()
        await expect(ann.page.locator("#conversation")).to_be_hidden()
        await ann.open(to_decide)
        await expect(ann.button("Approve")).to_be_in_viewport(ratio=1)
        await ann.page.screenshot(path=tmp_path / "phone-approval.png")
        assert await ann.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
