import pytest

from mock_services.models import History, Order
from tests.mock_services.mall import Mall


@pytest.mark.parametrize("written", ["12345", "%2312345", "ORD-00012345", "ord-00012345", "Ord-12345", "00012345"])
async def test_an_order_is_found_however_its_number_is_written(mall: Mall, written: str) -> None:
    answer = await mall.orders.get(f"/orders/{written}")
    assert answer.json()["order_id"] == "ORD-00012345"


@pytest.mark.parametrize("written", ["99999999", "123456789", "ORD-", "12345x", "abc", "ORD-1234-5"])
async def test_what_is_no_order_number_is_unknown(mall: Mall, written: str) -> None:
    answer = await mall.orders.get(f"/orders/{written}")
    assert (answer.status_code, answer.json()["code"]) == (404, "order_unknown")


@pytest.mark.parametrize("who", ["FURIOUS.Frank@Example.com", "furious.frank%40example.com", "cust-000001"])
async def test_a_customer_is_found_in_any_case(mall: Mall, who: str) -> None:
    assert (await mall.customers.get(f"/customers/{who}")).json()["name"] == "Frank Keller"


async def test_both_services_list_a_customers_orders_newest_first(mall: Mall) -> None:
    path = "/customers/Connie.Confused@example.com/orders"
    here, there = await mall.customers.get(path), await mall.orders.get(path)
    assert [order["order_id"][-1] for order in here.json()] == ["3", "2", "1"]
    assert there.json() == here.json()


async def test_support_history_is_told(mall: Mall) -> None:
    (ticket,) = (await mall.customers.get("/customers/CUST-000001/support-history")).json()
    assert ticket["subject"] == "Where is my espresso machine?"


async def test_history_ends_with_the_orders_status(mall: Mall) -> None:
    entries = (await mall.orders.get("/orders/77701/history")).json()
    assert [entry["status"] for entry in entries][-2:] == ["out_for_delivery", "delivered"]
    assert History.model_validate({"order_id": "ORD-00077701", "entries": entries})


async def test_tracking_status_and_exceptions_are_parts_of_the_parcel(mall: Mall) -> None:
    number = (await mall.order("12345")).tracking_number
    status = (await mall.tracking.get(f"/tracking/{number}/status")).json()
    exceptions = (await mall.tracking.get(f"/tracking/{str(number).lower()}/exceptions")).json()
    assert status["status"] == "exception"
    assert [(found["code"], found["resolved"]) for found in exceptions] == [("DELAYED", False)]


async def test_an_invoice_lists_the_charges(mall: Mall) -> None:
    invoice = (await mall.orders.get("/orders/55501/invoice")).json()
    assert invoice["total"] == 288.8
    assert "Premium handling fee" in [charge["description"] for charge in invoice["charges"]]


@pytest.mark.parametrize(
    ("question", "skus"),
    [
        ("query=trail jacket", {"JKT-TRAIL"}),
        ("query=jacket&size=l", {"JKT-TRAIL", "JKT-RAIN"}),
        ("query=jacket&color=Navy", {"JKT-RAIN"}),
        ("query=jacket&size=44", set()),
    ],
)
async def test_products_are_found_by_words_size_and_color(mall: Mall, question: str, skus: set[str]) -> None:
    found = (await mall.orders.get(f"/products?{question}")).json()
    assert {product["sku"] for product in found} == skus


@pytest.mark.parametrize("sku", ["jkt-trail", "JKT-TRAIL-M"])
async def test_a_product_is_found_with_or_without_its_size(mall: Mall, sku: str) -> None:
    assert (await mall.orders.get(f"/products/{sku}")).json()["name"] == "Trail jacket"


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("customers", "/customers/nobody@example.com"),
        ("customers", "/customers/nobody@example.com/orders"),
        ("orders", "/products/NOTHING"),
        ("tracking", "/tracking/1Z000"),
        ("tracking", "/nowhere"),
    ],
)
async def test_what_is_unknown_is_a_problem(mall: Mall, service: str, path: str) -> None:
    answer = await getattr(mall, service).get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "code"}


async def test_every_service_is_healthy_and_documented(mall: Mall) -> None:
    for name in ("customers", "orders", "tracking"):
        service = getattr(mall, name)
        assert (await service.get("/health")).json() == {"status": "ok", "service": name}
        paths = (await service.get("/openapi.json")).json()["paths"]
        assert any(path.startswith(f"/{name}/") for path in paths)
        assert (await service.get("/docs")).status_code == 200


async def test_what_is_sent_is_what_is_documented(mall: Mall) -> None:
    for order in mall.shop.orders():
        assert Order.model_validate_json(order.model_dump_json()) == order
