from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request, WebSocketRoute, expect

from tests.gateway.house import EMAIL, House

pytestmark = pytest.mark.browser

SCRIPT = '<img src=x onerror="document.title=\'taken over\'"><script>document.title="taken over"</script>'


async def open_chat(page: Page, email: str = EMAIL) -> None:
    await page.goto("/")
    await page.get_by_label("Your e-mail address").fill(email)


async def say(page: Page, text: str) -> None:
    box = page.get_by_label("Your message")
    await box.fill(text)
    await box.press("Enter")


def posts(page: Page) -> list[str]:
    """Every POST that the page makes from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            found.append(request.url)

    page.on("request", note)
    return found


async def test_a_question_is_answered_over_the_socket(page: Page, house: House, tmp_path: Path) -> None:
    posted = posts(page)
    await open_chat(page)
    await page.screenshot(path=tmp_path / "empty.png")
    await say(page, "Where is my order ORD-10000001?")
    await expect(page.locator(".agent p")).to_have_text("You said: Where is my order ORD-10000001?")
    await expect(page.locator(".customer .note")).to_have_text("Delivered")
    await expect(page.locator("#connection")).to_have_text("Connected")
    await expect(page.locator("#typing")).to_be_hidden()
    await page.screenshot(path=tmp_path / "answered.png")
    assert posted == []


async def test_what_an_answer_quotes_is_named_in_small_print_after_a_reload_too(
    page: Page, house: House, tmp_path: Path
) -> None:
    await open_chat(page)
    await say(page, "your policy please")
    for moment in ("live", "reloaded"):
        await expect(page.locator(".agent p")).to_have_text("You have 30 days.")
        await expect(page.locator(".agent footer .sources")).to_have_text("Source: Returns, How long do I have?")
        await page.screenshot(path=tmp_path / f"{moment}.png")
        await page.reload()


async def test_who_works_is_shown_in_words_until_the_answer_is_there(page: Page, house: House, tmp_path: Path) -> None:
    await open_chat(page)
    await say(page, "Answer slowly")
    await expect(page.locator("#typing")).to_have_text("Writing the answer response_generator")
    await page.screenshot(path=tmp_path / "typing.png")
    await expect(page.locator(".agent p")).to_have_text("You said: Answer slowly")
    await expect(page.locator("#typing")).to_be_hidden()


async def test_without_a_socket_the_page_answers_by_http(page: Page, house: House, tmp_path: Path) -> None:
    async def cut(socket: WebSocketRoute) -> None:
        await socket.close(code=1011)

    await page.route_web_socket("**/ws/**", cut)
    await open_chat(page)
    await say(page, "Hello")
    await expect(page.locator(".agent p")).to_have_text("You said: Hello")
    await say(page, "Answer slowly")
    await expect(page.locator(".agent p").last).to_have_text("You said: Answer slowly")
    await expect(page.locator("#connection")).to_have_text("Connection is slow, still working")
    await page.screenshot(path=tmp_path / "http.png")
    assert len(house.echo.heard) == 2


async def test_a_reply_that_was_missed_while_the_gateway_was_away_is_shown_once(
    page: Page, empty_house: House, tmp_path: Path
) -> None:
    async with empty_house.is_open():
        await open_chat(page)
        await say(page, "Hello")
        await expect(page.locator(".agent p")).to_have_text("You said: Hello")
        await say(page, "A person please")
        await expect(page.locator(".agent")).to_have_count(2)
    await expect(page.locator("#connection")).not_to_have_text("Connected")
    await page.screenshot(path=tmp_path / "away.png")
    await empty_house.echo.human(empty_house.echo.heard[1], "I am Anna. I found your parcel.")
    async with empty_house.is_open():
        await expect(page.locator(".agent p").last).to_have_text("I am Anna. I found your parcel.")
        await expect(page.locator("#connection")).to_have_text("Connected")
        await expect(page.locator(".agent")).to_have_count(3)


async def test_a_message_written_while_the_gateway_is_away_is_answered_when_it_is_back(
    page: Page, empty_house: House
) -> None:
    async with empty_house.is_open():
        await open_chat(page)
        await say(page, "Hello")
        await expect(page.locator(".agent p")).to_have_text("You said: Hello")
    await say(page, "Are you there?")
    await expect(page.locator(".customer .note").last).to_have_text("Not sent yet, trying again")
    async with empty_house.is_open():
        await expect(page.locator(".agent p").last).to_have_text("You said: Are you there?")
        await expect(page.locator(".agent")).to_have_count(2)
        assert len(empty_house.echo.heard) == 2


async def test_a_holding_reply_is_marked_and_so_is_the_answer_of_a_person(
    page: Page, house: House, tmp_path: Path
) -> None:
    await open_chat(page)
    await say(page, "A person please")
    await expect(page.locator(".agent .mark")).to_have_text("A colleague will answer you here")
    await house.echo.human(house.echo.heard[0], "I am Anna. I found your parcel.")
    await expect(page.locator(".agent .mark").last).to_have_text("Answered by a person")
    await page.screenshot(path=tmp_path / "person.png")


async def test_markup_is_shown_as_text(page: Page, house: House, tmp_path: Path) -> None:
    await open_chat(page)
    await say(page, SCRIPT)
    await expect(page.locator(".agent p")).to_have_text(f"You said: {SCRIPT}")
    await expect(page.locator(".customer p")).to_have_text(SCRIPT)
    assert await page.locator(".conversation img, .conversation script").count() == 0
    assert await page.title() == "Customer support"
    await page.screenshot(path=tmp_path / "markup.png")


async def test_the_conversation_is_still_there_after_a_reload_and_nothing_is_doubled(page: Page, house: House) -> None:
    await open_chat(page)
    await say(page, "First")
    await expect(page.locator(".agent")).to_have_count(1)
    await say(page, "Answer slowly")
    await expect(page.locator(".customer .note").last).to_have_text("Delivered")
    await page.reload()
    await expect(page.locator(".said p")).to_have_text(
        ["First", "You said: First", "Answer slowly", "You said: Answer slowly"]
    )
    assert len(house.echo.heard) == 2


async def test_a_new_conversation_starts_empty_and_asks_for_the_address(page: Page, house: House) -> None:
    await open_chat(page)
    await say(page, "First")
    await expect(page.locator(".agent")).to_have_count(1)
    await page.get_by_role("button", name="New conversation").click()
    await expect(page.locator(".said")).to_have_count(0)
    await expect(page.get_by_label("Your e-mail address")).to_be_editable()


async def test_without_a_valid_address_nothing_is_sent(page: Page, house: House, tmp_path: Path) -> None:
    await open_chat(page, "nobody")
    await say(page, "Hello")
    await expect(page.locator("#email-problem")).to_be_visible()
    await page.screenshot(path=tmp_path / "address.png")
    assert await page.get_by_label("Your message").input_value() == "Hello"
    assert house.echo.heard == []


async def test_a_message_that_is_refused_says_why_and_can_be_sent_again(page: Page, house: House) -> None:
    await open_chat(page)
    await page.locator("#text").evaluate("box => box.removeAttribute('maxlength')")
    await say(page, "x" * 8_001)
    await expect(page.locator(".customer .note")).to_contain_text("the limit is 8,000")
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(page.locator("#typing")).to_be_hidden()


async def test_it_fits_a_phone(browser: Browser, house: House, tmp_path: Path) -> None:
    context = await browser.new_context(
        base_url=house.settings.gateway_url, viewport={"width": 360, "height": 640}, color_scheme="dark"
    )
    page = await context.new_page()
    await open_chat(page)
    await say(page, "Where is my order? " + "averyveryverylongword" * 6)
    await expect(page.locator(".agent")).to_have_count(1)
    await say(page, "A person please")
    await expect(page.locator(".agent")).to_have_count(2)
    await expect(page.locator(".agent .mark")).to_be_in_viewport(ratio=1)
    await page.screenshot(path=tmp_path / "phone.png")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    await context.close()
