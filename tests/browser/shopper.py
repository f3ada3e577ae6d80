"""A customer in front of the widget, as tests use one."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from mesh.protocol import Message
from tests.gateway.house import House

PATIENCE = 20_000
DRESS = """async ([attributes]) => {
  await customElements.whenDefined("support-chat");
  const widget = document.querySelector("support-chat");
  for (const [name, value] of Object.entries(attributes)) widget.setAttribute(name, value);
}"""


class Shopper:
    """One tab of one customer."""

    def __init__(self, page: Page, email: str) -> None:
        self.page = page
        self.email = email
        self.widget = page.locator("support-chat")

    def find(self, selector: str) -> Locator:
        return self.widget.locator(selector)

    @property
    def box(self) -> Locator:
        return self.find(".composer textarea")

    @property
    def lines(self) -> Locator:
        return self.find(".bubble p")

    @property
    def replies(self) -> Locator:
        return self.find(".line:not(.customer) .bubble p")

    @property
    def state(self) -> Locator:
        """What became of the newest message."""
        return self.find(".customer .state").last

    async def arrive(self, path: str = "/", **attributes: str) -> None:
        """Load the page and open the widget on it."""
        await self.page.goto(path)
        await self.open(**attributes)

    async def open(self, **attributes: str) -> None:
        await self.page.evaluate(DRESS, [{"customer-email": self.email, **attributes, "open": ""}])
        await expect(self.find(".panel")).to_be_visible()

    async def say(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def ask(self, text: str, answer: str | None = None) -> None:
        """Say something and wait for what the echo says to it."""
        await self.say(text)
        await expect(self.replies.last).to_have_text(answer or f"You said: {text}")

    def heard(self, house: House) -> list[Message]:
        """What of this customer has reached the mesh."""
        return [message for message in house.echo.heard if message.payload.customer_email == self.email]


@contextlib.asynccontextmanager
async def a_context(browser: Browser, house: House, **options: Any) -> AsyncIterator[BrowserContext]:
    """A profile of its own. What a page of it calls an error fails the test."""
    options = {"viewport": {"width": 900, "height": 760}, "base_url": house.settings.gateway_url, **options}
    context = await browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    broken: list[str] = []
    context.on("weberror", lambda error: broken.append(str(error.error)))
    try:
        yield context
    finally:
        await context.close()
    assert not broken, broken


@contextlib.asynccontextmanager
async def a_shopper(browser: Browser, house: House, **options: Any) -> AsyncIterator[Shopper]:
    async with a_context(browser, house, **options) as context:
        yield Shopper(await context.new_page(), f"shopper.{uuid4().hex[:8]}@example.com")
