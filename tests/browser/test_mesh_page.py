"""The mesh view in a real browser: signing in, the graph, one actor, one message followed live."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page, expect

from mesh.actor import discover
from mesh.delivery import Answer
from mesh.protocol import Message
from mesh.replies import Progress
from mesh.route import TraceEntry
from tests.browser.looks import OTHERS, looking, overflow, sign_in, violations
from tests.fakes import a_message
from tests.gateway.house import House
from workers.compose import standard_route

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def arrive(house: House, message: Message) -> None:
    """The message is at this step now, and its actors tell so."""
    house.journeys.open[message.message_id] = message
    for actor in message.route.here:
        about = {"message_id": message.message_id, "session_id": message.session_id, "actor": actor}
        await house.echo.bus.progress(Progress.model_validate({**about, "hop": message.route.current_step}))


def visited(message: Message, seconds: float = 0.25) -> Message:
    """The message at its next step."""
    route, at = message.route, datetime.now(UTC)
    done = [
        TraceEntry(actor=name, hop=route.current_step, kind="visited", at=at, seconds=seconds) for name in route.here
    ]
    return message.with_route(route.advance(*done))


async def test_strangers_are_asked_to_sign_in_and_supervisors_see_the_mesh_at_work(
    chromium: Browser, house: House
) -> None:
    async with looking(chromium, house) as page:
        await page.goto("/mesh")
        await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert await violations(page) == []
        await sign_in(page, house)
        await expect(page.locator("#graph .actor")).to_have_count(len(discover()))
        await one_message_is_followed_live(page, house)
        await one_actor_is_looked_at(page, house)
        kept = await page.context.storage_state()
        await a_lost_stream_is_opened_again(page)
        await who_may_not_see_it_any_more_is_shown_out(page)
    for look in OTHERS:
        async with looking(chromium, house, look) as page:
            await page.context.add_cookies(kept["cookies"])  # type: ignore[arg-type]
            await page.goto("/mesh?message=m-live")
            await expect(page.locator(".route li")).not_to_have_count(0)
            await expect(page.locator("#actors tbody tr")).to_have_count(len(discover()))
            assert await violations(page) == []
            assert await overflow(page) == 0


async def one_message_is_followed_live(page: Page, house: House) -> None:
    await follow(page, "m-live")
    await expect(page.get_by_role("alert")).to_contain_text("No message m-live is known")
    message = a_message("secret words", route=standard_route(), message_id="m-live")
    await arrive(house, message)
    doing = page.locator(".route .doing")
    await expect(doing).to_have_count(3)
    await expect(page.locator(".actor.lit")).to_have_count(3)
    message = visited(message)
    await arrive(house, message)
    await expect(doing).to_have_count(1)
    await expect(doing).to_contain_text("decision_router")
    await expect(page.locator(".route .done")).to_have_count(3)
    why = "asks the shop for order_status"
    edited = message.route.accept(message.route.insert_next("api_query_executor", why=why), "decision_router")
    message = visited(message.with_route(edited))
    await arrive(house, message)
    await expect(page.locator(".route .edit")).to_have_text(f"decision_router changed the way: {why}")
    await expect(doing).to_contain_text("api_query_executor")
    await expect(page.locator(".route .ahead")).to_have_count(3)
    link = page.get_by_role("link", name="Temporal Web UI")
    assert await link.get_attribute("href") == house.settings.workflow_page("m-live")
    assert await violations(page) == []
    while not message.route.done:
        message = visited(message)
    house.journeys.open["m-live"] = message
    await house.echo.answer(message, Answer(text="secret answer", status="resolved"))
    await expect(page.locator("#panel [role=status]")).to_contain_text("Ended resolved")
    assert "secret" not in await page.content()


async def one_actor_is_looked_at(page: Page, house: House) -> None:
    stays = visited(a_message("secret words", route=standard_route(), message_id="m-stays"))
    await arrive(house, stays)
    node = page.locator(".actor", has_text="Decision router")
    await expect(node.locator(".here")).to_have_text("1")
    await node.focus()
    await page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Details")
    await expect(panel.get_by_role("button", name="m-stays")).to_be_visible()
    await expect(panel).to_contain_text("Nothing failed")
    await expect(node).to_have_attribute("aria-pressed", "true")
    assert await violations(page) == []
    await panel.get_by_role("button", name="Close the details").click()
    await expect(node).to_be_focused()
    await expect(panel).to_contain_text("Messages that just moved")


async def a_lost_stream_is_opened_again(page: Page) -> None:
    await page.route("**/api/mesh/events*", lambda route: route.fulfill(status=503, body="{}"))
    await follow(page, "m-other")
    await expect(page.locator("#trouble")).to_contain_text("tries again")
    await page.unroute("**/api/mesh/events*")
    await expect(page.locator("#trouble")).to_be_hidden()


async def who_may_not_see_it_any_more_is_shown_out(page: Page) -> None:
    await page.context.clear_cookies()
    await follow(page, "m-another")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def follow(page: Page, message_id: str) -> None:
    await page.get_by_role("searchbox").fill(message_id)
    await page.keyboard.press("Enter")
