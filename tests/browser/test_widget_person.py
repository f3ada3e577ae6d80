"""The customer sees live what people at the desk do."""

import pytest
from playwright.async_api import Browser, expect

from mesh.protocol import Message, Route
from tests.browser.shopper import Shopper, a_shopper
from tests.gateway.house import House
from tests.gateway.signing import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
expect.set_options(timeout=20_000)


async def escalated(shopper: Shopper, house: House) -> Message:
    """Ask for a person; the message as it then waits at the desk."""
    await shopper.arrive()
    await shopper.say("A person please")
    await expect(shopper.find(".person")).to_have_text("A person will answer, usually within 15 minutes")
    (message,) = shopper.heard(house)
    waiting = message.with_route(Route(steps=("human_agent",)))
    house.journeys.open[message.message_id] = waiting
    return waiting


async def test_an_escalation_says_how_long_who_joined_and_what_they_answered(chromium: Browser, house: House) -> None:
    async with a_shopper(chromium, house) as shopper:
        message = await escalated(shopper, house)
        await signed_in(house.http, house.settings, "ann", "agent")
        assert (await house.http.post(f"/api/desk/{message.message_id}/claim")).status_code == 200
        await expect(shopper.find(".person")).to_contain_text("is in this conversation")
        reply = await house.http.post(f"/api/desk/{message.message_id}/reply", json={"text": "I found your parcel."})
        assert reply.status_code == 200
        # The mesh goes on with what the desk has given.
        (_, _, outcome) = house.journeys.answers[-1]
        assert outcome.enrichment is not None
        await house.echo.human(message, str(outcome.enrichment["response"]["text"]))  # type: ignore[index,call-overload]
        await expect(shopper.replies.last).to_have_text("I found your parcel.")
        await expect(shopper.find(".human .mark")).to_have_text("Answered by a person")
        await shopper.arrive()
        await expect(shopper.replies.last).to_have_text("I found your parcel.")
        await expect(shopper.find(".person")).to_contain_text("is in this conversation")
        assert (await house.http.post(f"/api/desk/{message.message_id}/release")).status_code == 200
        await expect(shopper.find(".person")).to_be_hidden()


async def test_a_customer_who_comes_back_is_told_that_a_person_still_answers(chromium: Browser, house: House) -> None:
    async with a_shopper(chromium, house) as shopper:
        await escalated(shopper, house)
        await shopper.arrive()
        await expect(shopper.find(".person")).to_have_text("A person will answer, usually within 15 minutes")
