"""What the widget does when something is away."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.browser.shopper import Shopper, a_shopper
from tests.conftest import until
from tests.gateway.house import House
from tests.gateway.rush import answer, working

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
expect.set_options(timeout=30_000)


@pytest_asyncio.fixture(loop_scope="module")
async def shopper(chromium: Browser, empty_house: House) -> AsyncIterator[Shopper]:
    async with a_shopper(chromium, empty_house) as found:
        yield found


async def test_a_connection_that_is_lost_in_the_middle_of_an_answer_loses_and_doubles_nothing(
    shopper: Shopper, empty_house: House
) -> None:
    lines: list[WebSocketRoute] = []

    async def between(socket: WebSocketRoute) -> None:
        lines.append(socket)
        socket.connect_to_server()

    await shopper.page.route_web_socket("**/ws", between)
    async with empty_house.is_open():
        await shopper.arrive()
        await shopper.ask("Hello")
        await shopper.say("Answer slowly")
        await expect(shopper.find(".typing")).to_be_visible()
        await lines[-1].close(code=1011)
        await expect(shopper.replies).to_have_text(["You said: Hello", "You said: Answer slowly"])
        await expect(shopper.find(".status")).to_have_text("Connected")
        await shopper.ask("And now?")
        await expect(shopper.replies).to_have_count(3)
        assert len(lines) == 2
    assert len({message.message_id for message in shopper.heard(empty_house)}) == 3


async def test_what_was_answered_while_the_gateway_was_away_is_shown_once(shopper: Shopper, empty_house: House) -> None:
    async with empty_house.is_open():
        await shopper.arrive()
        await shopper.ask("Hello")
        await shopper.ask("A person please", "A colleague will answer you.")
    await expect(shopper.find(".status")).not_to_have_text("Connected")
    await empty_house.echo.human(shopper.heard(empty_house)[1], "I am Anna. I found your parcel.")
    async with empty_house.is_open():
        await expect(shopper.replies.last).to_have_text("I am Anna. I found your parcel.")
        await expect(shopper.find(".status")).to_have_text("Connected")
        await expect(shopper.replies).to_have_count(3)


async def test_a_message_written_while_the_gateway_is_away_waits_over_a_reload_and_is_answered(
    shopper: Shopper, empty_house: House
) -> None:
    async with empty_house.is_open():
        await shopper.arrive()
        await shopper.ask("Hello")
    await shopper.say("Are you there?")
    await expect(shopper.state).to_have_text("Waiting for the connection")
    async with empty_house.is_open():
        await shopper.arrive()
        await expect(shopper.lines).to_have_text(
            ["Hello", "You said: Hello", "Are you there?", "You said: Are you there?"]
        )
        await expect(shopper.find(".customer .state")).to_have_text(["Received", "Received"])
        assert len({message.message_id for message in shopper.heard(empty_house)}) == 2


async def test_where_sockets_are_blocked_everything_goes_by_http(shopper: Shopper, empty_house: House) -> None:
    async def cut(socket: WebSocketRoute) -> None:
        await socket.close(code=1011)

    await shopper.page.route_web_socket("**/ws", cut)
    async with empty_house.is_open():
        await shopper.arrive()
        await shopper.ask("Hello")
        await expect(shopper.find(".status")).to_have_text("Slow connection, still working")
        await shopper.say("Answer slowly")
        await expect(shopper.replies.last).to_have_text("You said: Answer slowly")
        await shopper.ask("A person please", "A colleague will answer you.")
        await empty_house.echo.human(shopper.heard(empty_house)[2], "I am Anna.")
        await expect(shopper.replies.last).to_have_text("I am Anna.")
        await expect(shopper.replies).to_have_count(4)
        await expect(shopper.find(".customer .state")).to_have_text(["Received"] * 3)
    assert len({message.message_id for message in shopper.heard(empty_house)}) == 3


async def test_offline_is_said_and_the_message_goes_as_soon_as_the_net_is_back(
    shopper: Shopper, empty_house: House
) -> None:
    async with empty_house.is_open():
        await shopper.arrive()
        await shopper.ask("Hello")
    await shopper.page.context.set_offline(True)
    await shopper.say("From the tunnel")
    await expect(shopper.find(".status")).to_have_text("You are offline. We send it later.")
    async with empty_house.is_open():
        assert not await _arrived(shopper, empty_house)
        await shopper.page.context.set_offline(False)
        await until(lambda: _arrived(shopper, empty_house))
        await expect(shopper.replies.last).to_have_text("You said: From the tunnel")


async def _arrived(shopper: Shopper, house: House) -> bool:
    await asyncio.sleep(0)
    return any(message.payload.customer_message == "From the tunnel" for message in shopper.heard(house))


@pytest.mark.parametrize("blocked", [False, True], ids=["by socket", "by http"])
async def test_a_rush_is_said_and_the_message_goes_by_itself_once_there_is_room(
    shopper: Shopper, empty_house: House, *, blocked: bool
) -> None:
    async def cut(socket: WebSocketRoute) -> None:
        await socket.close(code=1011)

    async def crowded() -> bool:
        return "mesh_gateway_messages_in_hand 40.0" in (await empty_house.http.get("/metrics")).text

    if blocked:
        await shopper.page.route_web_socket("**/ws", cut)
    bus = empty_house.echo.bus
    async with empty_house.is_open():
        await shopper.arrive()
        await shopper.ask("Hello")
        for number in range(40):
            await bus.progress(working(f"{blocked}-{number}"))
        await until(crowded)
        await shopper.say("Are you busy?")
        await expect(shopper.state).to_have_text("Many are writing now: sent again by itself")
        for number in range(40):
            await bus.reply(answer(f"{blocked}-{number}", f"s-{number}"))
        await expect(shopper.replies.last).to_have_text("You said: Are you busy?")
        await expect(shopper.state).to_have_text("Received")
    assert [message.payload.customer_message for message in shopper.heard(empty_house)] == ["Hello", "Are you busy?"]
