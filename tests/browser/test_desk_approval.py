"""A refund above the limit: what its customer sees of the person who decides, and that person of the customer."""

import contextlib
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import Desk, Team, at_desk
from tests.browser.shopper import Shopper
from tests.e2e.conftest import Stack
from tests.e2e.test_sagas import HEADPHONES, LOU

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

SESSION = "() => JSON.parse(Object.entries(localStorage).find(([key]) => key.endsWith('@example.com'))[1])[0].remote"


@contextlib.asynccontextmanager
async def lou(browser: Browser, stack: Stack) -> AsyncIterator[Shopper]:
    """A customer in a browser of their own."""
    context = await browser.new_context(base_url=stack.url)
    context.set_default_timeout(30_000)
    try:
        yield Shopper(await context.new_page(), LOU)
    finally:
        await context.close()


async def asks(shopper: Shopper) -> tuple[str, str]:
    """Ask for the money back and say yes to the sum: the session, and the sum in words."""
    await shopper.arrive()
    await shopper.say("I would like a refund for order 44401, please.")
    await expect(shopper.replies.last).to_contain_text("Shall I refund")
    found = re.search(r"\d+\.\d\d EUR", await shopper.replies.last.inner_text())
    assert found is not None
    await shopper.widget.get_by_role("button", name="Yes").click()
    await expect(shopper.replies.last).to_contain_text("a colleague has to approve it")
    await expect(shopper.find(".person")).to_contain_text("A person will answer")
    session_id = await shopper.page.evaluate(SESSION)
    return str(session_id), found[0]


async def opened(desk: Desk, session_id: str, amount: str) -> None:
    """The plan is on the list, and on the page with what the customer said."""
    await desk.page.get_by_role("button", name="Approvals").click()
    await desk.open(session_id)
    await expect(desk.page.get_by_label("Amount in EUR")).to_have_value(re.compile(amount.split(".", maxsplit=1)[0]))
    await expect(desk.page.locator(".line.customer").first).to_contain_text("a refund for order 44401")


async def test_a_refund_is_refused_at_the_desk_and_the_customer_reads_why_at_once(
    browser: Browser, stack: Stack, team: Team
) -> None:
    why = "The carrier still searches for your parcel."
    async with lou(browser, stack) as shopper, at_desk(browser, stack, team["ann"]) as ann:
        session_id, amount = await asks(shopper)
        await opened(ann, session_id, amount)
        await ann.page.get_by_label("Note").fill(why)
        await ann.button("Refuse").click()
        await expect(shopper.replies.last).to_contain_text(f"did not approve it: {why}")
        await expect(ann.page.locator(".line.agent").last).to_contain_text(why)
        await expect(ann.card(session_id)).to_have_count(0)


async def test_a_refund_is_approved_at_the_desk_and_the_customer_reads_the_sum_at_once(
    browser: Browser, stack: Stack, team: Team
) -> None:
    async with lou(browser, stack) as shopper, at_desk(browser, stack, team["ann"]) as ann:
        session_id, amount = await asks(shopper)
        await opened(ann, session_id, amount)
        await ann.button("Approve").click()
        await expect(shopper.replies.last).to_contain_text(amount)
        await expect(shopper.replies.last).to_contain_text(HEADPHONES)
        await expect(ann.page.locator(".line.agent").last).to_contain_text(amount)
        await expect(ann.card(session_id)).to_have_count(0)
        messages = stack.get(f"/api/sessions/{session_id}/messages")["messages"]
        assert messages[-1]["status"] == "resolved"
        assert [effect["operation"] for effect in stack.effects(messages[-1]["message_id"])] == ["refund"]
