import re
from collections import Counter
from datetime import timedelta
from typing import get_args

import pytest

from mock_services.models import Customer, Order, OrderStatus, Tier, Tracking
from mock_services.seed import Stock, stock
from tests.mock_services.mall import NOW, TODAY, Mall

FORMS = {"UPS": r"1Z[0-9A-Z]{16}", "FedEx": r"\d{12}", "USPS": r"94\d{20}", "DHL": r"JD\d{18}"}


@pytest.fixture(scope="module")
def seeded() -> Stock:
    return stock(7, TODAY)


@pytest.fixture(scope="module")
def orders(seeded: Stock) -> list[Order]:
    return [found for found in seeded.documents if isinstance(found, Order)]


@pytest.fixture(scope="module")
def generated(seeded: Stock) -> list[Customer]:
    return [found for found in seeded.documents if isinstance(found, Customer) and found.customer_id > "CUST-000999"]


def test_the_same_seed_and_day_give_the_same_shop(seeded: Stock) -> None:
    # Past the cache: sown a second time.
    assert stock.__wrapped__(7, TODAY) == seeded
    assert stock(8, TODAY) != seeded


def test_ids_do_not_depend_on_the_day(seeded: Stock) -> None:
    later = stock(7, TODAY + timedelta(days=100))
    assert [found.key for found in later.documents] == [found.key for found in seeded.documents]


def test_no_two_documents_of_a_kind_share_a_key(seeded: Stock) -> None:
    assert max(Counter((type(found), found.key) for found in seeded.documents).values()) == 1


def test_every_order_status_occurs_often(orders: list[Order]) -> None:
    found = Counter(order.status for order in orders)
    assert set(found) == set(get_args(OrderStatus))
    assert min(found.values()) > 20


def test_four_hundred_customers_of_every_tier_have_up_to_six_orders(
    generated: list[Customer], orders: list[Order]
) -> None:
    counts = Counter(order.customer_id for order in orders)
    assert len({customer.email for customer in generated}) == 400
    assert {customer.tier for customer in generated} == set(get_args(Tier))
    assert {counts[customer.customer_id] for customer in generated} == set(range(7))


def test_most_customers_have_asked_support_before(seeded: Stock, generated: list[Customer]) -> None:
    assert sum(bool(seeded.tickets[customer.customer_id]) for customer in generated) > 200


def test_the_charges_of_every_order_add_up(orders: list[Order]) -> None:
    for order in orders:
        assert order.total == round(sum(charge.amount for charge in order.charges), 2)
        assert order.refunded == round(sum(refund.amount for refund in order.refunds), 2)
        assert 0 <= order.refunded <= order.paid <= order.total


def test_nothing_has_happened_in_the_future(seeded: Stock, orders: list[Order]) -> None:
    assert max(order.placed_at for order in orders) < NOW
    parcels = [found for found in seeded.documents if isinstance(found, Tracking)]
    assert max(event.at for parcel in parcels for event in parcel.events) < NOW


def test_every_parcel_bears_a_number_of_its_carrier(seeded: Stock) -> None:
    parcels = [found for found in seeded.documents if isinstance(found, Tracking)]
    assert {parcel.carrier for parcel in parcels} == set(FORMS)
    for parcel in parcels:
        assert re.fullmatch(FORMS[parcel.carrier], parcel.tracking_number)


async def test_frank_waits_for_an_espresso_machine_stuck_in_leipzig(mall: Mall) -> None:
    order = await mall.order("12345")
    parcel = (await mall.tracking.get(f"/tracking/{order.tracking_number}")).json()
    assert (order.status, order.total, order.currency) == ("delayed", 249.0, "EUR")
    assert order.expected_delivery == TODAY - timedelta(days=6)
    assert (parcel["carrier"], parcel["status"], parcel["location"]) == ("DHL", "exception", "Leipzig hub")
    assert "Leipzig" in parcel["exceptions"][0]["description"]


async def test_polly_expects_a_dress_in_two_days(mall: Mall) -> None:
    newest, older = mall.shop.orders_of(await mall.customer("polly.inquirer@example.com"))
    assert (newest.order_id, newest.status, newest.carrier) == ("ORD-00067890", "in_transit", "UPS")
    assert newest.expected_delivery == TODAY + timedelta(days=2)
    assert older.status == "delivered"
    assert mall.shop.tracking(newest.tracking_number or "").location == "Cologne"


async def test_vera_was_charged_a_handling_fee(mall: Mall) -> None:
    order = await mall.order("55501")
    assert {charge.description: charge.amount for charge in order.charges}["Premium handling fee"] == 49.90
    assert (await mall.customer("vera.vip@example.com")).tier == "vip"
    assert order.delivered_at is not None
    assert order.delivered_at.date() == TODAY - timedelta(days=5)


async def test_jack_has_a_trail_jacket_in_m_and_l_is_in_stock(mall: Mall) -> None:
    order = await mall.order("77701")
    assert [(item.sku, item.unit_price, item.returnable) for item in order.items] == [("JKT-TRAIL-M", 129.0, True)]
    assert mall.shop.product("JKT-TRAIL-M").sizes["L"] > 0


async def test_connie_has_three_orders_in_three_states(mall: Mall) -> None:
    orders = mall.shop.orders_of(await mall.customer("connie.confused@example.com"))
    assert {order.order_id: order.status for order in orders} == {
        "ORD-00033301": "delivered",
        "ORD-00033302": "in_transit",
        "ORD-00033303": "processing",
    }
    refunds = (await mall.orders.get("/orders/33301/refunds")).json()
    assert [(refund["status"], refund["amount"]) for refund in refunds] == [("pending", 99.0)]


async def test_the_other_demo_customers_are_as_described(mall: Mall) -> None:
    assert mall.shop.orders_of(await mall.customer("nora.new@example.com")) == []
    (carls,) = mall.shop.orders_of(await mall.customer("carl.cancel@example.com"))
    assert (carls.status, carls.paid) == ("processing", 80.0)
    (lous,) = mall.shop.orders_of(await mall.customer("lou.lost@example.com"))
    assert lous.status == "lost"
    (oscars,) = mall.shop.orders_of(await mall.customer("oscar.old@example.com"))
    assert oscars.delivered_at is not None
    assert oscars.delivered_at.date() == TODAY - timedelta(days=60)
