"""Whoever waits for a message that a later one answers is told which, by HTTP and on the socket."""

import asyncio
from functools import partial

from mesh.delivery import Answer
from mesh.together import Answerers
from tests.conftest import until
from tests.gateway.customer import on_socket
from tests.gateway.house import House
from tests.gateway.test_chat import said, say

LATE = Answer(text="Never sent.", status="resolved")


async def heard(house: House, number: int) -> bool:
    return len(house.echo.heard) >= number


async def left_to_another(house: House) -> None:
    """The mesh finds that m-2 answers the message that it heard first."""
    await until(partial(heard, house, 1), 10)
    await Answerers(house.echo.bus).claim("m-1", "m-2")
    await house.echo.answer(house.echo.heard[0], LATE)


async def test_a_client_that_waits_is_told_which_message_answers_its_own(house: House) -> None:
    asking = asyncio.create_task(say(house, "silently please", session_id="s-1", message_id="m-1"))
    await left_to_another(house)
    answer = await asyncio.wait_for(asking, 10)
    body = answer.json()
    assert (answer.status_code, body["status"], body["answered_by"]) == (200, "superseded", "m-2")
    assert LATE.text not in answer.text


async def test_a_client_that_asks_later_or_again_is_told_the_same(house: House) -> None:
    asking = asyncio.create_task(say(house, "silently please", session_id="s-1", message_id="m-1"))
    await left_to_another(house)
    await asking
    stored = (await house.http.get("/api/chat/m-1")).json()
    assert (stored["status"], stored["answered_by"]) == ("superseded", "m-2")
    again = await house.http.post("/api/chat", json=said("silently please", session_id="s-1", message_id="m-1"))
    assert again.json()["answered_by"] == "m-2"
    assert len(house.echo.heard) == 1


async def test_the_conversation_shows_the_question_and_no_answer_that_was_never_sent(house: House) -> None:
    asking = asyncio.create_task(say(house, "silently please", session_id="s-1", message_id="m-1"))
    await left_to_another(house)
    await asking
    lines = (await house.http.get("/api/sessions/s-1/messages")).json()["messages"]
    assert [line["content"] for line in lines] == ["silently please"]


async def test_the_socket_is_told_at_once_and_again_when_the_message_is_repeated(house: House) -> None:
    told = {"type": "superseded", "message_id": "m-1", "answered_by": "m-2"}
    async with on_socket(house) as customer:
        await customer.next("session")
        await customer.say("silently please", "m-1")
        await left_to_another(house)
        assert await customer.next("superseded") == told
        await customer.say("silently please", "m-1")
        assert await customer.next("superseded") == told
        await customer.silence()
