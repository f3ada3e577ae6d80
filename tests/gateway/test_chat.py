import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from gateway import answers
from mesh.protocol import Message
from mesh.sessions import Sessions
from mesh.store import Row
from tests.fakes import a_message
from tests.gateway.house import EMAIL, ROUTE, House

PROBLEM = "application/problem+json"


def said(text: str = "Where is my order?", **more: object) -> dict[str, Any]:
    return {"message": text, "customer_email": EMAIL, **more}


async def say(house: House, text: str = "Where is my order?", **more: object) -> httpx.Response:
    return await house.http.post("/api/chat", json=said(text, **more))


async def test_a_question_is_answered_with_everything_that_was_promised(house: House) -> None:
    answer = await say(house, "Where is my order?", session_id="s-1")
    body = answer.json()
    assert answer.status_code == 200
    assert body["response"] == "You said: Where is my order?"
    assert (body["session_id"], body["status"]) == ("s-1", "resolved")
    assert body["action_plan"] == {"actions": [{"name": "check_order_status"}]}
    assert 0 < body["processing_time"] < 5
    assert body["metadata"]["intent"] == "order_inquiry"
    assert body["metadata"]["urgency"] == "low"
    assert set(body) == {
        "message_id", "session_id", "response", "status", "action_plan", "sources", "parts", "processing_time",
        "metadata", "session_secret",
    }  # fmt: skip


async def test_an_answer_names_what_it_quotes_now_and_later(house: House) -> None:
    sources = [{"title": "Returns", "section": "How long do I have?"}]
    answer = (await say(house, "your policy please", session_id="s-1", message_id="m-1")).json()
    assert answer["sources"] == sources
    later = (await house.http.get("/api/chat/m-1")).json()
    assert (later["sources"], later["replies"][0]["sources"]) == (sources, sources)
    assert (await say(house, "something else")).json()["sources"] == []


@pytest.mark.parametrize("response", ["text", {"sources": "many"}, {"sources": [{"title": 1}]}, {}])
def test_sources_of_a_foreign_actor_that_are_none_do_no_harm(response: object) -> None:
    row = Row(
        row_id="m-1:1", message_id="m-1", session_id="s-1", timestamp=datetime.now(UTC), sender="agent",
        content="Hello", status="resolved", payload={"response": response},
    )  # fmt: skip
    [answer] = answers.of_rows([row])
    assert answer.sources == []


async def test_the_mesh_gets_the_route_with_its_policies_and_the_customers_words(house: House) -> None:
    await say(house, "  Where is\x00 it?\n", session_id="s-1", message_id="m-1")
    heard = house.echo.heard[0]
    assert heard.route == ROUTE
    assert (heard.message_id, heard.session_id) == ("m-1", "s-1")
    assert (heard.payload.customer_message, heard.payload.customer_email) == ("Where is it?", EMAIL)
    assert heard.metadata["channel"] == "web"


async def test_ids_are_made_when_none_are_given(house: House) -> None:
    body = (await say(house)).json()
    assert re.fullmatch(r"[0-9a-f]{32}", body["message_id"])
    assert re.fullmatch(r"[0-9a-f]{32}", body["session_id"])
    assert body["message_id"] != body["session_id"]


async def test_a_repeated_message_id_gets_the_same_answer_and_is_handled_once(house: House) -> None:
    first = await say(house, message_id="m-1")
    again = await say(house, message_id="m-1")
    assert first.json() == again.json()
    assert again.status_code == 200
    assert len(house.echo.heard) == 1


async def test_repetitions_at_the_same_time_all_get_the_answer(house: House) -> None:
    answers = await asyncio.gather(*(say(house, message_id="m-1") for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.json()["session_id"] for answer in answers}) == 1
    assert len(house.echo.heard) == 1


@pytest.mark.parametrize(
    "other",
    [
        said("Something else", message_id="m-1", session_id="s-1"),
        said(message_id="m-1", session_id="s-2"),
    ],
    ids=["text", "session"],
)
async def test_a_message_id_that_meant_something_else_is_a_conflict(house: House, other: dict[str, Any]) -> None:
    await say(house, message_id="m-1", session_id="s-1")
    answer = await house.http.post("/api/chat", json=other)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == PROBLEM
    assert "message_id" in answer.json()["detail"]


async def test_a_message_id_that_is_being_answered_cannot_mean_something_else(house: House) -> None:
    first = asyncio.create_task(say(house, "Answer slowly", message_id="m-1"))
    await _heard(house, 1)
    assert (await say(house, "Something else", message_id="m-1")).status_code == 409
    await first


async def test_a_message_id_that_its_workflow_knows_cannot_mean_something_else(house: House) -> None:
    assert (await say(house, "Work silently", message_id="m-1", session_id="s-9")).status_code == 202
    house.journeys.open["m-1"] = a_message("Work silently", email=EMAIL, message_id="m-1", session_id="s-9")
    assert (await say(house, "Something else", message_id="m-1")).status_code == 409
    same = await say(house, "Work silently", message_id="m-1")
    assert (same.status_code, same.json()["session_id"]) == (202, "s-9")


async def test_a_slow_answer_is_given_later_under_its_message_id(house: House) -> None:
    answer = await say(house, "Answer slowly", message_id="m-1", session_id="s-1")
    assert answer.status_code == 202
    assert answer.headers["location"] == "/api/chat/m-1"
    assert (answer.json()["status"], answer.json()["session_id"]) == ("pending", "s-1")
    assert (await house.http.get("/api/chat/m-1")).status_code == 202
    later = await _answer(house, "m-1")
    assert later["response"] == "You said: Answer slowly"
    assert [reply["response"] for reply in later["replies"]] == ["You said: Answer slowly"]


async def test_a_reply_that_passed_unheard_is_found_in_the_history(house: House) -> None:
    answer = await say(house, "Answer unheard")
    assert answer.status_code == 200
    assert answer.json()["response"] == "You said: Answer unheard"


async def test_the_answer_of_a_person_follows_the_holding_reply(house: House) -> None:
    holding = await say(house, "A person please", message_id="m-1")
    assert holding.json()["status"] == "escalated"
    await house.echo.human(house.echo.heard[0], "I am here.")
    found = (await house.http.get("/api/chat/m-1")).json()
    assert (found["response"], found["metadata"]["author"]) == ("I am here.", "human")
    assert [reply["status"] for reply in found["replies"]] == ["escalated", "resolved"]


async def test_an_unknown_message_is_not_found(house: House) -> None:
    answer = await house.http.get("/api/chat/nobody")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


async def test_without_temporal_an_accepted_message_is_pending_and_an_unknown_one_is_not_denied(house: House) -> None:
    await say(house, "Work silently", message_id="m-1")
    house.journeys.down = True
    assert (await house.http.get("/api/chat/m-1")).status_code == 202
    unknown = await house.http.get("/api/chat/m-2")
    assert (unknown.status_code, unknown.headers["retry-after"]) == (503, "2")


async def test_a_message_that_came_in_elsewhere_is_pending(house: House) -> None:
    house.journeys.open["m-7"] = a_message(message_id="m-7")
    assert (await house.http.get("/api/chat/m-7")).status_code == 202


async def test_without_valkey_questions_are_answered(house: House, valkey_server: asyncio.subprocess.Process) -> None:
    valkey_server.kill()
    await valkey_server.wait()
    assert (await say(house, message_id="m-1")).json()["response"] == "You said: Where is my order?"
    house.journeys.open["m-2"] = a_message(message_id="m-2")
    assert (await house.http.get("/api/chat/m-2")).status_code == 202


async def test_without_nats_nothing_is_accepted(house: House, nats_server: asyncio.subprocess.Process) -> None:
    nats_server.kill()
    await nats_server.wait()
    answer = await say(house, message_id="m-1")
    assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["message_id"] == "m-1"
    assert "same message_id" in answer.json()["detail"]
    async with Sessions.open(house.settings) as sessions:
        assert not await sessions.accepted("m-1")
    assert (await house.http.get("/api/chat/m-1")).status_code == 404


async def test_a_conversation_is_read_back_in_order_without_payloads(house: House) -> None:
    await say(house, "First", session_id="s-1", message_id="m-1")
    await say(house, "Second", session_id="s-1", message_id="m-2")
    await say(house, "Elsewhere", session_id="s-2")
    lines = (await house.http.get("/api/sessions/s-1/messages")).json()["messages"]
    assert [(line["sender"], line["content"]) for line in lines] == [
        ("customer", "First"),
        ("agent", "You said: First"),
        ("customer", "Second"),
        ("agent", "You said: Second"),
    ]
    assert set(lines[0]) == {
        "line_id", "message_id", "sender", "content", "status", "timestamp", "sources", "parts", "attachments",
    }  # fmt: skip


async def test_a_session_that_nobody_began_is_not_found(house: House) -> None:
    answer = await house.http.get("/api/sessions/s-0/messages")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


async def _heard(house: House, count: int) -> list[Message]:
    async with asyncio.timeout(5):
        while len(house.echo.heard) < count:
            await asyncio.sleep(0.01)
    return house.echo.heard


async def _answer(house: House, message_id: str) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while (found := await house.http.get(f"/api/chat/{message_id}")).status_code != 200:
            await asyncio.sleep(0.05)
    body: dict[str, Any] = found.json()
    return body


async def test_a_card_number_is_gone_before_the_message_is_published(house: House) -> None:
    answer = await say(house, "Card 4111 1111 1111 1111 was charged twice", message_id="m-1")
    assert answer.json()["response"] == "You said: Card [card ending 1111] was charged twice"
    again = await say(house, "Card 4111 1111 1111 1111 was charged twice", message_id="m-1")
    assert again.status_code == 200
