"""Who the customer is: as the shop signs it, or nobody."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import a_house
from tests.browser.shopper import Shopper, a_shopper
from tests.gateway.house import House
from tests.gateway.signing import SECRET, a_token
from tests.mesh.test_attachments import PNG

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
expect.set_options(timeout=20_000)

OPEN = """([name, value]) => {
  const chat = document.querySelector("support-chat");
  if (name) chat.setAttribute(name, value);
  chat.setAttribute("open", "");
  chat.addEventListener("identity-expired", () => { document.title = "expired"; });
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def signed_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house that believes nobody without a token."""
    async with (
        a_house(tmp_path_factory.mktemp("house"), identity_mode="signed", identity_keys=SECRET) as house,
        house.is_open(),
    ):
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def shopper(chromium: Browser, signed_house: House) -> AsyncIterator[Shopper]:
    async with a_shopper(chromium, signed_house) as found:
        await found.page.goto("/")
        yield found


async def test_a_customer_whom_the_shop_vouches_for_talks_under_their_own_name(
    shopper: Shopper, signed_house: House
) -> None:
    await shopper.page.evaluate(OPEN, ["identity-token", a_token(shopper.email)])
    await shopper.ask("Hello")
    await expect(shopper.find(".demo")).to_be_hidden()
    (message,) = shopper.heard(signed_house)
    assert message.metadata["identity"] == "signed"


async def test_a_token_that_ran_out_is_asked_for_anew_and_the_conversation_goes_on(
    shopper: Shopper, signed_house: House
) -> None:
    await shopper.page.evaluate(OPEN, ["identity-token", a_token(shopper.email, exp=1_000_000_000)])
    await shopper.say("Hello")
    await expect(shopper.page).to_have_title("expired")
    await expect(shopper.find(".status")).to_have_text("Please sign in again")
    await shopper.page.evaluate(OPEN, ["identity-token", a_token(shopper.email)])
    await expect(shopper.replies).to_have_text("You said: Hello")
    assert len(shopper.heard(signed_house)) == 1


async def test_an_anonymous_customer_keeps_their_conversation_by_its_secret(
    shopper: Shopper, signed_house: House
) -> None:
    await shopper.page.evaluate(OPEN, ["", ""])
    await shopper.ask("What may I send back?")
    await shopper.attach(("a.png", "image/png", PNG))
    await expect(shopper.find(".chips [data-state=ready]")).to_have_count(1)
    await shopper.page.reload()
    await shopper.page.evaluate(OPEN, ["", ""])
    await expect(shopper.lines).to_have_text(["What may I send back?", "You said: What may I send back?"])
    await shopper.ask("Thanks")
    first, second = (message for message in signed_house.echo.heard if message.metadata["identity"] == "anonymous")
    assert first.session_id == second.session_id
