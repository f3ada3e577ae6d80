import asyncio
import json
from datetime import UTC, datetime

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from gateway.waiting import Line
from mesh.replies import Reply
from tests.gateway.customer import Customer, on_socket
from tests.gateway.house import EMAIL, House
from tests.gateway.test_chat import say

LARGE = 60
"""Replies that are more than the sockets' own buffers hold."""


async def test_a_message_is_accepted_worked_on_and_answered_in_this_order(house: House) -> None:
    async with on_socket(house) as customer:
        assert await customer.frame() == {
            "type": "session", "session_id": "s-1", "sequence": 0, "session_secret": None,
        }  # fmt: skip
        await customer.say("Where is it?", "m-1")
        frames = [await customer.frame() for _ in range(4)]
        kinds = [frame["type"] for frame in frames]
        assert sorted(kinds) == ["accepted", "progress", "progress", "reply"]
        working = [frame for frame in frames if frame["type"] == "progress"]
        assert [frame["actor"] for frame in working] == ["context_retriever", "response_generator"]
        reply = frames[-1]
        assert (reply["text"], reply["status"], reply["author"]) == ("You said: Where is it?", "resolved", "rules")
        assert (reply["message_id"], reply["sequence"]) == ("m-1", 1)
        assert set(reply) == {
            "type",
            "reply_id",
            "message_id",
            "text",
            "status",
            "author",
            "sequence",
            "at",
            "sources",
            "parts",
        }


async def test_a_new_session_gets_an_id_and_a_message_without_one_gets_one(house: House) -> None:
    async with on_socket(house, "") as customer:
        session_id = (await customer.frame())["session_id"]
        await customer.send(type="message", text="Hello")
        message_id = (await customer.next("accepted"))["message_id"]
        assert (await customer.next("reply"))["message_id"] == message_id
    heard = house.echo.heard[0]
    assert (heard.session_id, heard.message_id) == (session_id, message_id)
    assert heard.payload.customer_email == EMAIL


async def test_a_ping_is_answered(house: House) -> None:
    async with on_socket(house) as customer:
        await customer.send(type="ping")
        assert (await customer.next("session"))["type"] == "session"
        assert await customer.frame() == {"type": "pong"}


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[]",
        b"\x00\x01",
        '{"type": "message"}',
        '{"type": "dance"}',
        '{"type": "message", "text": "   "}',
        '{"type": "message", "text": "hi", "message_id": "a b"}',
        '{"type": "message", "text": "hi", "admin": true}',
        json.dumps({"type": "message", "text": "x" * 8_001}),
        "[" * 10_000,
    ],
    ids=lambda frame: str(frame[:40]),
)
async def test_a_bad_frame_is_explained_and_the_socket_goes_on(house: House, frame: str | bytes) -> None:
    async with on_socket(house) as customer:
        await customer.next("session")
        await customer.socket.send(frame)
        error = await customer.frame()
        assert error["type"] == "error"
        assert len(error["detail"]) > 10
        await customer.say("Still there?", "m-2")
        assert (await customer.next("reply"))["text"] == "You said: Still there?"


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("/ws/nobody", "customer_email"),
        (f"/ws/{EMAIL}?session_id=a%20b", "session_id"),
        (f"/ws/{EMAIL}?after=-1", "after"),
        (f"/ws/{EMAIL}?since=1", "since"),
    ],
)
async def test_a_wrong_address_is_explained_and_closed(house: House, address: str, word: str) -> None:
    url = house.settings.gateway_url.replace("http", "ws", 1) + address
    async with connect(url, proxy=None) as socket:
        error = json.loads(await socket.recv())
        assert (error["type"], word in error["detail"]) == ("error", True)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


async def test_what_was_missed_is_told_once_and_in_order(house: House) -> None:
    for number in range(4):
        await say(house, f"Question {number}", session_id="s-1")
    async with on_socket(house, "session_id=s-1&after=2") as customer:
        await customer.next("session")
        assert [(await customer.next("reply"))["sequence"] for _ in range(2)] == [3, 4]
        await customer.silence()


async def test_a_place_from_before_the_stream_was_emptied_hides_nothing(house: House) -> None:
    await say(house, "Earlier", session_id="s-1")
    async with on_socket(house, "session_id=s-1&after=999") as customer:
        assert (await customer.next("session"))["sequence"] == 0
        assert (await customer.next("reply"))["text"] == "You said: Earlier"
        await customer.say("Hello", "m-1")
        assert (await customer.next("reply"))["text"] == "You said: Hello"


async def test_nothing_is_lost_or_doubled_by_reconnecting_in_the_middle_of_replies(house: House) -> None:
    seen: list[int] = []
    sending = asyncio.create_task(_replies(house, 60))
    while len(seen) < 60:
        # Without a limit, because a client that is full does not read the answer to its closing either.
        async with on_socket(house, f"session_id=s-1&after={seen[-1] if seen else 0}", max_queue=None) as customer:
            await customer.next("session")
            seen += [(await customer.next("reply"))["sequence"] for _ in range(min(5, 60 - len(seen)))]
    await sending
    assert seen == list(range(1, 61))


async def test_every_socket_of_a_session_hears_the_reply_and_no_other_does(house: House) -> None:
    async with on_socket(house) as one, on_socket(house) as two, on_socket(house, "session_id=s-2") as other:
        for customer in (one, two, other):
            await customer.next("session")
        await one.say("Hello", "m-1")
        assert (await one.next("reply"))["text"] == (await two.next("reply"))["text"] == "You said: Hello"
        await other.silence()


async def test_a_repeated_message_gets_the_reply_that_it_had(house: House) -> None:
    async with on_socket(house) as customer:
        await customer.next("session")
        await customer.say("Hello", "m-1")
        first = await customer.next("reply")
        await customer.say("Hello", "m-1")
        assert (await customer.next("accepted"))["message_id"] == "m-1"
        assert await customer.next("reply") == first
    assert len(house.echo.heard) == 1


async def test_a_message_id_that_meant_something_else_is_refused(house: House) -> None:
    async with on_socket(house) as customer:
        await customer.next("session")
        await customer.say("Hello", "m-1")
        await customer.next("reply")
        await customer.say("Goodbye", "m-1")
        assert (await customer.next("error"))["message_id"] == "m-1"


async def test_a_person_answers_after_the_holding_reply(house: House) -> None:
    async with on_socket(house) as customer:
        await customer.next("session")
        await customer.say("A person please", "m-1")
        assert (await customer.next("reply"))["status"] == "escalated"
        await house.echo.human(house.echo.heard[0], "I am here.")
        answer = await customer.next("reply")
        assert (answer["text"], answer["author"], answer["message_id"]) == ("I am here.", "human", "m-1")


async def test_without_nats_a_message_is_not_accepted(house: House, nats_server: asyncio.subprocess.Process) -> None:
    async with on_socket(house) as customer:
        await customer.next("session")
        nats_server.kill()
        await nats_server.wait()
        await customer.say("Hello", "m-1")
        error = await customer.frame()
        assert (error["type"], error["message_id"]) == ("error", "m-1")
    async with on_socket(house) as late:
        assert (await late.frame())["type"] == "error"
        with pytest.raises(ConnectionClosed) as closed:
            await late.socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013


async def test_a_reader_that_is_too_slow_is_cut_off_and_resumes_without_loss(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.websocket.Line", lambda: Line(8))
    seen: list[int] = []
    async with on_socket(house, max_queue=1, max_size=None, compression=None) as customer:
        await customer.next("session")
        await _replies(house, LARGE, "x" * 400_000)
        assert await _read_until_closed(customer, seen) == 1013
    assert 0 < len(seen) < LARGE
    async with on_socket(house, f"session_id=s-1&after={seen[-1]}", max_size=None) as customer:
        await customer.next("session")
        while seen[-1] < LARGE:
            seen.append((await customer.next("reply"))["sequence"])
    assert seen == list(range(1, LARGE + 1))


async def _read_until_closed(customer: Customer, seen: list[int]) -> int | None:
    try:
        while True:
            seen.append((await customer.next("reply"))["sequence"])
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def _replies(house: House, count: int, text: str = "an answer") -> None:
    for number in range(count):
        await house.echo.bus.reply(
            Reply(
                reply_id=f"m-{number}:5",
                message_id=f"m-{number}",
                session_id="s-1",
                text=text,
                status="resolved",
                at=datetime.now(UTC),
            )
        )
