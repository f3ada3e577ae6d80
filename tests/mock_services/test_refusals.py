from collections.abc import Mapping

import pytest

from mock_services.models import Order
from tests.mock_services.mall import NEW_ADDRESS, Mall

WHY = {"reason": "because"}
JACKET = {"sku": "JKT-TRAIL-M", **WHY}

Body = Mapping[str, object]
REFUSED: list[tuple[str, Body | None, int, str]] = [
    ("POST /orders/67890/cancel", WHY, 409, "too_late_to_cancel"),
    ("POST /orders/77701/cancel", WHY, 409, "too_late_to_cancel"),
    ("POST /orders/12345/return", WHY, 409, "not_delivered"),
    ("POST /orders/60601/return", WHY, 409, "return_window_over"),
    ("POST /orders/33301/return", {"sku": "SWT-MERINO-S", **WHY}, 409, "already_returned"),
    ("POST /orders/77701/return", {"sku": "SHO-RUN-39", **WHY}, 404, "item_unknown"),
    ("POST /orders/77701/returns/RET-1/label", None, 404, "return_unknown"),
    ("POST /orders/33301/returns/RET-33301/label", None, 409, "return_not_open"),
    ("POST /orders/33301/returns/RET-33301/void", None, 409, "return_not_open"),
    ("POST /orders/77701/exchange", {**JACKET, "size": "XXL"}, 409, "out_of_stock"),
    ("POST /orders/77701/exchange", {**JACKET, "size": "47"}, 422, "variant_unknown"),
    ("POST /orders/77701/exchange", {**JACKET, "color": "pink"}, 422, "variant_unknown"),
    ("POST /orders/77701/expedite", None, 409, "too_late_to_expedite"),
    ("POST /orders/44401/expedite", None, 409, "too_late_to_expedite"),
    ("PUT /orders/67890/address", {"address": NEW_ADDRESS}, 409, "address_fixed"),
    ("PUT /orders/77701/status", {"status": "pending"}, 409, "status_impossible"),
    ("PUT /orders/80001/status", {"status": "cancelled"}, 409, "status_impossible"),
    ("POST /orders/55501/refund", {"amount": 288.81, **WHY}, 422, "refund_exceeds_paid"),
    ("POST /orders/55501/refund", {"amount": 0, **WHY}, 422, "amount_not_positive"),
    ("POST /orders/55501/refund", {"amount": -5, **WHY}, 422, "amount_not_positive"),
    ("POST /orders/55501/refund", {"amount": 0.001, **WHY}, 422, "amount_not_in_cents"),
    ("POST /orders/99999999/cancel", WHY, 404, "order_unknown"),
]


@pytest.mark.parametrize(("request_line", "body", "status", "code"), REFUSED)
async def test_the_impossible_is_refused_with_a_sentence(
    mall: Mall, request_line: str, body: Body | None, status: int, code: str
) -> None:
    method, path = request_line.split()
    answer = await mall.orders.request(method, path, json=body)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"][0].isupper() or problem["detail"][0].isdigit()
    assert problem["detail"].endswith(".")
    assert mall.operations() == []


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/orders/77701/return", WHY, "already_returned"),
        ("/orders/80001/cancel", WHY, "already_cancelled"),
        ("/orders/80001/refund", WHY, "nothing_to_refund"),
        ("/orders/12345/expedite", None, "already_express"),
        ("/orders/77701/exchange", JACKET, "already_returned"),
    ],
)
async def test_what_was_done_cannot_be_done_again(mall: Mall, path: str, body: Body | None, code: str) -> None:
    assert (await mall.orders.post(path, json=body)).status_code == 200
    again = await mall.orders.post(path, json=body)
    assert (again.status_code, again.json()["code"]) == (409, code)
    assert len(mall.operations()) == 1


async def test_food_does_not_come_back(mall: Mall) -> None:
    order = next(found for found in mall.shop.orders() if _is_new(found) and _has_final_item(found))
    sku = next(item.sku for item in order.items if not item.returnable)
    answer = await mall.orders.post(f"/orders/{order.order_id}/return", json={"sku": sku, **WHY})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_returnable")


@pytest.mark.parametrize("order_id", ["44401", "77701"])
async def test_a_parcel_that_arrived_or_is_lost_cannot_be_redirected(mall: Mall, order_id: str) -> None:
    number = (await mall.order(order_id)).tracking_number
    answer = await mall.tracking.put(f"/tracking/{number}/address", json={"address": NEW_ADDRESS})
    assert (answer.status_code, answer.json()["code"]) == (409, "address_fixed")


async def test_a_parcel_on_the_delivery_vehicle_cannot_be_redirected(mall: Mall) -> None:
    order = next(found for found in mall.shop.orders() if found.status == "out_for_delivery")
    answer = await mall.tracking.put(f"/tracking/{order.tracking_number}/address", json={"address": NEW_ADDRESS})
    assert (answer.status_code, answer.json()["code"]) == (409, "address_fixed")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/customers/CUST-000001/credit", {"amount": True, "reason": "x"}, "amount"),
        ("/customers/CUST-000001/credit", {"amount": 5}, "reason"),
        ("/customers/CUST-000001/notes", {"text": "   "}, "text"),
        ("/customers/CUST-000001/notes", {"text": "hello", "loud": True}, "loud"),
        ("/customers/CUST-000001/escalations", None, "body"),
    ],
)
async def test_a_bad_body_is_a_problem_that_lists_the_errors(
    mall: Mall, path: str, body: Body | None, field: str
) -> None:
    answer = await mall.customers.post(path, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert mall.operations() == []


async def test_a_credit_that_is_not_positive_is_refused(mall: Mall) -> None:
    answer = await mall.customers.post("/customers/CUST-000001/credit", json={"amount": -1, "reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "amount_not_positive")


def _is_new(order: Order) -> bool:
    return order.status == "delivered"


def _has_final_item(order: Order) -> bool:
    return any(not item.returnable for item in order.items)
