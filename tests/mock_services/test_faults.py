import asyncio
import json
import time

import pytest

from tests.mock_services.mall import Mall

NOTE = {"text": "hello"}


async def test_a_failing_service_says_so_and_can_be_mended(mall: Mall) -> None:
    await mall.orders.put("/_faults", json={"mode": "fail"})
    failed = await mall.orders.get("/orders/12345")
    assert (failed.status_code, failed.json()["code"]) == (503, "unavailable")
    assert failed.headers["content-type"] == "application/problem+json"
    await mall.orders.put("/_faults", json={"mode": "off"})
    assert (await mall.orders.get("/orders/12345")).status_code == 200


async def test_a_fault_stays_within_its_service(mall: Mall) -> None:
    await mall.orders.put("/_faults", json={"mode": "fail"})
    assert (await mall.customers.get("/health")).status_code == 200
    assert (await mall.orders.get("/health")).status_code == 503


async def test_the_switches_and_the_effects_stay_within_reach(mall: Mall) -> None:
    await mall.orders.put("/_faults", json={"mode": "fail"})
    assert (await mall.orders.get("/_faults")).json()["mode"] == "fail"
    assert (await mall.orders.get("/_effects")).status_code == 200


async def test_a_failed_change_leaves_no_effect_and_may_be_tried_again(mall: Mall) -> None:
    await mall.orders.put("/_faults", json={"mode": "fail", "times": 1})
    headers = {"Idempotency-Key": "m:1:note"}
    first = await mall.orders.post("/orders/12345/notes", json=NOTE, headers=headers)
    assert (first.status_code, mall.operations()) == (503, [])
    second = await mall.orders.post("/orders/12345/notes", json=NOTE, headers=headers)
    assert (second.status_code, mall.operations()) == (200, ["add_order_note"])


@pytest.mark.parametrize("mode", ["fail", "garbage"])
async def test_a_lost_answer_is_given_again_without_a_second_effect(mall: Mall, mode: str) -> None:
    await mall.orders.put("/_faults", json={"mode": mode, "times": 1, "after": True})
    headers = {"Idempotency-Key": "m:1:note"}
    await mall.orders.post("/orders/12345/notes", json=NOTE, headers=headers)
    assert mall.operations() == ["add_order_note"]
    second = await mall.orders.post("/orders/12345/notes", json=NOTE, headers=headers)
    assert second.headers["Idempotent-Replay"] == "true"
    assert mall.operations() == ["add_order_note"]


async def test_garbage_is_a_success_that_is_not_json(mall: Mall) -> None:
    await mall.orders.put("/_faults", json={"mode": "garbage"})
    answer = await mall.orders.get("/orders/12345")
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_a_slow_service_answers_late(mall: Mall) -> None:
    await mall.orders.put("/_faults", json={"mode": "slow", "delay": 0.1})
    begun = time.monotonic()
    assert (await mall.orders.get("/orders/12345")).status_code == 200
    assert time.monotonic() - begun >= 0.1


async def test_a_hanging_service_does_not_answer(mall: Mall) -> None:
    await mall.orders.put("/_faults", json={"mode": "hang"})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(mall.orders.get("/orders/12345"), 0.1)


async def test_a_fault_may_be_tied_to_a_path_and_a_number_of_times(mall: Mall) -> None:
    await mall.orders.put("/_faults", json={"mode": "fail", "path": "/history", "times": 2})
    assert (await mall.orders.get("/orders/12345")).status_code == 200
    statuses = [(await mall.orders.get("/orders/12345/history")).status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


async def test_a_rate_strikes_some_requests_and_the_same_ones_each_time(mall: Mall) -> None:
    async def played() -> list[int]:
        await mall.orders.put("/_faults", json={"mode": "fail", "rate": 0.5})
        return [(await mall.orders.get("/health")).status_code for _ in range(60)]

    first = await played()
    assert 15 < first.count(503) < 45
    assert await played() == first


@pytest.mark.parametrize("fault", [{"mode": "slow"}, {"mode": "burn"}, {"mode": "fail", "rate": 2}, {"kind": "fail"}])
async def test_a_fault_that_makes_no_sense_is_refused(mall: Mall, fault: dict[str, object]) -> None:
    assert (await mall.orders.put("/_faults", json=fault)).status_code == 422
    assert (await mall.orders.get("/_faults")).json()["mode"] == "off"
