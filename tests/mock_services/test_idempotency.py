import asyncio

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mock_services.mall import Mall, open_mall

REFUND = {"amount": 10.0, "reason": "late"}


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def refund(mall: Mall, key: str, amount: float = 10.0) -> httpx.Response:
    body = {"amount": amount, "reason": "late"}
    return await mall.orders.post("/orders/12345/refund", json=body, headers=keyed(key))


async def test_the_same_request_twice_is_answered_alike_and_done_once(mall: Mall) -> None:
    first, second = await refund(mall, "m:1:refund"), await refund(mall, "m:1:refund")
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["content-type"] == first.headers["content-type"]
    assert (await mall.order("12345")).refunded == 10.0


async def test_requests_that_arrive_together_have_one_effect(mall: Mall) -> None:
    answers = await asyncio.gather(*(refund(mall, "m:1:refund") for _ in range(20)))
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replay" in answer.headers for answer in answers) == 19
    assert mall.operations() == ["refund"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=12))
async def test_however_often_keys_come_back_each_pays_once(deliveries: list[tuple[str, bool]]) -> None:
    amounts = {"a": 100.0, "b": 0.01, "c": 148.99, "d": 90.5}
    async with open_mall() as mall:
        answers: dict[str, set[bytes]] = {}
        for key, twice in deliveries:
            for answer in await asyncio.gather(*(refund(mall, key, amounts[key]) for _ in range(1 + twice))):
                answers.setdefault(key, set()).add(answer.content)
        order = await mall.order("12345")
        assert all(len(told) == 1 for told in answers.values())
        assert [made.amount for made in order.refunds] == [
            effect.details["amount"] for effect in mall.shop.effects() if effect.operation == "refund"
        ]
        assert len(order.refunds) == len({effect.key for effect in mall.shop.effects()})
        assert order.refunded <= order.paid


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/orders/12345/refund", {"amount": 11.0, "reason": "late"}),
        ("POST", "/orders/67890/refund", REFUND),
        ("POST", "/orders/12345/notes", {"text": "late"}),
        ("PUT", "/orders/12345/status", {"status": "lost"}),
    ],
)
async def test_a_key_used_for_another_request_is_refused(
    mall: Mall, method: str, path: str, body: dict[str, object]
) -> None:
    await refund(mall, "m:1:refund")
    answer = await mall.orders.request(method, path, json=body, headers=keyed("m:1:refund"))
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert mall.operations() == ["refund"]


async def test_a_key_belongs_to_the_whole_shop(mall: Mall) -> None:
    await refund(mall, "m:1:refund")
    answer = await mall.customers.post("/customers/CUST-000001/notes", json={"text": "x"}, headers=keyed("m:1:refund"))
    assert answer.json()["code"] == "key_reused"


async def test_another_spelling_of_the_same_body_is_the_same_request(mall: Mall) -> None:
    first = await refund(mall, "m:1:refund")
    headers = {**keyed("m:1:refund"), "content-type": "application/json"}
    spelled = b'{ "reason":"late",\n "amount": 10.0}'
    second = await mall.orders.post("/orders/12345/refund", content=spelled, headers=headers)
    assert second.content == first.content


async def test_a_request_without_a_body_is_replayed_too(mall: Mall) -> None:
    first = await mall.orders.post("/orders/12345/expedite", headers=keyed("m:2:expedite"))
    second = await mall.orders.post("/orders/12345/expedite", headers=keyed("m:2:expedite"))
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content


async def test_a_refusal_is_remembered(mall: Mall) -> None:
    first = await refund(mall, "m:1:refund", 1000.0)
    second = await refund(mall, "m:1:refund", 1000.0)
    assert (first.status_code, second.status_code) == (422, 422)
    assert second.headers["Idempotent-Replay"] == "true"
    assert second.headers["content-type"] == "application/problem+json"


async def test_without_a_key_each_request_counts(mall: Mall) -> None:
    for _ in range(2):
        await mall.orders.post("/orders/12345/refund", json=REFUND)
    assert (await mall.order("12345")).refunded == 20.0


async def test_an_empty_key_is_refused(mall: Mall) -> None:
    answer = await refund(mall, "")
    assert (answer.status_code, mall.operations()) == (422, [])


async def test_effects_are_listed_by_key_prefix_on_every_service(mall: Mall) -> None:
    await refund(mall, "m1:1:refund")
    await refund(mall, "m2:1:refund")
    await mall.orders.post("/orders/12345/refund", json=REFUND)
    for service in (mall.customers, mall.orders, mall.tracking):
        everything, of_one = await service.get("/_effects"), await service.get("/_effects?key_prefix=m1:")
        assert [effect["key"] for effect in everything.json()] == ["m1:1:refund", "m2:1:refund", None]
        (effect,) = of_one.json()
        assert (effect["operation"], effect["target"], effect["details"]["amount"]) == ("refund", "ORD-00012345", 10.0)
