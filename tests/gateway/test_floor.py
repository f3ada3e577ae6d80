"""The desk beside its list: the whole case, presence, transfer, and what windows are told while it happens."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from gateway.board import CLOSED, LENGTH, Board, News
from mesh.protocol import Message
from mesh.replies import DUE, Due, Progress
from mesh.store import Row
from tests.gateway.at_desk import ANN, BOB, NOON, asks_approval, credentials, desk, look, post, waits
from tests.gateway.house import House
from tests.gateway.live import a_window


async def present(house: House, name: str, **here: str) -> None:
    headers = await credentials(house, name)
    body = {"window": f"window-of-{name}", **here}
    answer = await house.http.put("/api/desk/presence", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


# -- the whole case


def understood(house: House) -> Message:
    message = waits(house).enriched(
        {
            "sentiment": {"sentiment": "NEGATIVE", "score": -0.8, "urgency": "high", "escalation_signals": ["fraud"]},
            "intent": {
                "intent": "refund_request",
                "confidence": 0.9,
                "language": "en",
                "entities": {"order_ids": ["ORD-2"], "amounts": [{"value": 5.0, "currency": "EUR"}], "dates": []},
            },
            "context": {
                "customer": {"customer_id": "C-1", "email": "x@example.com", "name": "Polly Inquirer", "tier": "vip"},
                "orders": [
                    {"order_id": "ORD-1", "customer_email": "x@example.com", "status": "delivered", "total": 10},
                    {"order_id": "ORD-2", "customer_email": "x@example.com", "status": "in_transit", "total": 20.5},
                ],
            },
            "response": {"text": "A colleague will answer you.", "kind": "holding", "draft": "Order ORD-2 is late."},
        }
    )
    house.journeys.open["m-1"] = message
    return message


async def test_the_case_tells_what_was_understood_and_what_could_be_answered(house: House) -> None:
    understood(house)
    found = (await look(house, "/m-1/case")).json()
    assert found["waiting"] is True
    assert (found["felt"]["score"], found["felt"]["escalation_signals"]) == (-0.8, ["fraud"])
    assert (found["meant"]["intent"], found["meant"]["confidence"]) == ("refund_request", 0.9)
    assert found["entities"] == [{"kind": "order_ids", "value": "ORD-2"}, {"kind": "amounts", "value": "5.0 EUR"}]
    assert found["suggestion"] == {"text": "Order ORD-2 is late.", "source": "draft", "author": "rules"}
    assert found["reasons"] == ["critical urgency", "a person must answer"]
    assert found["route"]["here"] == ["human_agent"]
    assert found["route"]["ahead"] == ["response_aggregator"]
    assert found["workflow"].endswith("/namespaces/default/workflows/m-1")
    assert found["item"]["customer_name"] == "Polly Inquirer"


async def test_the_order_that_was_named_fills_the_ready_replies(house: House) -> None:
    understood(house)
    variables = (await look(house, "/m-1/case")).json()["variables"]
    assert variables["first_name"] == "Polly"
    assert (variables["order_id"], variables["order_status"]) == ("ORD-2", "in transit")
    assert variables["order_total"] == "20.50 EUR"
    # What is not known is no empty word: the page asks for it.
    assert "carrier" not in variables


async def test_the_case_holds_the_conversation_and_the_notes(house: House, empty_house: House) -> None:
    waits(house)
    row = Row(
        row_id="m-1:customer", message_id="m-1", session_id="s-1", timestamp=NOON, sender="customer",
        content="I want a lawyer", status="received",
    )  # fmt: skip
    await house.echo.history.add([row])
    assert (await post(house, "notes", {"text": "She called, too."})).status_code == 201
    found = (await look(house, "/m-1/case")).json()
    assert [(line["sender"], line["content"]) for line in found["lines"]] == [("customer", "I want a lawyer")]
    assert [(note["by"], note["text"]) for note in found["notes"]] == [("ann", "She called, too.")]


async def test_slots_that_a_foreign_actor_filled_oddly_are_left_out(house: House) -> None:
    odd: dict[str, Any] = {"sentiment": {"score": "very"}, "intent": ["what"], "context": {"orders": 7}, "response": 3}
    house.journeys.open["m-1"] = waits(house).enriched(odd)
    answer = await look(house, "/m-1/case")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["suggestion"], answer.json()["found"]["orders"]) == (None, [])


async def test_what_was_held_back_is_the_suggestion(house: House) -> None:
    held: dict[str, Any] = {
        "delivery": {"status": "superseded"},
        "response": {"text": "It arrives on Monday.", "author": "model"},
    }
    house.journeys.open["m-1"] = waits(house).enriched(held)
    found = (await look(house, "/m-1/case")).json()["suggestion"]
    assert found == {"text": "It arrives on Monday.", "source": "held_back", "author": "model"}


async def test_an_approval_shows_its_plan_and_no_suggestion(house: House) -> None:
    asks_approval(house)
    found = (await look(house, "/m-1/case")).json()
    assert found["item"]["kind"] == "approval"
    assert found["item"]["action_plan"]["actions"][0]["amount"] == 150.0
    assert found["suggestion"] is None


async def test_an_unknown_message_has_no_case(house: House) -> None:
    assert (await look(house, "/m-9/case")).status_code == 404


# -- presence


async def test_colleagues_see_who_is_there_and_looks_at_what(house: House) -> None:
    await present(house, "ann", looking="s-1")
    await present(house, "bob", state="away")
    people = (await look(house, "/people")).json()["people"]
    assert [(one["person"], one["state"], one["looking"]) for one in people] == [
        ("ann", "available", ["s-1"]),
        ("bob", "away", []),
    ]
    headers = await credentials(house, "ann")
    await house.http.post("/api/desk/presence/leave", json={"window": "window-of-ann"}, headers=headers)
    people = (await look(house, "/people")).json()["people"]
    assert [one["person"] for one in people] == ["bob"]


@pytest.mark.parametrize("body", [{}, {"window": "a b"}, {"window": "w", "state": "asleep"}, {"window": "w", "x": 1}])
async def test_presence_must_be_said_properly(house: House, body: dict[str, object]) -> None:
    headers = await credentials(house, "ann")
    assert (await house.http.put("/api/desk/presence", json=body, headers=headers)).status_code == 422


async def test_who_is_not_signed_in_sees_nothing_of_the_floor(house: House) -> None:
    waits(house)
    async with httpx.AsyncClient(base_url=house.settings.gateway_url, trust_env=False) as nobody:
        for path in ("/people", "/canned", "/m-1/case", "/live"):
            assert (await nobody.get(f"/api/desk{path}")).status_code == 401, path
        assert (await nobody.post("/api/desk/m-1/transfer", json={"skill": "refunds"})).status_code == 401
        assert (await nobody.put("/api/desk/presence", json={"window": "w"})).status_code == 401


# -- passing on


async def test_a_transferred_conversation_is_free_for_people_of_the_skill_and_the_note_goes_with_it(
    house: House,
) -> None:
    waits(house)
    assert (await post(house, "claim", ANN)).status_code == 200
    passed = await post(house, "transfer", {"skill": " refunds ", "note": "Please look at the sum."})
    assert (passed.status_code, passed.json()["skill"], passed.json()["by"]) == (200, "refunds", "ann")
    (item,) = await desk(house)
    assert (item["state"], item["skill"], item["transferred_by"]) == ("waiting", "refunds", "ann")
    assert [note["text"] for note in (await look(house, "/m-1/notes")).json()] == ["Please look at the sum."]
    assert (await post(house, "claim", BOB)).status_code == 200


async def test_only_who_has_a_conversation_passes_it_on(house: House) -> None:
    waits(house)
    await post(house, "claim", BOB)
    refused = await post(house, "transfer", {"skill": "refunds", "note": "Mine!"})
    assert (refused.status_code, refused.json()["claimed_by"]) == (409, "bob")
    (item,) = await desk(house)
    assert (item["skill"], item["claimed_by"]) == (None, "bob")
    assert (await look(house, "/m-1/notes")).json() == []


@pytest.mark.parametrize("body", [{}, {"skill": " "}, {"skill": "x" * 41}, {"skill": "x", "to": "y"}])
async def test_a_transfer_needs_a_skill(house: House, body: dict[str, object]) -> None:
    waits(house)
    assert (await post(house, "transfer", body)).status_code == 422


async def test_the_ready_replies_of_the_shop_are_listed(house: House) -> None:
    found = (await look(house, "/canned")).json()
    assert "order-status" in [one["key"] for one in found]


# -- live


async def test_a_window_is_shown_the_list_and_then_each_change_of_it(house: House) -> None:
    waits(house)
    async with a_window(house) as window:
        first = await window.hears("waiting")
        assert [(item["message_id"], item["claimed_by"]) for item in first] == [("m-1", None)]
        await post(house, "claim", BOB)
        changed = await window.hears("waiting")
        assert [(item["message_id"], item["claimed_by"]) for item in changed] == [("m-1", "bob")]
        await post(house, "release", BOB)
        assert (await window.hears("waiting"))[0]["claimed_by"] is None
        await post(house, "transfer", {"skill": "refunds"})
        assert (await window.hears("waiting", lambda items: items[0]["skill"]))[0]["skill"] == "refunds"


async def test_a_window_hears_of_colleagues_notes_deadlines_and_words_of_the_customer(house: House) -> None:
    waits(house)
    async with a_window(house) as window:
        await window.hears("waiting")
        await present(house, "bob", looking="s-1")
        people = await window.hears("people")
        assert [(one["person"], one["looking"]) for one in people] == [("bob", ["s-1"])]
        await post(house, "notes", {"text": "Look here."})
        assert await window.hears("noted") == {"message_id": "m-1"}
        due = Due(message_id="m-1", session_id="s-1", actor="human_agent")
        await house.echo.bus.tell(DUE, due.model_dump_json().encode())
        assert await window.hears("due") == {"message_id": "m-1"}
        await house.echo.bus.progress(Progress(message_id="m-2", session_id="s-1", actor="sentiment_analyzer"))
        assert await window.hears("said") == {"session_id": "s-1"}


async def test_a_message_that_comes_to_a_person_appears_without_asking(house: House) -> None:
    async with a_window(house) as window:
        await window.hears("waiting", lambda items: items == [])
        waits(house)
        await house.echo.bus.progress(Progress(message_id="m-1", session_id="s-1", actor="human_agent"))
        found = await window.hears("waiting")
        assert [item["message_id"] for item in found] == ["m-1"]


async def test_words_in_conversations_that_nobody_sees_are_not_told(house: House) -> None:
    waits(house)
    async with a_window(house) as window:
        await window.hears("waiting")
        await house.echo.bus.progress(Progress(message_id="m-7", session_id="s-7", actor="sentiment_analyzer"))
        await house.echo.bus.progress(Progress(message_id="m-2", session_id="s-1", actor="sentiment_analyzer"))
        assert await window.hears("said") == {"session_id": "s-1"}


async def test_who_only_is_still_there_makes_nobody_read_the_list_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(house)
    await post(house, "claim", BOB)
    read: list[str] = []
    at = house.journeys.at

    def noted(actor: str) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        read.append(actor)
        return at(actor)

    monkeypatch.setattr(house.journeys, "at", noted)
    async with a_window(house) as window:
        await window.hears("waiting")
        assert read == ["human_agent"]
        assert (await post(house, "heartbeat", BOB)).status_code == 200
        await present(house, "bob", looking="s-1")
        await window.hears("people", lambda people: people and people[0]["looking"])
        assert read == ["human_agent"]
        await post(house, "release", BOB)
        assert (await window.hears("waiting"))[0]["claimed_by"] is None


async def test_without_temporal_the_windows_are_told_that_the_list_is_old(house: House) -> None:
    house.journeys.down = True
    async with a_window(house) as window:
        assert "Temporal" in (await window.hears("trouble"))["detail"]
        house.journeys.down = False
        waits(house)
        await post(house, "claim", BOB)
        assert await window.hears("trouble", lambda data: data == {}) == {}


async def test_a_window_that_does_not_read_is_cut_off_and_others_are_not() -> None:
    board = Board(None)  # type: ignore[arg-type]
    board._read = asyncio.Event().wait  # type: ignore[method-assign,assignment]
    with board.listening() as slow, board.listening() as quick:
        for number in range(LENGTH + 1):
            board._tell("noted", {"message_id": str(number)})
            assert await quick.get() == News("noted", f'{{"message_id":"{number}"}}')
        told = [slow.get_nowait() for _ in range(slow.qsize())]
    assert told[-1] is CLOSED
    assert CLOSED not in told[:-1]
