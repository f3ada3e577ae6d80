"""The desk beside its list: the whole case, presence, transfer, and what windows are told while it happens."""

from typing import Any

import httpx
import pytest

from mesh.protocol import Message
from mesh.store import Row
from tests.gateway.at_desk import ANN, BOB, NOON, asks_approval, credentials, desk, look, post, waits
from tests.gateway.house import House
from tests.gateway.live import present

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


@pytest.mark.parametrize(
    ("currencies", "currency"),
    [({"ORD-1": "GBP", "ORD-2": "EUR"}, "GBP"), ({"ORD-2": "EUR"}, None), ({"ORD-1": 7}, None)],
    ids=["of the order it names", "of an order that nobody knows", "odd"],
)
async def test_the_sums_of_a_plan_are_in_the_currency_of_its_order(
    house: House, currencies: dict[str, Any], currency: str | None
) -> None:
    orders: list[Any] = [{"order_id": order, "currency": one} for order, one in currencies.items()]
    house.journeys.open["m-1"] = asks_approval(house).enriched({"context": {"orders": orders}})
    (item,) = await desk(house)
    assert item["currency"] == currency


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
