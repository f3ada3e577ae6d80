"""What customers do with the widget."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Request, expect

from mesh.ratings import rating_of
from mesh.store import History
from tests.browser.shopper import Shopper, a_shopper
from tests.gateway.house import House
from tests.mesh.test_attachments import PNG

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
expect.set_options(timeout=20_000)

SCRIPT = '<img src=x onerror="document.title=\'taken over\'"><script>document.title="taken over"</script>'
PICTURE: Any = {"name": "box.png", "mimeType": "image/png", "buffer": PNG}


@pytest_asyncio.fixture(loop_scope="module")
async def shopper(chromium: Browser, house: House) -> AsyncIterator[Shopper]:
    async with a_shopper(chromium, house) as found:
        yield found


def requests(shopper: Shopper, method: str) -> list[str]:
    """Every request of this kind that the page makes from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == method:
            found.append(request.url)

    shopper.page.on("request", note)
    return found


async def test_a_question_is_answered_over_the_socket(shopper: Shopper) -> None:
    posted = requests(shopper, "POST")
    await shopper.arrive()
    await shopper.ask("Where is my order ORD-10000001?")
    await expect(shopper.state).to_have_text("Received")
    await expect(shopper.find(".status")).to_have_text("Connected")
    await expect(shopper.find(".typing")).to_be_hidden()
    await expect(shopper.find(".day")).to_have_count(1)
    assert posted == []


async def test_nothing_is_asked_of_anybody_but_the_gateway(shopper: Shopper, house: House) -> None:
    asked = requests(shopper, "GET")
    await shopper.arrive()
    await shopper.ask("Hello")
    assert asked
    assert [url for url in asked if not url.startswith(house.settings.gateway_url)] == []


async def test_an_order_and_its_parcel_are_cards_and_an_answer_that_fits_is_one_press(
    shopper: Shopper, house: House
) -> None:
    await shopper.arrive()
    await shopper.say("Where is my parcel")
    card = shopper.widget.get_by_role("group", name="Parcel of ORD-00067890")
    await expect(card.locator("[aria-current=step]")).to_have_text("On its way")
    await expect(card).to_contain_text("1Z999AA10123456784")
    await card.get_by_text("Where it has been").click()
    await expect(card).to_contain_text("Arrived at the hub, Cologne")
    await shopper.say("Please cancel")
    await expect(shopper.widget.get_by_role("group", name="Order ORD-00080001")).to_contain_text("€79.00")
    await shopper.widget.get_by_role("button", name="Yes", exact=True).click()
    await expect(shopper.replies.last).to_have_text("You said: Yes")
    await expect(shopper.find(".quick")).to_have_count(0)
    assert shopper.heard(house)[-1].payload.customer_message == "Yes"


async def test_cards_and_sources_are_the_same_after_a_reload(shopper: Shopper) -> None:
    await shopper.arrive()
    await shopper.say("Where is my parcel")
    await shopper.say("your policy please")
    for _ in ("live", "reloaded"):
        await expect(shopper.replies.last).to_have_text("You have 30 days.")
        await expect(shopper.find(".sources")).to_have_text("Source: Returns, How long do I have?")
        await expect(shopper.find(".card")).to_have_count(1)
        await shopper.arrive()


async def test_who_works_is_said_in_words_until_the_answer_is_there(shopper: Shopper) -> None:
    await shopper.arrive()
    await shopper.say("Answer slowly")
    await expect(shopper.find(".typing")).to_have_text("Writing the answer")
    await expect(shopper.replies).to_have_text("You said: Answer slowly")
    await expect(shopper.find(".typing")).to_be_hidden()


async def test_markup_is_shown_as_text(shopper: Shopper) -> None:
    await shopper.arrive()
    await shopper.ask(SCRIPT)
    await expect(shopper.lines.first).to_have_text(SCRIPT)
    assert await shopper.find(".bubble img, .bubble script").count() == 0
    assert await shopper.page.title() == "Customer support"


async def test_the_conversation_is_still_there_after_a_reload_and_nothing_is_doubled(
    shopper: Shopper, house: House
) -> None:
    await shopper.arrive()
    await shopper.ask("First")
    await shopper.say("Answer slowly")
    await expect(shopper.state).to_have_text("Received")
    await shopper.arrive()
    await expect(shopper.lines).to_have_text(["First", "You said: First", "Answer slowly", "You said: Answer slowly"])
    assert len(shopper.heard(house)) == 2


async def test_two_tabs_show_the_same_conversation_once(shopper: Shopper, house: House) -> None:
    other = Shopper(await shopper.page.context.new_page(), shopper.email)
    await shopper.arrive()
    await other.arrive()
    await shopper.ask("From the first tab")
    await other.ask("From the second tab")
    said = [
        "From the first tab",
        "You said: From the first tab",
        "From the second tab",
        "You said: From the second tab",
    ]
    await expect(shopper.lines).to_have_text(said)
    await expect(other.lines).to_have_text(said)
    await expect(shopper.find(".customer .state")).to_have_text(["Received", "Received"])
    assert len(shopper.heard(house)) == 2


async def test_a_reply_to_a_closed_widget_is_counted_until_it_is_read(shopper: Shopper) -> None:
    await shopper.arrive()
    await shopper.say("Answer slowly")
    await expect(shopper.state).to_have_text("Received")
    await shopper.page.keyboard.press("Escape")
    await expect(shopper.find(".badge")).to_have_text("1")
    launcher = shopper.widget.get_by_role("button", name="Chat with customer support, Unread: 1")
    await launcher.click()
    await expect(shopper.find(".badge")).to_be_hidden()
    await expect(shopper.lines.last).to_have_text("You said: Answer slowly")


async def test_there_are_several_conversations_and_each_is_gone_on_with(shopper: Shopper, house: House) -> None:
    await shopper.arrive()
    await shopper.ask("About my lamp")
    menu = shopper.widget.get_by_role("button", name="Conversations")
    await menu.click()
    await shopper.widget.get_by_role("button", name="New conversation").click()
    await expect(shopper.lines).to_have_count(0)
    await shopper.ask("About my dress")
    await menu.click()
    await shopper.widget.get_by_role("button", name="About my lamp").click()
    await expect(shopper.lines.first).to_have_text("About my lamp")
    await shopper.ask("Still about my lamp")
    lamp, dress, still = (message.session_id for message in shopper.heard(house))
    assert lamp == still != dress


async def test_a_conversation_that_is_ended_is_rated(shopper: Shopper, house: House) -> None:
    await shopper.arrive()
    await shopper.ask("Hello")
    await shopper.widget.get_by_role("button", name="End this conversation").click()
    await shopper.widget.get_by_role("radio", name="4 of 5 stars").check(force=True)
    await shopper.widget.get_by_label("What should we know?").fill("Quick, thank you")
    await shopper.widget.get_by_role("button", name="Send rating").click()
    await expect(shopper.find(".thanks")).to_be_focused()
    (message,) = shopper.heard(house)
    async with History.open(house.settings) as history:
        found = await rating_of(history, message.session_id, message.message_id)
    assert found is not None
    assert (found.stars, found.words) == (4, "Quick, thank you")
    await shopper.widget.get_by_role("button", name="New conversation").click()
    await expect(shopper.box).to_be_focused()


async def test_a_file_is_sent_with_a_message_and_comes_back_as_a_download(shopper: Shopper, house: House) -> None:
    await shopper.arrive()
    await shopper.find("input[type=file]").set_input_files([PICTURE, {**PICTURE, "name": "a.zip", "mimeType": "x/zip"}])
    await expect(shopper.find(".problem")).to_have_text("a.zip is neither a picture nor a PDF.")
    await expect(shopper.find(".chips [data-state=ready]")).to_have_count(1)
    await shopper.ask("See my box")
    assert shopper.heard(house)[0].payload.model_dump()["attachments"][0]["name"] == "box.png"
    await shopper.arrive()
    async with shopper.page.expect_download() as waited:
        await shopper.widget.get_by_role("button", name="box.png").click()
    assert (await waited.value).suggested_filename == "box.png"


async def test_a_file_that_is_not_what_its_name_says_is_refused_with_the_reason(shopper: Shopper) -> None:
    await shopper.arrive()
    await shopper.find("input[type=file]").set_input_files([{**PICTURE, "buffer": b"<html><script>"}])
    await expect(shopper.find(".problem")).to_contain_text("Only pictures")
    await shopper.say("Look")
    await expect(shopper.lines).to_have_count(0)
    await shopper.widget.get_by_role("button", name="Remove box.png").click()
    await shopper.box.press("Enter")
    await expect(shopper.lines.first).to_have_text("Look")


async def test_a_message_that_is_refused_says_why_and_can_be_sent_again(shopper: Shopper) -> None:
    await shopper.arrive()
    await shopper.box.evaluate("box => box.removeAttribute('maxlength')")
    await shopper.say("x" * 8_001)
    await expect(shopper.state).to_contain_text("the limit is 8,000")
    await expect(shopper.widget.get_by_role("button", name="Try again")).to_be_visible()
    await expect(shopper.find(".typing")).to_be_hidden()


async def test_in_the_demo_an_address_is_asked_for_and_remembered(shopper: Shopper, house: House) -> None:
    await shopper.page.goto("/")
    await shopper.widget.get_by_role("button", name="Chat with customer support").click()
    email = shopper.widget.get_by_label("Your e-mail address")
    await email.fill("nobody")
    await email.press("Enter")
    await expect(shopper.widget.get_by_role("alert").first).to_contain_text("name@example.com")
    await email.fill(shopper.email)
    await email.press("Enter")
    await shopper.ask("Hello")
    assert len(shopper.heard(house)) == 1
    await shopper.page.reload()
    await shopper.widget.get_by_role("button", name="Chat with customer support").click()
    await expect(shopper.lines.first).to_have_text("Hello")
