from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from mesh.errors import Transient
from mesh.protocol import Message
from mesh.route import Wire
from mesh.shop import Change, Shop
from tests.conftest import free_ports
from tests.fakes import a_message, settings
from tests.mock_shop import MockShop, mock_shop


class Reason(Wire):
    reason: str


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Shop:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://shop.test")
    return Shop({"customers": client, "orders": client, "tracking": client})


async def test_every_read_finds_what_the_shop_has(market: MockShop) -> None:
    shop = market.shop
    customer = await shop.customer("connie.confused@example.com")
    assert customer
    assert (customer.name, customer.tier) == ("Connie Duarte", "standard")
    orders = await shop.orders(customer.email)
    assert [order.order_id for order in orders] == ["ORD-00033303", "ORD-00033302", "ORD-00033301"]
    assert await shop.order("ORD-00033303") == orders[0]
    assert orders[1].tracking_number
    parcel = await shop.tracking(orders[1].tracking_number)
    assert parcel
    assert (parcel.order_id, parcel.status) == ("ORD-00033302", "in_transit")
    assert [refund.refund_id for refund in await shop.refunds("ORD-00033301")] == ["REF-33301"]
    invoice = await shop.invoice("ORD-00033301")
    assert invoice
    assert invoice.total == 138.9
    eligibility = await shop.return_eligibility("ORD-00033301")
    assert eligibility
    assert eligibility.eligible


async def test_trouble_and_tickets_are_read(market: MockShop) -> None:
    order = await market.shop.order("ORD-00012345")
    assert order
    assert order.tracking_number
    assert [found.code for found in await market.shop.tracking_exceptions(order.tracking_number)] == ["DELAYED"]
    assert len(await market.shop.support_history("CUST-000001")) == 1


async def test_products_are_found_by_words_size_and_colour(market: MockShop) -> None:
    [product] = await market.shop.products("jacket", size="L", color="yellow")
    assert (product.sku, product.colors) == ("JKT-RAIN", ("yellow", "navy"))
    assert await market.shop.products("jacket", size="39") == ()


@pytest.mark.parametrize(
    ("read", "nothing"),
    [
        (lambda shop: shop.customer("nobody@example.com"), None),
        (lambda shop: shop.orders("nobody@example.com"), ()),
        (lambda shop: shop.order("ORD-99999999"), None),
        (lambda shop: shop.tracking("JD0"), None),
        (lambda shop: shop.tracking_exceptions("JD0"), ()),
        (lambda shop: shop.support_history("CUST-999999"), ()),
        (lambda shop: shop.return_eligibility("ORD-99999999"), None),
        (lambda shop: shop.refunds("ORD-99999999"), ()),
        (lambda shop: shop.invoice("ORD-99999999"), None),
        (lambda shop: shop.order("../customers/polly.inquirer@example.com"), None),
        (lambda shop: shop.products("no such thing & more"), ()),
    ],
)
async def test_what_does_not_exist_is_nothing(
    market: MockShop, read: Callable[[Shop], Awaitable[object]], nothing: object
) -> None:
    assert await read(market.shop) == nothing


@pytest.mark.parametrize("mode", ["fail", "garbage"])
async def test_a_failing_service_is_worth_another_try(market: MockShop, mode: str) -> None:
    await market.spoil("customers", mode)
    with pytest.raises(Transient, match=r"customers|unreadable"):
        await market.shop.customer("polly.inquirer@example.com")


async def test_one_read_is_one_request(market: MockShop) -> None:
    await market.spoil("orders")
    market.seen.clear()
    with pytest.raises(Transient):
        await market.shop.order("ORD-00012345")
    assert market.seen == ["GET /orders/ORD-00012345"]


async def test_a_shop_that_is_not_there_is_worth_another_try() -> None:
    customers, orders, tracking = free_ports(3)
    async with Shop.open(settings(customers_port=customers, orders_port=orders, tracking_port=tracking)) as shop:
        with pytest.raises(Transient, match="ConnectError"):
            await shop.order("ORD-00012345")
        assert await shop.health() == {"customers": False, "orders": False, "tracking": False}


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_overloaded_shop_is_worth_another_try(status: int) -> None:
    shop = answering(lambda request: httpx.Response(status, json={}))
    with pytest.raises(Transient, match=str(status)):
        await shop.order("ORD-00012345")


async def cancel(shop: Shop, message: Message, order_id: str) -> Change:
    path, body = f"/orders/{order_id}/cancel", Reason(reason="Too late")
    return await shop.change("orders", "POST", path, message=message, action="cancel", body=body)


async def test_a_change_is_done_once_per_visit_and_its_receipt_is_repeated(market: MockShop) -> None:
    first = await cancel(market.shop, a_message(), "ORD-00080001")
    assert first.done
    assert first.receipt["refunded"] == 80.0
    assert await cancel(market.shop, a_message(), "ORD-00080001") == first
    assert [effect.key for effect in await market.effects()] == ["m-1:0:cancel"]


async def test_a_refused_change_says_why(market: MockShop) -> None:
    refused = await cancel(market.shop, a_message(), "ORD-00077701")
    assert (refused.done, refused.status) == (False, 409)
    assert refused.detail
    assert "already delivered" in refused.detail
    assert await market.effects() == []


async def test_a_change_to_what_does_not_exist_is_refused(market: MockShop) -> None:
    refused = await cancel(market.shop, a_message(), "ORD-99999999")
    assert (refused.done, refused.status) == (False, 404)


async def test_services_that_answer_are_healthy(market: MockShop) -> None:
    await market.spoil("tracking")
    assert await market.shop.health() == {"customers": True, "orders": True, "tracking": False}
