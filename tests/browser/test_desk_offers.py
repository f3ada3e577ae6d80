"""What is offered to whom, as the people at the desk see it: the whole mesh, and windows that fall silent."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import Desk, at_desk, cookies, in_need
from tests.e2e.conftest import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

MANY = 60
"""More than all that other tests have left to wait."""


@pytest.fixture
async def pair(browser: Browser, stack: Stack) -> AsyncIterator[dict[str, Desk]]:
    """Two equals who know what customers complain of."""
    cleo, dirk = [
        await cookies(stack, name, skills=("customer", "routing"), capacity=MANY) for name in ("cleo", "dirk")
    ]
    async with at_desk(browser, stack, cleo) as first, at_desk(browser, stack, dirk) as second:
        yield {"Cleo": first, "Dirk": second}


async def asked_first(pair: dict[str, Desk], session_id: str) -> tuple[str, str]:
    """To whom of the two it is offered, and who has to wait."""
    offers = [desk.card(session_id).get_by_text("Offered to", exact=False) for desk in pair.values()]
    for offer in offers:
        await expect(offer).to_be_visible()
    mine = [name for name, desk in pair.items() if await desk.card(session_id).get_by_text("Offered to you").count()]
    assert len(mine) == 1
    return mine[0], next(name for name in pair if name not in mine)


async def test_an_offer_is_on_top_with_its_reasons_and_when_its_person_falls_silent_the_other_is_asked(
    pair: dict[str, Desk], stack: Stack, tmp_path: Path
) -> None:
    _, session_id = await in_need(stack)
    asked, other = await asked_first(pair, session_id)
    here, there = pair[asked], pair[other]
    await expect(here.page.locator(".card").first).to_contain_text("Offered to you")
    await expect(here.card(session_id)).to_contain_text("to claim")
    await expect(here.page.locator("#presence")).to_contain_text(f"of {MANY}")

    await asyncio.gather(here.open(session_id), there.open(session_id))
    await expect(here.page.locator(".offered")).to_contain_text(f"of {MANY}")
    await expect(there.page.locator(".standing")).to_contain_text(f"Offered to {asked}")
    await expect(there.button("Claim")).to_have_count(0)
    await expect(there.box).to_have_count(0)
    for name, desk in pair.items():
        assert await desk.violations() == []
        await desk.page.screenshot(path=tmp_path / f"offered-{'asked' if name == asked else 'other'}.png")
    await here.claim()
    await expect(there.card(session_id).locator(".holder")).to_have_text(asked)
    await here.button("Internal note").click()
    await here.page.get_by_label("Your note for colleagues").fill("He wants to be called.")
    await here.button("Add note").click()

    await here.page.context.set_offline(True)
    await expect(there.card(session_id)).to_contain_text("Offered to you")
    await expect(there.page.locator(".line.note")).to_contain_text("He wants to be called.")
    await there.claim()
    await there.send("I have it now, and I will call you.")


async def test_who_takes_less_at_once_says_so_in_the_menu(pair: dict[str, Desk]) -> None:
    page = pair["Cleo"].page
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_label("Conversations at the same time").fill("55")
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("#presence")).to_contain_text("of 55")
    await page.reload()
    await expect(page.locator("#presence")).to_contain_text("of 55")
