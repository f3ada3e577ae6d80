"""The mock AgentMail's page in a real browser: readable in every look, true while it is open, and only text."""

import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.looks import LIGHT, OTHERS, Look, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

INBOX = "support@shop.example.com"
EVIL = "<img src=x onerror=\"document.body.dataset.evil='yes'\">"
MAIL = {
    "from": "Ana Torres <ana.torres@example.com>",
    "subject": "Where is order 12345?",
    "text": f"Hello,\n\nwhere is my order 12345?\n{EVIL}\n\nAna",
    "html": f"<p>Hello,</p>{EVIL}",
    "attachments": [{"filename": "parcel.jpg", "content_type": "image/jpeg", "content": "cGFyY2Vs"}],
}
ANSWER = "Order 12345 is on its way.\n\nIt left on 5 March and is expected tomorrow."
KEY = {"Authorization": "Bearer am_1"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "mock_services.agentmail", "--port", "0", "--inbox", INBOX]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[1]
        yield url
        process.terminate()


@pytest.fixture(scope="module")
def thread(address: str) -> str:
    """A thread in which a customer wrote and we answered; below it stands another."""
    other = {"from": "ben@example.com", "subject": None, "html": "<p>Hello?</p>", "authenticated": False}
    httpx.post(f"{address}/_mock/incoming", json=other).raise_for_status()
    mail = written(address)
    answered(address, mail["message_id"], ANSWER)
    return f"{address}/?thread={mail['thread_id']}"


def written(address: str) -> dict[str, str]:
    found: dict[str, str] = httpx.post(f"{address}/_mock/incoming", json=MAIL).raise_for_status().json()
    return found


def answered(address: str, message_id: str, text: str) -> None:
    url = f"{address}/v0/inboxes/{INBOX}/messages/{message_id}/reply"
    httpx.post(url, json={"text": text}, headers=KEY).raise_for_status()


@contextlib.asynccontextmanager
async def a_window(browser: Browser, look: Look = LIGHT) -> AsyncIterator[Page]:
    """A window with this look. What its console calls an error fails the test."""
    context = await browser.new_context(viewport={"width": look.width, "height": 900}, color_scheme=look.colours)
    page = await context.new_page()
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield page
    await context.close()
    assert broken == []


@pytest.mark.parametrize("look", [LIGHT, *(look for look in OTHERS if not look.right_to_left)], ids=str)
async def test_the_page_can_be_read_by_everybody(chromium: Browser, thread: str, look: Look) -> None:
    async with a_window(chromium, look) as page:
        for url in (thread, thread.partition("?")[0]):
            await page.goto(url)
            assert await violations(page) == []
            assert await overflow(page) <= 0


async def test_mail_is_only_text(chromium: Browser, thread: str) -> None:
    async with a_window(chromium) as page:
        await page.goto(thread)
        await page.get_by_text("HTML part").click()
        await expect(page.locator("article").first).to_contain_text("<img src=x onerror=")
        assert await page.evaluate("document.body.dataset.evil") is None
        assert await page.locator("#content img").count() == 0


async def test_what_arrives_appears_without_a_reload_and_what_was_unfolded_stays(
    chromium: Browser, address: str
) -> None:
    mail = written(address)
    async with a_window(chromium) as page:
        await page.goto(f"{address}/?thread={mail['thread_id']}")
        await page.get_by_text("HTML part").click()
        answered(address, mail["message_id"], "It has arrived.")
        await expect(page.locator("article")).to_have_count(2)
        await expect(page.locator("article").last).to_contain_text("It has arrived.")
        await expect(page.locator("details").first).to_have_attribute("open", "")
        await expect(page.get_by_role("status")).to_have_text("New mail has arrived.")


async def test_on_a_phone_one_thing_is_shown_at_a_time(chromium: Browser, thread: str) -> None:
    async with a_window(chromium, Look(width=390)) as page:
        await page.goto(thread)
        await expect(page.get_by_role("heading", name="Where is order 12345?")).to_be_visible()
        await expect(page.get_by_role("heading", name="Threads")).to_be_hidden()
        await page.get_by_role("link", name="All threads").click()
        await page.get_by_role("link", name="Ana Torres").first.click()
        await expect(page.locator("article").first).to_be_visible()
