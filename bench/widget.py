"""How fast the widget is: `python -m bench.widget`, with Chromium at $CHROMIUM or `chromium`.

It prints how long after its script has arrived the widget is painted, how many bytes it loads, and how many frames a
second a history of a thousand messages scrolls with. Nothing but the browser and the gateway of a test house runs.
"""

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser, CDPSession, Page

from mesh.protocol import Message, Payload, Route
from tests.browser.conftest import a_browser, a_house
from tests.gateway.house import EMAIL, House
from tests.gateway.told import TOLD

LOADS = 10
MESSAGES = 500
SCROLLED = 6_000
"""Milliseconds that are scrolled through the history."""

PAINTED = """async () => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
  const seen = () => document.querySelector("support-chat")?.shadowRoot?.querySelector(".launcher")?.offsetWidth;
  while (!seen()) await new Promise(requestAnimationFrame);
  const at = await painted();
  const script = performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/widget/widget.js"));
  return { after: at - script.responseEnd, bytes: performance.getEntriesByType("resource")
    .filter(({ name }) => name.includes("/widget/")).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) };
}"""
SCROLL = """async (milliseconds) => {
  const list = document.querySelector("support-chat").shadowRoot.querySelector(".scroll");
  const gaps = [];
  let last = performance.now();
  const end = last + milliseconds;
  while (last < end) {
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - last);
    last = now;
    // Up through everything and down again, about two screens a second.
    list.scrollTop -= Math.sign(end - milliseconds / 2 - now) * 24;
  }
  return gaps.slice(1);
}"""
ALL_THERE = """async (count) => {
  const root = document.querySelector("support-chat").shadowRoot;
  const list = root.querySelector(".scroll");
  for (let tries = 0; tries < 200 && root.querySelectorAll(".line").length < count; tries += 1) {
    list.scrollTop = -list.scrollHeight;
    await new Promise((done) => setTimeout(done, 50));
  }
  list.scrollTop = 0;
  return root.querySelectorAll(".line").length;
}"""


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with a_house(Path(folder)) as house, house.is_open(), a_browser() as browser:
            await _loading(browser, house)
            await _scrolling(browser, house)


async def _loading(browser: Browser, house: House) -> None:
    found, work = [], []
    for _ in range(LOADS):
        page = await browser.new_page(base_url=house.settings.gateway_url)
        meter = await _meter(page)
        await page.goto("/", wait_until="commit")
        found.append(await page.evaluate(PAINTED))
        work.append(await _worked(meter))
        await page.close()
    after = sorted(one["after"] for one in found)
    print(f"painted after its script: median {median(after):.0f} ms, worst {after[-1]:.0f} ms of {LOADS}")
    print(
        f"work of the page's own thread until then: median {median(work):.0f} ms of processor time, the page included"
    )
    print(f"loaded: {found[0]['bytes']:,} bytes")


async def _scrolling(browser: Browser, house: House) -> None:
    for number in range(MESSAGES):
        await _said(house, number)
    page = await browser.new_page(base_url=house.settings.gateway_url)
    await page.goto("/")
    await page.evaluate("(begun) => localStorage.setItem(...begun)", _begun(house))
    await _open(page)
    lines = await page.evaluate(ALL_THERE, 2 * MESSAGES)
    meter = await _meter(page)
    before = await _worked(meter)
    gaps = await page.evaluate(SCROLL, SCROLLED)
    work = (await _worked(meter) - before) / len(gaps)
    late = sum(gap > 1000 / 30 for gap in gaps)
    print(f"scrolled {lines} messages: {1000 * len(gaps) / sum(gaps):.1f} frames/s, {late} of {len(gaps)} frames late")
    print(f"work of the page's own thread for one frame: {work:.1f} ms of processor time (60 frames/s leave 16.7)")


async def _meter(page: Page) -> CDPSession:
    meter = await page.context.new_cdp_session(page)
    await meter.send("Performance.enable", {"timeDomain": "threadTicks"})
    return meter


async def _worked(meter: CDPSession) -> float:
    """Milliseconds of processor time that the page's own thread has used: what other programs do does not count."""
    found = (await meter.send("Performance.getMetrics"))["metrics"]
    return 1000 * float(next(one["value"] for one in found if one["name"] == "TaskDuration"))


async def _said(house: House, number: int) -> None:
    text = f"Question {number}: where is my parcel, and when will it be here?"
    message = Message(
        message_id=f"bench-{number}",
        session_id="bench",
        route=Route(steps=("response_aggregator",)),
        payload=Payload(customer_message=text, customer_email=EMAIL),
    )
    await house.echo.answer(message, list(TOLD.values())[number % len(TOLD)])


def _begun(house: House) -> list[str]:
    """What the browser remembers of the conversation."""
    session = '{"id":"bench","remote":"bench","title":"bench","at":0,"sequence":0,"unread":[]}'
    return [f"support-chat {house.settings.gateway_url} {EMAIL}", f"[{session}]"]


async def _open(page: Page) -> Any:  # noqa: ANN401 - what a page answers
    opened = "(email) => { const chat = document.querySelector('support-chat'); chat.setAttribute('customer-email', email); chat.setAttribute('open', ''); }"  # noqa: E501
    await page.evaluate(opened, EMAIL)
    await page.locator("support-chat .line").first.wait_for()


if __name__ == "__main__":
    asyncio.run(main())
