from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities._case import Case
from activities._planning import callback, plan, propose, waiting
from activities._reply import Action
from activities.context_retriever import Context
from activities.intent_analyzer import Intent, IntentName, OtherIntent
from mesh.shop import Address, Order, Return
from tests.activities.cases import (
    BRIEFS,
    DELIVERED,
    INTENTS,
    JACKET,
    ORDERS,
    POLLY,
    PREPARED,
    SCARF,
    SENT_BACK,
    TRAVELLING,
    a_case,
    a_context,
    a_parcel,
    an_intent,
    an_order,
    api_data,
)


def case_of(text: str, intent: IntentName, *orders: Order, named: tuple[str, ...] = (), **entities: Any) -> Case:
    return Case.of(a_case(text, a_context(*orders), an_intent(intent, *named, **entities)))


def actions(case: Case) -> list[Action]:
    """What is done at once, and what is done after a yes."""
    return [*waiting(case), *plan(case).actions]


def names(case: Case) -> list[str]:
    return [action.name for action in actions(case)]


def obstacle(case: Case) -> str | None:
    [matter] = case.matters
    return propose(case, matter).obstacle


def test_a_delivered_jacket_is_returned_with_a_label() -> None:
    case = case_of("I want to return the jacket, it does not fit", "return_request", named=(DELIVERED.order_id,))
    opened, label = actions(case)
    assert (opened.name, opened.order_id, opened.sku) == ("process_return", DELIVERED.order_id, "JKT-M")
    assert opened.reason == "does not fit"
    assert (label.name, label.order_id) == ("generate_return_label", DELIVERED.order_id)


def test_the_item_is_the_one_that_the_customer_names() -> None:
    order = an_order("ORD-00000009", "delivered", JACKET, SCARF)
    assert actions(case_of("Please take back the scarf", "return_request", order))[0].sku == "SCF"


def test_one_of_two_unnamed_items_is_asked_for() -> None:
    case = case_of("Please take it back", "return_request", an_order("ORD-00000009", "delivered", JACKET, SCARF))
    assert (names(case), obstacle(case)) == ([], "which_item")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (an_order("ORD-00000009", "in_transit"), "not_delivered"),
        (an_order("ORD-00000009", "cancelled"), "already_cancelled"),
        (an_order("ORD-00000009", "returned"), "already_returned"),
        (
            an_order("ORD-00000009", "delivered", returns=(Return(return_id="RET-1", status="open"),)),
            "already_returned",
        ),
        (an_order("ORD-00000009", "delivered", BRIEFS), "which_item"),
    ],
)
def test_what_cannot_be_returned_is_not_planned(order: Order, expected: str) -> None:
    case = case_of("I want to return it", "return_request", order)
    assert (names(case), obstacle(case)) == ([], expected)


def test_a_named_item_that_is_excluded_from_returns_is_said_to_be() -> None:
    case = case_of("I want to return the briefs", "return_request", an_order("ORD-00000009", "delivered", BRIEFS))
    assert obstacle(case) == "not_returnable"


def test_a_return_that_was_called_off_does_not_stand_in_the_way() -> None:
    order = an_order("ORD-00000009", "delivered", returns=(Return(return_id="RET-1", status="void"),))
    assert names(case_of("I want to return it", "return_request", order))[0] == "process_return"


def test_a_return_that_the_shop_would_refuse_is_not_planned() -> None:
    message = a_case("Return it", an_intent("return_request", DELIVERED.order_id), api_data(eligible=False))
    assert obstacle(Case.of(message)) == "not_eligible"


def test_an_exchange_names_the_size_that_is_wanted() -> None:
    case = case_of("The M is too small, I need the jacket in L", "exchange_request", named=(DELIVERED.order_id,))
    [action] = actions(case)
    assert (action.name, action.sku, action.size, action.color) == ("exchange_item", "JKT-M", "L", None)


def test_an_exchange_without_a_variant_asks_for_one() -> None:
    case = case_of("I want to exchange the jacket", "exchange_request", named=(DELIVERED.order_id,))
    assert (names(case), obstacle(case)) == ([], "which_variant")


def test_a_damaged_item_is_exchanged_for_the_same() -> None:
    case = case_of("The jacket is torn, I want another one", "exchange_request", named=(DELIVERED.order_id,))
    assert [(action.name, action.size) for action in actions(case)] == [("exchange_item", None)]


def test_a_size_that_is_sold_out_is_not_planned() -> None:
    message = a_case("Exchange the jacket for XL", an_intent("exchange_request", DELIVERED.order_id), api_data())
    assert obstacle(Case.of(message)) == "sold_out"


def test_return_and_exchange_of_one_item_are_one_action() -> None:
    intent = Intent(
        intent="exchange_request", confidence=0.9, secondary=(OtherIntent(intent="return_request", confidence=0.7),)
    )
    order = an_order("ORD-00000009", "delivered")
    case = Case.of(a_case("Take the jacket back and send it in L", a_context(order), intent))
    assert [name for name in names(case) if name != "generate_return_label"] == ["exchange_item"]


@pytest.mark.parametrize("status", ["cancelled", "lost", "returned"])
def test_what_is_left_of_a_dead_order_is_refunded(status: str) -> None:
    order = an_order("ORD-00000009", status, refunded=29.0)
    [action] = actions(case_of("I want my money back", "refund_request", order))
    assert (action.name, action.amount) == ("process_refund", 100.0)


def test_a_named_amount_is_refunded_when_that_much_is_left() -> None:
    amounts = ({"value": 30.0, "currency": "EUR"},)
    case = case_of("Refund 30 EUR", "refund_request", an_order("ORD-00000009", "lost"), amounts=amounts)
    assert actions(case)[0].amount == 30.0


def test_more_than_is_left_is_never_asked_for() -> None:
    amounts = ({"value": 3000.0, "currency": "EUR"},)
    case = case_of("Refund 3000 EUR", "refund_request", an_order("ORD-00000009", "lost"), amounts=amounts)
    assert actions(case)[0].amount == 129.0


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (an_order("ORD-00000009", "delivered"), "return_first"),
        (an_order("ORD-00000009", "processing"), "cancel_first"),
        (an_order("ORD-00000009", "in_transit"), "wait_first"),
        (an_order("ORD-00000009", "cancelled", refunded=129.0), "nothing_left"),
    ],
)
def test_a_refund_that_is_not_due_is_not_planned(order: Order, expected: str) -> None:
    case = case_of("The jacket is torn, I want my money back", "refund_request", order)
    assert (names(case), obstacle(case)) == ([], expected)


def test_what_the_carrier_damaged_is_refunded() -> None:
    order = an_order("ORD-00000009", "delivered")
    parcel = a_parcel(order)
    broken = parcel.exceptions[0].model_copy(update={"code": "damaged", "description": "Parcel damaged."})
    context = a_context(order, tracking=(parcel.model_copy(update={"exceptions": (broken,)}),))
    case = Case.of(a_case("I want my money back", context, an_intent("refund_request")))
    assert names(case) == ["process_refund"]


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_an_order_in_the_warehouse_is_cancelled(status: str) -> None:
    assert names(case_of("Cancel it", "cancel_order", an_order("ORD-00000009", status))) == ["cancel_order"]


@pytest.mark.parametrize(
    ("status", "expected"), [("in_transit", "under_way"), ("delivered", "gone"), ("cancelled", "already_cancelled")]
)
def test_an_order_that_has_left_is_not_cancelled(status: str, expected: str) -> None:
    case = case_of("Cancel it", "cancel_order", an_order("ORD-00000009", status))
    assert (names(case), obstacle(case)) == ([], expected)


def test_nothing_is_done_to_one_of_several_orders_by_guess() -> None:
    first, second = an_order("ORD-00000008", "processing"), an_order("ORD-00000009", "pending")
    case = case_of("Cancel my order", "cancel_order", first, second)
    assert (names(case), obstacle(case)) == ([], "which_order")


def test_an_order_number_that_is_not_theirs_is_never_replaced_by_another() -> None:
    case = case_of("Cancel order 999", "cancel_order", PREPARED, named=("ORD-00000999",))
    assert (names(case), obstacle(case)) == ([], "no_order")


def test_the_order_of_the_session_is_meant_when_none_is_named() -> None:
    context = a_context()
    session = context.session.model_copy(update={"last_order_id": PREPARED.order_id})
    case = Case.of(a_case("Cancel it", context.model_copy(update={"session": session}), an_intent("cancel_order")))
    assert [action.order_id for action in actions(case)] == [PREPARED.order_id]


def test_a_new_address_is_read_from_the_text() -> None:
    text = "Please send order 1 to 5 Harbour Lane, 20457 Hamburg."
    [action] = actions(case_of(text, "change_address", named=(PREPARED.order_id,)))
    expected = Address(street="5 Harbour Lane", city="Hamburg", postal_code="20457", country="DE")
    assert (action.name, action.address) == ("update_delivery_address", expected)


def test_an_address_that_cannot_be_read_is_asked_for() -> None:
    case = case_of("Please send it to my office", "change_address", named=(PREPARED.order_id,))
    assert (names(case), obstacle(case)) == ([], "which_address")


def test_a_late_parcel_is_asked_about_and_hurried() -> None:
    case = case_of("It is late", "delivery_complaint", named=(TRAVELLING.order_id,))
    assert names(case) == ["contact_carrier", "expedite_delivery"]
    assert {action.tracking_number for action in actions(case)} == {TRAVELLING.tracking_number}


def test_a_parcel_that_travels_express_is_not_hurried_again() -> None:
    order = an_order("ORD-00000009", "in_transit", shipping_method="express")
    assert names(case_of("It is late", "delivery_complaint", order)) == ["contact_carrier"]


def test_one_named_order_is_meant_by_every_matter() -> None:
    intent = Intent(
        intent="order_status",
        confidence=0.9,
        order_ids=(PREPARED.order_id,),
        secondary=(OtherIntent(intent="cancel_order", confidence=0.8),),
        entities=an_intent("order_status", PREPARED.order_id).entities,
    )
    other = an_order("ORD-00000009", "pending")
    case = Case.of(a_case("Where is order 1? Please cancel it.", a_context(PREPARED, other), intent))
    assert [action.order_id for action in actions(case)] == [PREPARED.order_id]


def test_a_parcel_marked_as_delivered_is_asked_about_alone() -> None:
    assert names(case_of("It is not here", "delivery_complaint", named=(DELIVERED.order_id,))) == ["contact_carrier"]


def test_a_broken_item_is_noted_and_returned() -> None:
    case = case_of("The jacket arrived broken", "product_issue", named=(DELIVERED.order_id,))
    assert names(case) == ["add_order_note", "process_return", "generate_return_label"]


def test_a_wanted_invoice_is_sent_and_a_doubted_charge_is_noted() -> None:
    named = (DELIVERED.order_id,)
    assert names(case_of("Please send me the invoice", "billing_invoice", named=named)) == ["resend_invoice"]
    assert names(case_of("I don't recognize a fee", "billing_invoice", named=named)) == ["add_customer_note"]


def test_each_matter_is_planned_for_its_own_order() -> None:
    intent = Intent(
        intent="cancel_order",
        confidence=0.9,
        order_ids=(PREPARED.order_id,),
        secondary=(OtherIntent(intent="return_request", confidence=0.8, order_ids=(DELIVERED.order_id,)),),
        entities=an_intent("cancel_order", PREPARED.order_id, DELIVERED.order_id).entities,
    )
    case = Case.of(a_case("Cancel order 1 and take back the jacket of order 3", intent))
    assert [(action.name, action.order_id) for action in actions(case)] == [
        ("cancel_order", PREPARED.order_id),
        ("process_return", DELIVERED.order_id),
        ("generate_return_label", DELIVERED.order_id),
    ]


def test_a_callback_carries_who_and_where() -> None:
    [action] = callback(case_of("Hello?", "smalltalk"), "Nobody was free").actions
    assert (action.customer_id, action.phone) == (POLLY.customer_id, POLLY.phone)


def test_an_unknown_customer_is_not_called() -> None:
    assert callback(Case.of(a_case("Hello?", Context())), "Nobody was free").actions == ()


@given(intent=st.sampled_from(INTENTS), order=st.sampled_from(ORDERS), text=st.text(max_size=200).filter(str.strip))
def test_any_text_gives_a_plan_for_her_own_orders_alone(intent: IntentName, order: Order, text: str) -> None:
    found = actions(case_of(text, intent, named=(order.order_id,)))
    assert {action.order_id for action in found} <= {order.order_id, None}


def test_an_order_with_a_return_of_everything_is_not_returned_again() -> None:
    case = case_of("Return the scarf", "return_request", named=(SENT_BACK.order_id,))
    assert obstacle(case) == "already_returned"
