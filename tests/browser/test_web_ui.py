"""An operator frees stuck conversations in the Temporal Web UI: a real browser, the real page, a whole stack."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, expect
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from mesh.protocol import Message, Policy, Route, queue_of
from tests.conftest import until
from tests.e2e.conftest import Stack, a_question
from workers.compose import standard_route

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

PATIENT = Policy(queue_wait=3000, deadline=3000, attempts=99, backoff=900)


class WebUI:
    """The Temporal Web UI in a browser window."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self._base = f"{stack.settings.temporal_ui}/namespaces/default/workflows"

    async def list(self, query: str) -> None:
        await self.page.goto(f"{self._base}?query={quote(query)}")

    async def details(self, message_id: str) -> str:
        """What the page says about a message, under User Metadata."""
        await self.page.goto(f"{self._base}/{message_id}")
        await self.page.get_by_text("User Metadata", exact=True).locator("visible=true").first.click()
        # It stands in a frame of its own, where its scripts cannot reach the page.
        frame = self.page.frame_locator("iframe").last
        await expect(frame.get_by_text("State:").first).to_be_visible()
        return await frame.locator("body").inner_text()

    async def send(self, message_id: str, name: str, value: dict[str, Any]) -> None:
        await self.page.goto(f"{self._base}/{message_id}")
        await self.page.get_by_role("button", name="More Actions").click()
        await self.page.get_by_role("menuitem", name="Send an Update").click()
        await self.page.locator("#update-select:visible").locator("xpath=ancestor::button[1]").click()
        await self.page.get_by_role("option", name=name).locator("visible=true").click()
        form = self.page.locator("[role=dialog]:visible, dialog:visible").filter(has_text="Send an Update").last
        await form.get_by_role("textbox").last.click()
        await self.page.keyboard.insert_text(json.dumps(value))
        # Leaving the box formats its text and moves the button away from under a click.
        await self.page.evaluate("document.activeElement.blur()")
        await self.page.wait_for_timeout(300)
        await form.get_by_role("button", name="Submit").click()


@pytest.fixture
async def ui(browser: Browser, stack: Stack) -> AsyncIterator[WebUI]:
    context = await browser.new_context(viewport={"width": 1400, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(20_000)
    yield WebUI(page, stack)
    await context.close()


async def sent(stack: Stack, route: Route) -> str:
    question = a_question(route=route)
    async with stack.bus() as bus:
        await bus.publish(question)
    return question.message_id


def by_way_of(actor: str) -> Route:
    """The standard route, with one more actor that is tried for long."""
    route = standard_route()
    steps = (*route.steps[:1], actor, *route.steps[1:])
    return route.model_copy(update={"steps": steps, "policies": {**route.policies, actor: PATIENT}})


async def ended(stack: Stack, message_id: str) -> Message:
    return await asyncio.wait_for(stack.end(message_id), 30)


async def test_a_message_that_nobody_serves_is_found_by_its_state_and_rerouted(ui: WebUI, stack: Stack) -> None:
    message_id = await sent(stack, by_way_of("loyalty_scorer"))
    row = ui.page.get_by_role("link", name=message_id)

    async def listed() -> bool:
        await ui.list('State="stuck"')
        await ui.page.wait_for_timeout(1500)
        return await row.count() > 0

    await until(listed, 60)
    text = await ui.details(message_id)
    assert "loyalty_scorer: stuck" in text
    assert '"steps": ["decision_router", "response_generator"' in text
    assert "polly" not in text
    steps = ["decision_router", "response_generator", "guardrail_validator", "response_aggregator"]
    await ui.send(message_id, "reroute", {"steps": steps, "by": "kim", "why": "nobody serves loyalty_scorer"})
    message = await ended(stack, message_id)
    entry = next(entry for entry in message.route.trace if entry.kind == "operator")
    assert (entry.did, entry.by, entry.why) == ("reroute", "kim", "nobody serves loyalty_scorer")
    assert message.ending == "resolved"


async def test_a_bad_update_is_answered_with_the_reason(ui: WebUI, stack: Stack) -> None:
    message_id = await sent(stack, by_way_of("loyalty_scorer"))
    await until(lambda: stack.journey(message_id))
    await ui.send(message_id, "reroute", {"steps": []})
    await expect(ui.page.get_by_text("at least 1 item").locator("visible=true").first).to_be_visible()
    message = await stack.journey(message_id)
    assert message is not None
    assert [entry for entry in message.route.trace if entry.kind == "operator"] == []
    await ui.send(message_id, "give_up", {"reason": "the test is over"})


async def test_a_visit_that_is_repeated_goes_on_at_once_when_its_cause_is_repaired(ui: WebUI, stack: Stack) -> None:
    repaired, tried = asyncio.Event(), asyncio.Event()

    @activity.defn(name="stock_checker")
    async def stock_checker(_: Message) -> None:
        tried.set()
        if not repaired.is_set():
            raise ApplicationError("the stock service answers 503", type="Transient")

    client = await stack.client()
    async with AsyncExitStack() as serving:
        await serving.enter_async_context(
            Worker(client, task_queue=queue_of("stock_checker"), activities=[stock_checker])
        )
        message_id = await sent(stack, by_way_of("stock_checker"))
        await asyncio.wait_for(tried.wait(), 30)
        repaired.set()
        await ui.send(message_id, "retry_now", {"by": "kim", "why": "the stock service is back"})
        message = await ended(stack, message_id)
    assert [entry.did or entry.kind for entry in message.route.trace if entry.actor == "stock_checker"] == [
        "retry_now", "visited",
    ]  # fmt: skip
    assert message.ending == "resolved"


async def test_an_operators_reply_reaches_the_customer_who_waits_for_a_person(ui: WebUI, stack: Stack) -> None:
    furious = "This is the worst service ever! My order 12345 is a week late and nobody answers. I want this fixed NOW!"
    answer = stack.chat(furious, "furious.frank@example.com")
    message_id = answer["message_id"]

    async def waits() -> bool:
        message = await stack.journey(message_id)
        return message is not None and message.route.here == ("human_agent",)

    await until(waits)
    assert "human_agent: waiting for a person" in await ui.details(message_id)
    await ui.send(message_id, "reply", {"text": "I called the carrier: it comes today.", "by": "kim"})
    message = await ended(stack, message_id)
    assert [entry.actor for entry in message.route.trace][-2:] == ["human_agent", "response_aggregator"]
    told = stack.get(f"/api/chat/{message_id}")
    assert told["response"] == "I called the carrier: it comes today."


def test_the_pictures_of_the_operators_page_are_there() -> None:
    page = Path("docs/operators.md").read_text()
    named = [line.split("](")[1].rstrip(")") for line in page.splitlines() if line.startswith("![")]
    assert len(named) >= 3
    assert all((Path("docs") / name).is_file() for name in named)
