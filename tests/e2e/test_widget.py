"""The widget in front of a whole mesh: what a customer sees of a real answer, and of a person's."""

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.conftest import a_browser
from tests.browser.shopper import PATIENCE, Shopper
from tests.conftest import until
from tests.e2e.conftest import Stack
from tests.gateway.signing import signed_in

pytestmark = [pytest.mark.e2e, pytest.mark.browser]
POLLY, FRANK = "polly.inquirer@example.com", "furious.frank@example.com"


async def test_a_parcel_is_shown_as_a_card_with_the_shops_facts(stack: Stack) -> None:
    async with a_browser() as browser:
        page = await browser.new_page(base_url=stack.url)
        page.set_default_timeout(PATIENCE)
        shopper = Shopper(page, POLLY)
        await shopper.arrive()
        await shopper.say("Where is my order 67890?")
        card = shopper.widget.get_by_role("group", name="Parcel of ORD-00067890")
        await expect(card).to_contain_text("UPS", timeout=60_000)
        await expect(card.locator("[aria-current=step]")).to_have_text("On its way")
        await expect(shopper.replies.last).to_contain_text("ORD-00067890")


NEED = "This is a scam, my lawyer will sue you. I want to talk to a person now!"


async def test_a_person_takes_over_and_answers_before_the_customers_eyes(stack: Stack) -> None:
    async with a_browser() as browser, httpx.AsyncClient(base_url=stack.url, timeout=30, trust_env=False) as desk:
        page = await browser.new_page(base_url=stack.url)
        page.set_default_timeout(PATIENCE)
        shopper = Shopper(page, FRANK)
        await shopper.arrive()
        await shopper.say(NEED)
        await expect(shopper.find(".person")).to_contain_text("A person will answer", timeout=60_000)
        await signed_in(desk, stack.settings, "widget-ann", "agent")

        async def waiting() -> str | None:
            listed = (await desk.get("/api/desk")).json()
            return next((one["message_id"] for one in listed if one["customer_message"] == NEED), None)

        message_id = await until(waiting, 60)
        assert (await desk.post(f"/api/desk/{message_id}/claim")).status_code == 200
        await expect(shopper.find(".person")).to_have_text("Widget-Ann is in this conversation", timeout=30_000)
        answer = "I am Ann and I found your machine."
        assert (await desk.post(f"/api/desk/{message_id}/reply", json={"text": answer})).status_code == 200
        await expect(shopper.replies.last).to_have_text(answer, timeout=60_000)
        await expect(shopper.find(".human .mark").last).to_have_text("Answered by a person")
