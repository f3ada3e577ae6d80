"""A mail as people see it: at the desk, where Ann answers it, and in the thread, where her answer arrives."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.desk import Team, at_desk
from tests.e2e.conftest import Stack
from tests.e2e.mailbox import FRANK, FURIOUS, answers, waits, write

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

ANSWER = "A new one is on its way, Frank. I am sorry that you had to wait.\n\nAnn"
SUBJECT = "Your service <b>fails</b>"


async def test_ann_answers_a_mail_at_the_desk_and_the_customer_finds_her_words_in_the_thread(
    browser: Browser, stack: Stack, team: Team, tmp_path: Path
) -> None:
    files = [{"filename": "receipt.pdf", "content": "JVBERi0="}]
    mail = write(stack, FURIOUS, sender=f"Furious Frank <{FRANK}>", subject=SUBJECT, attachments=files)
    item = await waits(stack, subject=SUBJECT)
    async with at_desk(browser, stack, team["ann"]) as ann:
        await expect(ann.card(item["session_id"])).to_contain_text("E-mail")
        await ann.open(item["session_id"])
        head = ann.page.locator("#head")
        await expect(head.locator(".mail")).to_have_text(f"E-mail {SUBJECT}")
        await expect(head).to_contain_text("Attached, not opened: receipt.pdf")
        assert await ann.violations() == []
        await ann.page.screenshot(path=tmp_path / "desk.png")
        await ann.claim()
        await ann.send(ANSWER)
    assert (await answers(stack, mail, 2))[1] == ANSWER

    context = await browser.new_context(viewport={"width": 1200, "height": 900})
    page = await context.new_page()
    await page.goto(f"{stack.settings.agentmail_target}/?thread={mail['thread_id']}")
    for words in (FURIOUS, "colleague", "A new one is on its way, Frank."):
        await expect(page.locator("body")).to_contain_text(words)
    await page.screenshot(path=tmp_path / "thread.png", full_page=True)
    await context.close()


async def test_whom_nobody_proved_is_shown_as_such(browser: Browser, stack: Stack, team: Team, tmp_path: Path) -> None:
    text = "I want to talk to a person, please."
    write(stack, text, sender="eve@example.com", subject="Who am I?", authenticated=False)
    item = await waits(stack, subject="Who am I?")
    options = {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}
    async with at_desk(browser, stack, team["ann"], **options) as ann:
        await ann.open(item["session_id"])
        await expect(ann.page.locator("#whom")).to_have_text("eve@example.com (not verified)")
        assert await ann.violations() == []
        await ann.page.screenshot(path=tmp_path / "unproven.png")
