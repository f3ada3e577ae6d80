"""The widget for everybody: by keyboard, by ear, on a phone, from right to left, and on pages of other origins."""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import a_house
from tests.browser.shopper import Shopper, a_context, a_shopper
from tests.conftest import free_ports
from tests.gateway.house import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
expect.set_options(timeout=20_000)

PHONE = {"width": 360, "height": 640}
LOOKS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "light": ({"color_scheme": "light"}, {}),
    "dark": ({"color_scheme": "dark"}, {"accent": "#ffd400"}),
    "right to left": ({"color_scheme": "light"}, {"locale": "ar"}),
    "phone": ({"color_scheme": "dark", "viewport": PHONE}, {"locale": "de"}),
}
STRICT = "default-src 'none'; script-src {0}; connect-src {0} {1}; img-src 'self'; base-uri 'none'"


async def clean(page: Page) -> None:
    """The page has nothing that axe objects to."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("look", LOOKS)
async def test_no_state_of_the_widget_has_a_barrier(chromium: Browser, house: House, look: str) -> None:
    options, attributes = LOOKS[look]
    async with a_shopper(chromium, house, **options, reduced_motion="reduce") as shopper:
        page = shopper.page
        await page.goto("/")
        await expect(shopper.find(".launcher")).to_have_accessible_name("Chat with customer support")
        await clean(page)
        await shopper.open(**attributes)
        await clean(page)
        await shopper.say("Where is my parcel")
        await expect(shopper.find(".card")).to_have_count(1)
        await shopper.say("Please cancel")
        await expect(shopper.find(".quick")).to_have_count(2)
        await clean(page)
        await shopper.find("input[type=file]").set_input_files([{"name": "a.zip", "mimeType": "x/zip", "buffer": b"x"}])
        await expect(shopper.find(".problem")).to_be_visible()
        await shopper.say("A person please")
        await expect(shopper.find(".person")).to_be_visible()
        await clean(page)
        await shopper.say("Answer silently")
        await expect(shopper.find(".typing")).to_be_visible()
        await clean(page)
        await shopper.find("header .icon").first.click()
        await clean(page)
        await shopper.find("header .icon").first.click()
        await shopper.find("header .icon").nth(1).click()
        await expect(shopper.find(".ending")).to_be_visible()
        await clean(page)


async def test_everything_is_done_by_keyboard_alone(chromium: Browser, house: House) -> None:
    async with a_shopper(chromium, house) as shopper:
        keys = shopper.page.keyboard
        await shopper.page.goto("/")
        await shopper.page.evaluate(
            "email => document.querySelector('support-chat').setAttribute('customer-email', email)", shopper.email
        )
        await shopper.find(".launcher").focus()
        await keys.press("Enter")
        await expect(shopper.box).to_be_focused()
        await keys.type("Please cancel")
        await keys.press("Shift+Enter")
        await keys.type("my order")
        await keys.press("Enter")
        yes = shopper.widget.get_by_role("button", name="Yes", exact=True)
        await expect(yes).to_be_visible()
        await expect(shopper.lines.first).to_have_text("Please cancel\nmy order", use_inner_text=True)
        await until_focused(shopper, yes, "Shift+Tab")
        await keys.press("Space")
        await expect(shopper.replies.last).to_have_text("You said: Yes")
        end = shopper.widget.get_by_role("button", name="End this conversation")
        await until_focused(shopper, end, "Shift+Tab")
        await keys.press("Enter")
        await keys.press("ArrowRight")
        await keys.press("ArrowRight")
        await expect(shopper.widget.get_by_role("radio", name="3 of 5 stars")).to_be_checked()
        send = shopper.widget.get_by_role("button", name="Send rating")
        await until_focused(shopper, send, "Tab")
        await keys.press("Enter")
        await expect(shopper.find(".thanks")).to_be_focused()
        await keys.press("Escape")
        await expect(shopper.find(".panel")).to_be_hidden()
        await expect(shopper.find(".launcher")).to_be_focused()


async def until_focused(shopper: Shopper, wanted: Any, key: str) -> None:
    for _ in range(12):
        if await wanted.evaluate("one => one.getRootNode().activeElement === one"):
            return
        await shopper.page.keyboard.press(key)
    await expect(wanted).to_be_focused()


async def test_a_reply_is_said_to_those_who_do_not_see_it(chromium: Browser, house: House) -> None:
    async with a_shopper(chromium, house) as shopper:
        await shopper.arrive()
        await shopper.ask("Hello")
        await expect(shopper.find("[aria-live=polite]")).to_have_text("Support: You said: Hello")


@pytest.mark.parametrize("viewport", [PHONE, {"width": 450, "height": 380}], ids=["phone", "twice as large"])
async def test_it_fills_a_small_screen_and_nothing_sticks_out(
    chromium: Browser, house: House, viewport: dict[str, int]
) -> None:
    async with a_shopper(chromium, house, viewport=viewport) as shopper:
        await shopper.arrive()
        await shopper.ask("Where is my order? " + "averyveryverylongword" * 6)
        panel = await shopper.find(".panel").bounding_box()
        assert panel == {"x": 0, "y": 0, **viewport}
        assert await shopper.find(".scroll").evaluate("one => one.scrollWidth <= one.clientWidth")
        assert await shopper.page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
        for part in (".send", ".composer textarea", "header .icon >> nth=0"):
            await expect(shopper.find(part)).to_be_in_viewport(ratio=1)
        # Nothing lies behind it: the last stop leads to the first.
        await shopper.find(".send").focus()
        await shopper.page.keyboard.press("Tab")
        assert await shopper.find(".panel").evaluate("panel => panel.contains(panel.getRootNode().activeElement)")


async def test_arabic_runs_from_right_to_left(chromium: Browser, house: House) -> None:
    async with a_shopper(chromium, house) as shopper:
        await shopper.arrive(locale="ar")
        await shopper.ask("Hello")
        await expect(shopper.find(".box")).to_have_css("direction", "rtl")
        ours, theirs = (await shopper.find(f"{kind} .bubble").bounding_box() for kind in (".agent", ".customer"))
        assert ours is not None
        assert theirs is not None
        assert theirs["x"] < ours["x"]
        await expect(shopper.find(".customer .state")).to_have_text("وصلت")


async def test_who_wants_no_motion_gets_none(chromium: Browser, house: House) -> None:
    async with a_shopper(chromium, house, reduced_motion="reduce") as shopper:
        await shopper.arrive()
        await shopper.say("Answer silently")
        await expect(shopper.find(".typing")).to_be_visible()
        assert (
            await shopper.page.evaluate("document.querySelector('support-chat').shadowRoot.getAnimations().length") == 0
        )


@contextlib.contextmanager
def a_shop(folder: Path, port: int, policy: str, tag: str) -> Iterator[str]:
    """A page of another origin, under the strictest policy that names the gateway."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", policy)
            super().end_headers()

        def log_message(self, *_: object) -> None: ...

    (folder / "index.html").write_text(f"<!doctype html><html lang=en><title>Shop</title><body><h1>Shop</h1>{tag}")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_a_page_of_another_origin_embeds_it_with_one_tag(chromium: Browser, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with a_house(tmp_path, allowed_origins=(f"http://localhost:{port}",)) as house, house.is_open():
        gateway = house.settings.gateway_url
        policy = STRICT.format(gateway, gateway.replace("http", "ws"))
        tag = (
            f'<script type=module src="{gateway}/static/widget/widget.js" customer-email="e@example.com" open></script>'
        )
        (tmp_path / "shop").mkdir()
        with a_shop(tmp_path / "shop", port, policy, tag) as url:
            async with a_context(chromium, house) as context:
                shopper = Shopper(await context.new_page(), "e@example.com")
                refused: list[str] = []
                shopper.page.on("console", lambda line: refused.append(line.text))
                await shopper.page.goto(url)
                await shopper.ask("Hello from elsewhere")
                await expect(shopper.find(".launcher")).to_have_css("background-color", "rgb(26, 90, 134)")
                await shopper.find("input[type=file]").set_input_files(
                    [{"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n"}]
                )
                await expect(shopper.find(".chips [data-state=ready]")).to_have_count(1)
                assert [line for line in refused if "Content Security Policy" in line or "CORS" in line] == []
