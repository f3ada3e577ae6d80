from collections.abc import AsyncIterator
from typing import Any, get_args

import pytest

from activities._changes import CHANGES
from activities.context_retriever import Context
from activities.execution_coordinator import ActionResult, ExecutionResult, execution_coordinator
from activities.response_generator import Action, ActionName, ActionPlan
from mesh.errors import Transient
from mesh.protocol import Message
from mesh.shop import Address, Service
from tests.fakes import FakeBus, MemorySessions, a_message, settings
from tests.mock_shop import MockShop, mock_shop

FRANK, POLLY, JACK, CARL, CONNIE = (
    f"{name}@example.com"
    for name in ("furious.frank", "polly.inquirer", "jack.jacket", "carl.cancel", "connie.confused")
)
LATE_ORDER, DRESS, JACKET, BLANKET = "ORD-00012345", "ORD-00067890", "ORD-00077701", "ORD-00080001"
ELSEWHERE = Address(street="Harbour Lane 5", city="Hamburg", postal_code="20457", country="DE")


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


@pytest.fixture
def sessions() -> MemorySessions:
    return MemorySessions()


async def planned(market: MockShop, email: str, *actions: Action, message_id: str = "m-1") -> Message:
    context = Context(customer=await market.shop.customer(email), orders=await market.shop.orders(email))
    plan = ActionPlan(actions=actions)
    return a_message("Please do it", plan, context, email=email, message_id=message_id)


async def run(market: MockShop, message: Message, sessions: MemorySessions | None = None) -> tuple[ActionResult, ...]:
    given = sessions or MemorySessions()
    # No limit: what must be approved is another test's matter.
    free = settings(approval_refund_limit=1e6)
    found = await execution_coordinator(message, shop=market.shop, sessions=given, settings=free, bus=FakeBus())
    assert isinstance(found, ExecutionResult)
    return found.results


async def do(market: MockShop, email: str, name: ActionName, **fields: Any) -> ActionResult:
    message = await planned(market, email, Action.model_validate({"name": name, **fields}))
    [result] = await run(market, message)
    return result


EVERY_ACTION: list[tuple[ActionName, str, dict[str, Any], str | None, str]] = [
    ("check_order_status", FRANK, {"order_id": LATE_ORDER}, None, "is delayed"),
    ("provide_tracking_info", FRANK, {"order_id": LATE_ORDER}, None, "Leipzig hub"),
    ("expedite_order", CARL, {"order_id": BLANKET}, "expedite", "travels express"),
    ("expedite_delivery", FRANK, {"order_id": LATE_ORDER}, "expedite", "travels express"),
    ("process_return", JACK, {"order_id": JACKET, "reason": "Too small"}, "return", "is open"),
    ("process_refund", JACK, {"order_id": JACKET, "amount": 20.5}, "refund", "20.50 EUR go back"),
    ("cancel_order", CARL, {"order_id": BLANKET, "reason": "Changed my mind"}, "cancel", "80.00 EUR go back"),
    ("update_delivery_address", CARL, {"order_id": BLANKET, "address": ELSEWHERE}, "update_address", "Harbour Lane 5"),
    ("add_customer_note", JACK, {"reason": "Prefers e-mail"}, "add_customer_note", "note was added"),
    ("add_order_note", JACK, {"order_id": JACKET, "reason": "Gift"}, "add_order_note", "note was added"),
    ("update_customer_tier", JACK, {"tier": "vip"}, "update_tier", "is now a vip customer"),
    ("contact_carrier", FRANK, {"order_id": LATE_ORDER}, "carrier_issue", "We contacted DHL"),
    ("schedule_callback", JACK, {"phone": "+49 30 23125999"}, "callback", "+49 30 23125999"),
    ("escalate_to_supervisor", JACK, {"reason": "Third complaint"}, "escalation", "supervisor"),
    ("issue_store_credit", JACK, {"amount": 10}, "store_credit", "10.00 EUR"),
    ("exchange_item", JACK, {"order_id": JACKET, "sku": "JKT-TRAIL-M", "size": "L"}, "exchange", "is exchanged"),
    ("resend_invoice", JACK, {"order_id": JACKET}, "resend_invoice", "was sent to"),
]


@pytest.mark.parametrize("case", EVERY_ACTION, ids=lambda case: case[0])
async def test_the_action_reaches_the_shop_and_its_words_are_kept(
    market: MockShop, case: tuple[ActionName, str, dict[str, Any], str | None, str]
) -> None:
    name, email, fields, operation, said = case
    result = await do(market, email, name, **fields)
    assert (result.outcome, result.action.name) == ("done", name)
    assert said in (result.detail or "")
    assert await market.operations() == ([operation] if operation else [])


def test_every_action_is_tried_above() -> None:
    tried = {row[0] for row in EVERY_ACTION} | {"generate_return_label"}
    assert tried == set(get_args(ActionName))
    assert set(CHANGES) == tried - {"check_order_status", "provide_tracking_info"}


async def test_a_label_is_made_for_the_return_of_the_same_plan(market: MockShop) -> None:
    plan = Action(name="process_return", order_id=JACKET), Action(name="generate_return_label", order_id=JACKET)
    returned, label = await run(market, await planned(market, JACK, *plan))
    assert (returned.outcome, label.outcome) == ("done", "done")
    assert label.receipt["return_id"] == returned.receipt["return_id"]
    assert label.receipt["label_url"].endswith(".pdf")
    assert await market.operations() == ["return", "return_label"]


async def test_a_label_is_made_for_a_return_that_was_open_before(market: MockShop) -> None:
    await run(market, await planned(market, JACK, Action(name="process_return", order_id=JACKET)))
    label = await do(market, JACK, "generate_return_label", order_id=JACKET)
    assert label.outcome == "done"


async def test_a_label_without_a_return_is_refused(market: MockShop) -> None:
    label = await do(market, JACK, "generate_return_label", order_id=JACKET)
    assert (label.outcome, label.detail) == ("refused", f"There is no open return for order {JACKET}.")


async def test_a_label_for_a_return_that_has_arrived_is_refused(market: MockShop) -> None:
    label = await do(market, CONNIE, "generate_return_label", order_id="ORD-00033301")
    assert (label.outcome, label.detail) == ("refused", "There is no open return for order ORD-00033301.")


async def test_the_same_visit_twice_has_one_effect(market: MockShop) -> None:
    plan = Action(name="process_return", order_id=JACKET), Action(name="process_refund", order_id=JACKET)
    message = await planned(market, JACK, *plan)
    first, second = await run(market, message), await run(market, message)
    assert first == second
    assert await market.operations() == ["return", "refund"]
    assert [effect.key for effect in await market.effects()] == ["m-1:0:0-process_return", "m-1:0:1-process_refund"]


async def test_the_same_action_twice_in_a_plan_is_done_twice(market: MockShop) -> None:
    note = Action(name="add_order_note", order_id=JACKET, reason="Ring twice")
    await run(market, await planned(market, JACK, note, note))
    assert await market.operations() == ["add_order_note", "add_order_note"]


async def test_a_lost_answer_does_not_repeat_the_refund(market: MockShop) -> None:
    message = await planned(market, JACK, Action(name="process_refund", order_id=JACKET, amount=129))
    await market.spoil("orders", after=True, times=1)
    with pytest.raises(Transient):
        await run(market, message)
    [result] = await run(market, message)
    assert result.outcome == "done"
    assert await market.operations() == ["refund"]


async def test_a_failing_service_leaves_no_half_report_and_the_retry_completes_it(market: MockShop) -> None:
    plan = Action(name="add_order_note", order_id=JACKET, reason="Hello"), Action(name="schedule_callback")
    message = await planned(market, JACK, *plan)
    await market.spoil("customers")
    with pytest.raises(Transient):
        await run(market, message)
    await market.mend("customers")
    assert [result.outcome for result in await run(market, message)] == ["done", "done"]
    assert await market.operations() == ["add_order_note", "callback"]


async def test_refunds_come_last_and_results_stand_in_plan_order(market: MockShop) -> None:
    plan = Action(name="process_refund", order_id=JACKET), Action(name="process_return", order_id=JACKET)
    results = await run(market, await planned(market, JACK, *plan))
    assert await market.operations() == ["return", "refund"]
    assert [result.action.name for result in results] == ["process_refund", "process_return"]


async def test_no_refund_is_paid_when_the_return_of_the_plan_is_refused(market: MockShop) -> None:
    oscar, old = "oscar.old@example.com", "ORD-00060601"
    plan = Action(name="process_return", order_id=old), Action(name="process_refund", order_id=old)
    returned, refund = await run(market, await planned(market, oscar, *plan))
    assert (returned.outcome, refund.outcome) == ("refused", "refused")
    assert "could be returned until" in (refund.detail or "")
    assert await market.operations() == []


@pytest.mark.parametrize(
    ("email", "name", "fields", "said"),
    [
        ("oscar.old@example.com", "process_return", {"order_id": "ORD-00060601"}, "could be returned until"),
        (JACK, "cancel_order", {"order_id": JACKET}, "already delivered and can no longer be cancelled"),
        (JACK, "process_refund", {"order_id": JACKET, "amount": 500}, "500.00 EUR cannot be refunded"),
        (JACK, "update_delivery_address", {"order_id": JACKET, "address": ELSEWHERE}, "cannot be sent elsewhere"),
        (JACK, "exchange_item", {"order_id": JACKET, "size": "XXL"}, "out of stock"),
        (JACK, "update_customer_tier", {"tier": "emperor"}, "tier"),
    ],
)
async def test_a_refusal_of_the_shop_is_reported_in_its_words(
    market: MockShop, email: str, name: ActionName, fields: dict[str, Any], said: str
) -> None:
    result = await do(market, email, name, **fields)
    assert result.outcome == "refused"
    assert said in (result.detail or "")
    assert await market.operations() == []


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("process_return", {}, "No order number was given."),
        ("check_order_status", {}, "No order number was given."),
        ("contact_carrier", {"order_id": BLANKET}, "has not been handed to a carrier yet"),
        ("provide_tracking_info", {"order_id": BLANKET}, "has not been handed to a carrier yet"),
        ("add_order_note", {"order_id": BLANKET}, "The note has no text."),
        ("add_customer_note", {}, "The note has no text."),
        ("update_customer_tier", {}, "No tier was given."),
        ("issue_store_credit", {}, "No amount was given."),
        ("update_delivery_address", {"order_id": BLANKET}, "The new address was not given."),
        (
            "update_delivery_address",
            {"order_id": BLANKET, "address": {"street": "Harbour Lane 5"}},
            "city and postal code missing",
        ),
    ],
)
async def test_a_missing_detail_is_a_refusal_and_asks_the_shop_nothing(
    market: MockShop, name: ActionName, fields: dict[str, Any], said: str
) -> None:
    message = await planned(market, CARL, Action.model_validate({"name": name, **fields}))
    market.seen.clear()
    [result] = await run(market, message)
    assert result.outcome == "refused"
    assert said in (result.detail or "")
    assert market.seen == []


async def test_an_exchange_must_say_which_of_several_items(market: MockShop) -> None:
    result = await do(market, CONNIE, "exchange_item", order_id="ORD-00033301", size="M")
    assert (result.outcome, result.detail) == ("refused", "Which item of order ORD-00033301 is meant was not given.")


@pytest.mark.parametrize("name", ["cancel_order", "process_refund", "check_order_status", "resend_invoice"])
async def test_another_customers_order_is_refused_and_left_alone(market: MockShop, name: ActionName) -> None:
    message = await planned(market, JACK, Action(name=name, order_id=BLANKET))
    market.seen.clear()
    [result] = await run(market, message)
    assert (result.outcome, result.detail) == ("refused", "This order does not belong to the customer.")
    assert market.seen == []


async def test_another_customers_parcel_and_account_are_refused(market: MockShop) -> None:
    order = await market.shop.order(LATE_ORDER)
    assert order
    parcel = await do(market, JACK, "contact_carrier", tracking_number=order.tracking_number)
    mixed = await do(market, JACK, "contact_carrier", order_id=JACKET, tracking_number=order.tracking_number)
    account = await do(market, JACK, "issue_store_credit", customer_id="CUST-000001", amount=5)
    assert {parcel.outcome, mixed.outcome, account.outcome} == {"refused"}
    assert await market.operations() == []


async def test_orders_that_could_not_be_read_are_not_called_foreign(market: MockShop) -> None:
    plan, context = (
        ActionPlan(actions=(Action(name="cancel_order", order_id=BLANKET),)),
        Context(unavailable=("orders",)),
    )
    [result] = await run(market, a_message("Cancel", plan, context, email=CARL))
    assert result.detail == "We cannot see the customer's orders at the moment."


async def test_a_parcel_on_its_way_is_redirected_by_the_carrier(market: MockShop) -> None:
    result = await do(market, POLLY, "update_delivery_address", order_id=DRESS, address=ELSEWHERE)
    assert result.outcome == "done"
    assert await market.operations() == ["redirect_parcel"]


async def test_an_address_without_a_country_stays_in_the_country(market: MockShop) -> None:
    given = ELSEWHERE.model_copy(update={"country": ""})
    result = await do(market, CARL, "update_delivery_address", order_id=BLANKET, address=given)
    assert result.outcome == "done"
    order = await market.shop.order(BLANKET)
    assert order
    assert order.address == ELSEWHERE


async def test_a_receipt_carries_numbers_and_not_whole_documents(market: MockShop) -> None:
    result = await do(market, JACK, "process_refund", order_id=JACKET, amount=20)
    assert result.receipt["amount"] == 20
    assert result.receipt["refund_id"]
    assert not {"order", "customer", "tracking"} & result.receipt.keys()


@pytest.mark.parametrize("broken", [None, "orders"])
async def test_cached_facts_are_forgotten_even_when_the_answer_is_lost(
    market: MockShop, sessions: MemorySessions, broken: Service | None
) -> None:
    message = await planned(market, CARL, Action(name="cancel_order", order_id=BLANKET))
    sessions.facts = {f"orders:{CARL}": (), f"customer:{CARL}": None, f"orders:{JACK}": ()}
    if broken:
        await market.spoil(broken, after=True)
        with pytest.raises(Transient):
            await run(market, message, sessions)
    else:
        await run(market, message, sessions)
    assert set(sessions.facts) == {f"orders:{JACK}"}


async def test_an_empty_plan_has_an_empty_result(market: MockShop) -> None:
    assert await run(market, await planned(market, JACK)) == ()
