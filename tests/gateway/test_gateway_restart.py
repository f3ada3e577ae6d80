"""The gateway goes away while a customer waits, and comes back: the reply is there, once, whoever asks and however."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.conftest import until
from tests.gateway.customer import on_socket
from tests.gateway.house import House
from tests.gateway.test_chat import say


async def answered_unheard(house: House, message_id: str) -> None:
    """Wait until the mesh has answered, with no gateway there to hear it."""

    async def kept() -> bool:
        replies = await house.echo.bus.replies_after("s-1", 0)
        return message_id in {reply.message_id for reply in replies}

    await until(kept)


async def test_who_waits_on_a_socket_resumes_and_gets_the_reply_once(empty_house: House) -> None:
    house = empty_house
    async with AsyncExitStack() as stack:
        async with house.is_open():
            customer = await stack.enter_async_context(on_socket(house))
            seen = (await customer.next("session"))["sequence"]
            await customer.say("Answer slowly", "m-1")
            await customer.next("accepted")
        with pytest.raises(ConnectionClosed):
            await customer.next("reply")
    await answered_unheard(house, "m-1")
    async with house.is_open(), on_socket(house, f"session_id=s-1&after={seen}") as customer:
        await customer.next("session")
        reply = await customer.next("reply")
        assert (reply["message_id"], reply["text"]) == ("m-1", "You said: Answer slowly")
        await customer.silence()
        # Unsure whether it was taken, their program says it again.
        await customer.say("Answer slowly", "m-1")
        assert (await customer.next("reply"))["reply_id"] == reply["reply_id"]
    assert len(house.echo.heard) == 1


async def test_who_asks_by_http_finds_the_reply_under_its_message_id(empty_house: House) -> None:
    house = empty_house
    async with house.is_open():
        assert (await say(house, "Answer slowly", message_id="m-1", session_id="s-1")).status_code == 202
    await answered_unheard(house, "m-1")
    async with house.is_open():
        found: dict[str, Any] = (await house.http.get("/api/chat/m-1")).json()
        again = await say(house, "Answer slowly", message_id="m-1", session_id="s-1")
    assert found["response"] == "You said: Answer slowly"
    assert (again.status_code, again.json()["metadata"]["reply_id"]) == (200, found["metadata"]["reply_id"])
    assert len(house.echo.heard) == 1


async def test_what_was_answered_is_told_again_even_while_nats_is_away(
    house: House, nats_server: asyncio.subprocess.Process
) -> None:
    first = await say(house, message_id="m-1")
    nats_server.kill()
    await nats_server.wait()
    again = await say(house, message_id="m-1")
    assert (again.status_code, again.json()) == (200, first.json())
