"""How a page is looked at: in which colours, on how wide a screen, from which side; and by axe."""

import contextlib
from collections.abc import AsyncIterator
from typing import Final, Literal, NamedTuple

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from tests.gateway.house import House
from tests.gateway.signing import PASSWORD, a_person

# The machine is shared; nothing is timed here.
expect.set_options(timeout=20_000)


class Look(NamedTuple):
    colours: Literal["light", "dark"] = "light"
    width: int = 1440
    right_to_left: bool = False


LIGHT: Final = Look()
OTHERS: Final = (Look("dark"), Look(width=390), Look("dark", 390, right_to_left=True), Look(right_to_left=True))


@contextlib.asynccontextmanager
async def looking(browser: Browser, house: House, look: Look = LIGHT) -> AsyncIterator[Page]:
    """A window with this look. What its console calls an error fails the test."""
    context = await browser.new_context(
        base_url=house.settings.gateway_url,
        viewport={"width": look.width, "height": 900},
        color_scheme=look.colours,
        reduced_motion="no-preference",
    )
    if look.right_to_left:
        await context.add_init_script("localStorage.setItem('mesh.dir', 'rtl')")
    page = await context.new_page()
    page.set_default_timeout(20_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if _broke(said) else None)
    yield page
    await context.close()
    assert broken == []


def _broke(said: ConsoleMessage) -> bool:
    # The browser calls a 401 or a 404 of an API an error too; to the page it is an answer.
    return said.type == "error" and "/api/" not in said.location["url"]


async def sign_in(page: Page, house: House, name: str = "sue") -> None:
    """Sign a supervisor in through the form that the page shows to strangers."""
    await a_person(house.settings, name, "supervisor")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def violations(page: Page) -> list[str]:
    """What axe finds wrong, with the places."""
    found = await Axe().run(page)
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found.response["violations"]]


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
