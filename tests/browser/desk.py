"""The desk's page as a test uses it: people who are signed in, their windows, and customers who need somebody."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Locator, Page, expect
from websockets.asyncio.client import ClientConnection, connect

from mesh.people import Role
from tests.conftest import until
from tests.e2e.conftest import Stack
from tests.gateway.signing import PASSWORD, a_person

Cookies = dict[str, str]
Team = dict[str, Cookies]

SKILLS = {"ann": ("refunds",), "bob": ("german",)}
FURIOUS = "This is the worst service ever! My order 12345 is a week late and nobody answers. I want this fixed NOW!"
FRANK = "furious.frank@example.com"

# A whole mesh lies between an act and what is seen of it.
expect.set_options(timeout=30_000)


def team(stack: Stack) -> Team:
    """Ann and Bob, signed in once: the cookies of their browsers. Supervisors, so that they may claim anything."""
    return {name: asyncio.run(cookies(stack, name, "supervisor", skills=skills)) for name, skills in SKILLS.items()}


async def cookies(stack: Stack, name: str, *roles: Role, **more: Any) -> Cookies:
    """The cookies of somebody's browser, who is in the table with these roles and skills."""
    await a_person(stack.settings, name, *roles, **more)
    async with httpx.AsyncClient(base_url=stack.url, trust_env=False, timeout=60) as http:
        answer = await http.post("/api/people/sign-in", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return dict(http.cookies)


class Desk:
    """One window of one person."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_label("Your reply to the customer")

    def card(self, session_id: str) -> Locator:
        return self.page.locator(f'.card[data-key="{session_id}"]')

    def button(self, name: str) -> Locator:
        return self.page.locator("#conversation").get_by_role("button", name=name, exact=True)

    async def open(self, session_id: str) -> None:
        await self.card(session_id).click()
        await expect(self.card(session_id)).to_have_attribute("aria-current", "true")
        await expect(self.page.locator("#whom")).to_be_focused()

    async def claim(self) -> None:
        await self.button("Claim").click()
        await expect(self.page.locator(".standing")).to_contain_text("You have this conversation.")

    async def send(self, text: str) -> None:
        await self.box.fill(text)
        await self.button("Send").click()
        await expect(self.page.locator(".toast.good").last).to_have_text("Sent.")

    async def violations(self) -> list[str]:
        found = await Axe().run(self.page)
        return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found.response["violations"]]


@contextlib.asynccontextmanager
async def at_desk(browser: Browser, stack: Stack, cookies: Cookies, **options: Any) -> AsyncIterator[Desk]:
    """A window of somebody who is signed in, with the list on it. What its console calls an error fails the test."""
    context = await browser.new_context(**{"viewport": {"width": 1400, "height": 860}, **options})
    try:
        await context.add_cookies([{"name": key, "value": value, "url": stack.url} for key, value in cookies.items()])
        page = await context.new_page()
        page.set_default_timeout(30_000)
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        await page.goto(f"{stack.url}/desk")
        await expect(page.locator("#link")).to_have_text("Live", timeout=30_000)
        yield Desk(page)
        assert broken == []
    finally:
        await context.close()


class Customer:
    """A customer on the socket."""

    def __init__(self, socket: ClientConnection, session_id: str) -> None:
        self._socket = socket
        self.session_id = session_id

    async def say(self, text: str) -> str:
        message_id = uuid4().hex
        await self._socket.send(json.dumps({"type": "message", "text": text, "message_id": message_id}))
        return message_id

    async def hears(self) -> dict[str, Any]:
        """The next reply."""
        async with asyncio.timeout(60):
            while (frame := json.loads(await self._socket.recv()))["type"] != "reply":
                assert frame["type"] != "error", frame
        found: dict[str, Any] = frame
        return found


@contextlib.asynccontextmanager
async def a_customer(stack: Stack, email: str = FRANK) -> AsyncIterator[Customer]:
    session_id = uuid4().hex
    address = f"{stack.url.replace('http', 'ws', 1)}/ws/{email}?session_id={session_id}"
    async with connect(address, proxy=None) as socket:
        yield Customer(socket, session_id)


async def in_need(stack: Stack, text: str = FURIOUS, email: str = FRANK) -> tuple[str, str]:
    """Message and session of a customer who waits for a person."""
    answer = await asyncio.to_thread(stack.chat, text, email)
    assert answer["status"] == "escalated", answer
    message_id: str = answer["message_id"]
    await until(lambda: _waits(stack, message_id), 60)
    return message_id, answer["session_id"]


async def _waits(stack: Stack, message_id: str) -> bool:
    message = await stack.journey(message_id)
    return message is not None and "human_agent" in message.route.here
