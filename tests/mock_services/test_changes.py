from datetime import timedelta

import pytest

from tests.mock_services.mall import NEW_ADDRESS, TODAY, Mall


async def test_cancelling_gives_back_what_was_paid(mall: Mall) -> None:
    answer = (await mall.orders.post("/orders/80001/cancel", json={"reason": "changed my mind"})).json()
    order = await mall.order("80001")
    assert (answer["refunded"], answer["refund_id"]) == (80.0, order.refunds[0].refund_id)
    assert (order.status, order.refunded, order.refundable) == ("cancelled", 80.0, 0.0)
    assert mall.shop.history(order).entries[-1].status == "cancelled"


async def test_cancelling_an_unpaid_order_gives_nothing_back(mall: Mall) -> None:
    pending = next(order for order in mall.shop.orders() if order.status == "pending")
    answer = (await mall.orders.post(f"/orders/{pending.order_id}/cancel", json={"reason": "x"})).json()
    assert (answer["refunded"], answer["refund_id"], answer["order"]["refunds"]) == (0.0, None, [])


async def test_refunds_add_up_until_nothing_is_left(mall: Mall) -> None:
    part = await mall.orders.post("/orders/55501/refund", json={"amount": 49.9, "reason": "fee"})
    rest = await mall.orders.post("/orders/55501/refund", json={"amount": None, "reason": "all"})
    assert (part.json()["amount"], rest.json()["amount"]) == (49.9, 238.9)
    assert len({part.json()["refund_id"], rest.json()["refund_id"]}) == 2
    assert (await mall.order("55501")).refundable == 0.0


async def test_a_return_gets_a_label_once_and_can_be_called_off(mall: Mall) -> None:
    opened = (await mall.orders.post("/orders/77701/return", json={"sku": "JKT-TRAIL-M", "reason": "small"})).json()
    path = f"/orders/77701/returns/{opened['return_id']}"
    first, second = await mall.orders.post(f"{path}/label"), await mall.orders.post(f"{path}/label")
    assert first.json()["label_url"] == second.json()["label_url"]
    assert (await mall.orders.post(f"{path}/void")).json()["order"]["returns"][0]["status"] == "void"
    assert mall.operations() == ["return", "return_label", "void_return"]


async def test_a_return_that_was_called_off_can_be_opened_again(mall: Mall) -> None:
    opened = (await mall.orders.post("/orders/77701/return", json={"reason": "small"})).json()
    await mall.orders.post(f"/orders/77701/returns/{opened['return_id']}/void")
    assert (await mall.orders.post("/orders/77701/return", json={"reason": "small"})).status_code == 200


async def test_an_exchange_opens_a_return_and_a_free_order_and_takes_from_stock(mall: Mall) -> None:
    before = mall.shop.product("JKT-TRAIL").sizes["L"]
    wish = {"sku": "JKT-TRAIL-M", "size": "l", "color": None, "reason": "too small"}
    answer = (await mall.orders.post("/orders/77701/exchange", json=wish)).json()
    replacement = await mall.order(answer["replacement_order_id"])
    assert (replacement.items[0].sku, replacement.items[0].color) == ("JKT-TRAIL-L", "forest")
    assert (replacement.status, replacement.total, replacement.customer_id) == ("processing", 0.0, "CUST-000004")
    assert (await mall.order("77701")).returns[0].return_id == answer["return_id"]
    assert mall.shop.product("JKT-TRAIL").sizes["L"] == before - 1
    assert mall.shop.orders_of(mall.shop.customer("CUST-000004"))[0] == replacement


async def test_return_eligibility_says_until_when(mall: Mall) -> None:
    jacks = (await mall.orders.get("/orders/77701/return-eligibility")).json()
    oscars = (await mall.orders.get("/orders/60601/return-eligibility")).json()
    franks = (await mall.orders.get("/orders/12345/return-eligibility")).json()
    assert (jacks["eligible"], jacks["until"]) == (True, (TODAY + timedelta(days=26)).isoformat())
    assert (oscars["eligible"], oscars["until"]) == (False, (TODAY - timedelta(days=30)).isoformat())
    assert (franks["eligible"], franks["until"]) == (False, None)
    assert "not delivered" in franks["reason"]


async def test_expediting_a_late_order_moves_it_and_its_parcel(mall: Mall) -> None:
    answer = (await mall.orders.post("/orders/12345/expedite")).json()
    order = await mall.order("12345")
    parcel = mall.shop.tracking_of(order)
    assert parcel is not None
    assert order.expected_delivery == parcel.estimated_delivery == TODAY + timedelta(days=2)
    assert (order.shipping_method, answer["expected_delivery"]) == ("express", str(order.expected_delivery))


async def test_expediting_a_parcel_expedites_its_order(mall: Mall) -> None:
    number = (await mall.order("67890")).tracking_number
    answer = (await mall.tracking.post(f"/tracking/{number}/expedite")).json()
    assert answer["order"]["order_id"] == "ORD-00067890"
    assert (await mall.order("67890")).shipping_method == "express"


async def test_an_address_changes_before_shipping_and_on_the_way(mall: Mall) -> None:
    number = (await mall.order("33302")).tracking_number
    await mall.orders.put("/orders/33303/address", json={"address": NEW_ADDRESS})
    await mall.tracking.put(f"/tracking/{number}/address", json={"address": NEW_ADDRESS})
    assert (await mall.order("33303")).address.city == "Porto"
    assert (await mall.order("33302")).address.city == "Porto"
    assert mall.shop.tracking(str(number)).address.city == "Porto"


async def test_the_status_moves_order_history_and_parcel(mall: Mall) -> None:
    for status in ("shipped", "in_transit", "out_for_delivery", "delivered"):
        answer = await mall.orders.put("/orders/80001/status", json={"status": status})
        assert answer.status_code == 200
    order = await mall.order("80001")
    assert order.delivered_at is not None
    assert mall.shop.tracking(order.tracking_number or "").status == "delivered"
    assert mall.shop.history(order).entries[-1].status == "delivered"


async def test_a_carrier_is_asked_and_a_case_opened(mall: Mall) -> None:
    number = (await mall.order("44401")).tracking_number
    answer = (await mall.tracking.post(f"/tracking/{number}/issues", json={"description": "lost?"})).json()
    assert answer["case_id"] in answer["tracking"]["events"][-1]["description"]
    assert "FedEx" in answer["done"]


async def test_notes_are_kept_with_customer_and_order(mall: Mall) -> None:
    await mall.customers.post("/customers/CUST-000003/notes", json={"text": "likes tea"})
    await mall.orders.post("/orders/55501/notes", json={"text": "fee disputed"})
    assert [note.text for note in (await mall.customer("vera.vip@example.com")).notes] == ["likes tea"]
    assert [note.text for note in (await mall.order("55501")).notes] == ["fee disputed"]


async def test_credit_is_added_and_the_tier_set(mall: Mall) -> None:
    for _ in range(3):
        await mall.customers.post("/customers/CUST-000001/credit", json={"amount": 0.1, "reason": "sorry"})
    await mall.customers.put("/customers/CUST-000001/tier", json={"tier": "gold"})
    frank = await mall.customer("furious.frank@example.com")
    assert (frank.store_credit, frank.tier) == (0.3, "gold")


async def test_setting_the_tier_that_is_there_changes_nothing(mall: Mall) -> None:
    answer = await mall.customers.put("/customers/CUST-000003/tier", json={"tier": "vip"})
    assert (answer.status_code, mall.operations()) == (200, [])


@pytest.mark.parametrize(
    ("wish", "phone", "when"),
    [
        ({"reason": "late"}, "+49 30 23125001", "2026-03-06 between 9:00 and 12:00"),
        ({"reason": "late", "phone": "+49 1", "when": "tonight"}, "+49 1", "tonight"),
    ],
)
async def test_a_callback_is_booked(mall: Mall, wish: dict[str, str], phone: str, when: str) -> None:
    answer = (await mall.customers.post("/customers/CUST-000001/callbacks", json=wish)).json()
    assert (answer["phone"], answer["when"]) == (phone, when)
    assert mall.operations() == ["callback"]


async def test_escalations_and_invoices_leave_an_effect_with_an_id(mall: Mall) -> None:
    escalated = (await mall.customers.post("/customers/CUST-000001/escalations", json={"reason": "angry"})).json()
    sent = (await mall.orders.post("/orders/55501/invoice/resend")).json()
    assert [effect.details.get("escalation_id") for effect in mall.shop.effects()] == [escalated["escalation_id"], None]
    assert sent["sent_to"] == "vera.vip@example.com"
