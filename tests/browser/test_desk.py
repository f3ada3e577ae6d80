"""The desk's page with people at it, customers before it, and the whole mesh between them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import Desk, Team, a_customer, at_desk, in_need
from tests.e2e.conftest import Stack
from tests.e2e.test_sagas import CHECKED, HEADPHONES, LOU, with_plan
from tests.gateway.signing import PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


@pytest.fixture
async def ann(browser: Browser, stack: Stack, team: Team) -> AsyncIterator[Desk]:
    async with at_desk(browser, stack, team["ann"]) as desk:
        yield desk


@pytest.fixture
async def bob(browser: Browser, stack: Stack, team: Team) -> AsyncIterator[Desk]:
    async with at_desk(browser, stack, team["bob"]) as desk:
        yield desk


async def test_who_signs_in_gets_to_the_desk_and_who_signs_out_leaves_nothing_on_it(
    browser: Browser, stack: Stack, team: Team
) -> None:
    _, session_id = await in_need(stack)
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{stack.url}/desk#nothing")
    await page.get_by_label("Name").fill("ann")
    await page.get_by_label("Password").fill("wrong-password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    desk = Desk(page)
    await desk.open(session_id)
    await expect(page.locator("#lines")).to_contain_text("worst service")
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    assert "worst service" not in await page.content()
    assert "Frank" not in await page.content()
    await context.close()


async def test_a_customer_and_a_person_talk_and_each_sees_the_other_at_once(ann: Desk, stack: Stack) -> None:
    async with a_customer(stack) as frank:
        await frank.say("This is the worst service ever! My order 12345 is a week late. I want this fixed NOW!")
        assert (await frank.hears())["status"] == "escalated"
        await ann.open(frank.session_id)
        await expect(ann.page.locator("#understanding")).to_contain_text("ORD-00012345")
        await expect(ann.page.locator("#understanding .here")).to_contain_text("Human agent")
        link = ann.page.get_by_role("link", name="Open the workflow in Temporal")
        assert (await link.get_attribute("href") or "").startswith(f"{stack.settings.temporal_ui}/namespaces/default/")

        await ann.claim()
        await ann.page.get_by_text("Suggested reply").click()
        await ann.page.get_by_role("button", name="Use it").click()
        assert "ORD-00012345" in await ann.box.input_value()
        await ann.page.get_by_label("Stay with the customer").check()
        await ann.send("I have called the carrier, Frank: it comes tomorrow.")
        told = await frank.hears()
        assert (told["author"], told["text"]) == ("human", "I have called the carrier, Frank: it comes tomorrow.")
        await expect(ann.page.locator(".line.human")).to_contain_text("it comes tomorrow")
        await expect(ann.page.locator(".standing")).to_contain_text("Answered. You have this conversation.")

        # She stays: what the mesh would have said comes to her instead.
        second = await frank.say("Thank you. And where is order 12345 now?")
        await expect(ann.page.locator(".line.customer").last).to_contain_text("And where is")
        await expect(ann.card(frank.session_id)).to_contain_text("Held back")
        await ann.card(frank.session_id).click()
        await expect(ann.page).to_have_url(f"{stack.url}/desk#{second}")
        await ann.page.get_by_text("Suggested reply").click()
        await expect(ann.page.locator(".suggestion")).to_contain_text("was about to send")
        await ann.page.get_by_label("Stay with the customer").uncheck()
        await ann.page.get_by_role("button", name="Use it").click()
        await ann.send(await ann.box.input_value())
        assert (await frank.hears())["author"] == "human"


async def test_a_refund_is_approved_with_another_sum_and_only_that_is_paid(ann: Desk, stack: Stack) -> None:
    message = with_plan(LOU, {"name": "process_refund", "order_id": HEADPHONES, "amount": 149}, route=CHECKED)
    async with stack.bus() as bus:
        await bus.publish(message)
    await ann.page.get_by_role("button", name="Approvals").click()
    await expect(ann.card(message.session_id)).to_contain_text("149")
    await ann.open(message.session_id)
    await expect(ann.page.locator("#understanding")).to_contain_text("above the limit")
    await ann.button("Refuse").click()
    await expect(ann.page.locator("#plan-problem")).to_have_text("Say why: the customer is told.")
    amount = ann.page.get_by_label("Amount in EUR")
    await amount.fill("1490")
    await ann.button("Approve as changed").click()
    await expect(ann.page.locator("#plan-problem")).to_contain_text("cannot be approved")
    await amount.fill("19")
    await ann.button("Approve as changed").click()
    end = await stack.end(message.message_id)
    assert [effect["operation"] for effect in stack.effects(message.message_id)] == ["refund"]
    assert "19.00 EUR" in str(end.payload.response)
    await expect(ann.card(message.session_id)).to_have_count(0)
    await expect(ann.page.locator(".standing")).to_contain_text("It does not wait any more.")


async def test_of_two_who_claim_at_once_one_has_it_and_the_other_sees_who(ann: Desk, bob: Desk, stack: Stack) -> None:
    _, session_id = await in_need(stack)
    await asyncio.gather(ann.open(session_id), bob.open(session_id))
    await expect(ann.card(session_id).locator(".eye")).to_contain_text("Bob looks at it")
    await asyncio.gather(ann.button("Claim").click(), bob.button("Claim").click())
    for desk in (ann, bob):
        await expect(desk.page.locator(".standing")).to_contain_text("this conversation.")
        await expect(desk.button("Claim")).to_have_count(0)
    yours = [desk for desk in (ann, bob) if "You have" in await desk.page.locator(".standing").inner_text()]
    assert len(yours) == 1
    loser, name = (bob, "Ann") if yours == [ann] else (ann, "Bob")
    await expect(loser.page.locator(".standing")).to_contain_text(f"{name} has this conversation.")
    await expect(loser.card(session_id).locator(".holder")).to_have_text(name)
    await expect(loser.box).to_have_count(0)
    await expect(loser.page.get_by_label("Your note for colleagues")).to_be_visible()
    await yours[0].button("Release").click()
    await expect(loser.button("Claim")).to_be_visible()


async def test_a_conversation_is_noted_passed_on_by_skill_and_handed_back(ann: Desk, bob: Desk, stack: Stack) -> None:
    message_id, session_id = await in_need(stack)
    await ann.open(session_id)
    await bob.open(session_id)
    await ann.claim()
    await ann.button("Internal note").click()
    await ann.page.get_by_label("Your note for colleagues").fill("He called this morning, too.")
    await ann.button("Add note").click()
    await expect(bob.page.locator(".line.note")).to_contain_text("He called this morning, too.")

    await ann.button("Transfer").click()
    await ann.page.get_by_role("button", name="german").click()
    await ann.page.get_by_label("Note for them").fill("He would rather speak German.")
    await ann.page.get_by_role("dialog").get_by_role("button", name="Pass it on").click()
    await bob.page.get_by_role("button", name="For me").click()
    await expect(bob.card(session_id)).to_contain_text("For german")
    await expect(bob.page.locator(".line.note").last).to_contain_text("He would rather speak German.")
    await ann.page.get_by_role("button", name="For me").click()
    await expect(ann.card(session_id)).to_have_count(0)

    await bob.button("Hand back").click()
    await bob.page.get_by_label("Why").fill("The order says it all.")
    await bob.page.get_by_role("button", name="Hand it back").click()
    end = await stack.end(message_id)
    assert end.ending == "resolved"
    await expect(ann.page.locator(".line.agent").last).to_contain_text("ORD-00012345")
    await expect(ann.page.locator(".line.note").last).to_contain_text("The order says it all.")


async def test_everything_can_be_done_with_the_keyboard_alone(ann: Desk, stack: Stack) -> None:
    message_id, session_id = await in_need(stack)
    await expect(ann.card(session_id)).to_be_visible()
    press, write = ann.page.keyboard.press, ann.page.keyboard.type
    while await ann.page.evaluate("document.activeElement.dataset.key") != session_id:
        await press("j")
    await press("Enter")
    await expect(ann.page.locator("#whom")).to_be_focused()
    await press("c")
    await expect(ann.page.locator(".standing")).to_contain_text("You have this conversation.")
    await press("n")
    await write("A note with the letters c, u and t.")
    await press("Control+Enter")
    await expect(ann.page.locator(".line.note")).to_contain_text("the letters c, u and t")
    await press("Escape")
    await press("?")
    await expect(ann.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await press("Escape")
    await press("/")
    await expect(ann.page.get_by_label("Find a reply")).to_be_focused()
    await write("looking into")
    await press("Enter")
    await expect(ann.box).to_be_focused()
    assert (await ann.box.input_value()).startswith("Hello Frank,")
    await press("Control+Enter")
    end = await stack.end(message_id)
    assert "I am looking into it" in str(end.payload.response)


async def test_a_blank_that_nothing_is_known_for_is_filled_before_anything_is_sent(ann: Desk, stack: Stack) -> None:
    message_id, session_id = await in_need(stack, "I want to talk to a person, please!", "nora.new@example.com")
    await ann.open(session_id)
    await ann.button("Ready replies").click()
    await ann.page.get_by_role("button", name="Sorry that it is late").click()
    await expect(ann.page.locator("#blanks")).to_contain_text("Fill in")
    await ann.button("Send").click()
    await expect(ann.page.locator(".standing")).to_contain_text("Nobody has it yet.")
    assert (await stack.journey(message_id)).route.here == ("human_agent",)  # type: ignore[union-attr]
    await ann.send("Nora, I have found it.")
    assert "found it" in str((await stack.end(message_id)).payload.response)


WATCHED = """
window.told = [];
window.Notification = class {
  constructor(title, options) { window.told.push(`${title}: ${options.body}`); }
};
Notification.permission = "granted";
Notification.requestPermission = async () => "granted";
document.hasFocus = () => false;
"""


async def test_who_asked_for_it_is_notified_of_a_new_conversation_without_a_word_of_the_customer(
    browser: Browser, stack: Stack, team: Team
) -> None:
    async with at_desk(browser, stack, team["ann"]) as ann:
        await ann.page.evaluate(WATCHED)
        _, quiet = await in_need(stack)
        await expect(ann.card(quiet)).to_be_visible()
        assert await ann.page.evaluate("told") == []
        await ann.page.get_by_role("button", name="Menu").click()
        await ann.page.get_by_label("Notifications for new conversations").check()
        await ann.page.get_by_role("button", name="Close").click()
        _, loud = await in_need(stack)
        await expect(ann.card(loud)).to_be_visible()
        # What was there before may be offered to her anew meanwhile, which she is told as well.
        waits = 'told.filter((one) => one.startsWith("A conversation waits"))'
        assert await ann.page.evaluate(waits) == ["A conversation waits: critical urgency, STANDARD"]
        await expect(ann.page).to_have_title(f"({await ann.page.locator('.card:not(:has(.holder))').count()}) Desk")
        await ann.page.get_by_role("button", name="Available").click()
        _, away = await in_need(stack)
        await expect(ann.card(away)).to_be_visible()
        assert len(await ann.page.evaluate(waits)) == 1
