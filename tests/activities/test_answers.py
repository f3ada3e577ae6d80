import re
from pathlib import Path

import pytest

from activities import _words
from activities._reply import MAX_REPLY
from activities.context_retriever import Context
from activities.intent_analyzer import Intent, IntentName, OtherIntent
from mesh.shop import Charge
from tests.activities.answering import generate, passes, said
from tests.activities.cases import (
    DELIVERED,
    INTENTS,
    ORDERS,
    PLANNING,
    PREPARED,
    SENT_BACK,
    TRAVELLING,
    a_case,
    a_context,
    a_mood,
    an_intent,
    an_order,
    api_data,
    in_days,
)

MOODS = ("NEGATIVE", "NEUTRAL", "POSITIVE")


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("rich", [True, False])
async def test_every_answer_passes_the_guardrail(intent: IntentName, mood: str, *, rich: bool) -> None:
    for order in ORDERS if rich else (None,):
        named = [order.order_id] if order else []
        facts = [api_data()] if rich else [Context()]
        message = a_case("Please help me with my order", an_intent(intent, *named), a_mood(mood), *facts)
        response, _ = await generate(message)
        assert (response.kind, response.author) == ("answer", "rules")
        assert passes(message, response.text)
        assert ("How can I help you" in response.text) == (intent == "smalltalk")
        assert mood != "NEGATIVE" or ("sorry" in response.text and "!" not in response.text)


@pytest.mark.parametrize("intent", INTENTS)
async def test_every_draft_passes_the_guardrail_and_claims_nothing(intent: IntentName) -> None:
    for order in (*ORDERS, an_order("ORD-00000009", "lost")):
        text = "The jacket is broken, please take it back or send L to 5 Harbour Lane, 20457 Hamburg"
        message = a_case(text, a_context(*ORDERS, order), an_intent(intent, order.order_id), route=PLANNING)
        response, plan = await generate(message)
        assert passes(message.enriched({"action_plan": plan.model_dump(mode="json")}), response.text)
        assert not re.search(r"\b(?:is open|is cancelled|was sent|is set up|is made)\b", response.text)


async def test_an_answer_quotes_where_the_order_is() -> None:
    text = await said(a_case("Where is it?", an_intent("order_status", TRAVELLING.order_id)))
    assert text.startswith("Hello Polly,")
    for fact in (TRAVELLING.order_id, "Silk scarf", "is on its way", "DHL", TRAVELLING.tracking_number, "Leipzig hub"):
        assert str(fact) in text
    assert _words.day(in_days(2)) in text


async def test_an_overdue_parcel_is_called_late() -> None:
    late = an_order("ORD-00000009", "delayed", expected_delivery=in_days(-6))
    text = await said(a_case("Where is it?", a_context(late), an_intent("order_status", late.order_id)))
    assert f"was expected on {_words.day(in_days(-6))} and is late" in text


async def test_every_charge_is_explained_and_a_strange_one_named() -> None:
    text = await said(a_case("What is this fee?", an_intent("billing_invoice", DELIVERED.order_id)))
    assert "\n- 1 x Trail jacket: 129.00 EUR\n- Premium handling fee: 49.90 EUR\n" in text
    assert 'The line "Premium handling fee" over 49.90 EUR' in text
    assert 'The line "1 x Trail jacket"' not in text


async def test_an_ordinary_bill_shows_nothing_strange() -> None:
    text = await said(a_case("Explain the bill", an_intent("billing_invoice", PREPARED.order_id)))
    assert "129.00 EUR" in text
    assert "unexpected" not in text


async def test_money_off_is_nothing_strange() -> None:
    charges = (*PREPARED.charges, Charge(description="Loyalty bonus", amount=-5.0))
    order = an_order("ORD-00000009", "processing", charges=charges)
    text = await said(a_case("Explain the bill", a_context(order), an_intent("billing_invoice")))
    assert "- Loyalty bonus: -5.00 EUR" in text
    assert "unexpected" not in text


async def test_a_charge_finds_its_order_by_the_amount() -> None:
    amounts = ({"value": 178.9, "currency": "EUR"}, {"value": 49.9, "currency": "EUR"})
    intent = an_intent("billing_invoice", amounts=amounts)
    text = await said(a_case("What are 49.90 EUR for?", a_context(PREPARED, DELIVERED), intent))
    assert DELIVERED.order_id in text
    assert PREPARED.order_id not in text


async def test_a_refund_on_its_way_is_quoted_with_its_day() -> None:
    text = await said(a_case("Where is my refund?", an_intent("refund_status", SENT_BACK.order_id)))
    assert f"Refund REF-33301 over 99.00 EUR is pending, expected by {_words.day(in_days(3))}" in text


async def test_several_issues_are_each_answered_with_their_own_order() -> None:
    intent = Intent(
        intent="refund_status",
        confidence=0.9,
        order_ids=(SENT_BACK.order_id,),
        secondary=(
            OtherIntent(intent="order_status", confidence=0.8, order_ids=(TRAVELLING.order_id,)),
            OtherIntent(intent="cancel_order", confidence=0.8, order_ids=(PREPARED.order_id,)),
        ),
        entities=an_intent("feedback", SENT_BACK.order_id, TRAVELLING.order_id, PREPARED.order_id).entities,
    )
    _, refund, status, question = (await said(a_case("Three things", intent))).split("\n\n")
    assert SENT_BACK.order_id in refund
    assert "REF-33301" in refund
    assert TRAVELLING.order_id in status
    assert "is on its way" in status
    assert question == f"Shall I cancel order {PREPARED.order_id} (1 item, 129.00 EUR)? Reply yes or no."


async def test_two_clauses_of_one_kind_are_both_answered() -> None:
    intent = Intent(
        intent="order_status",
        confidence=0.9,
        order_ids=(TRAVELLING.order_id,),
        secondary=(OtherIntent(intent="order_status", confidence=0.8, order_ids=(PREPARED.order_id,)),),
    )
    text = await said(a_case("Where is 2? And where is 1?", intent))
    assert text.count(TRAVELLING.order_id) == text.count(PREPARED.order_id) == 1


async def test_a_number_that_is_not_theirs_is_said_to_be_unknown() -> None:
    message = a_case("Where is order 999?", an_intent("order_status", "ORD-00000999"))
    text = await said(message)
    assert "do not find ORD-00000999 under your account" in text
    assert not any(order.order_id in text for order in ORDERS)
    assert passes(message, text)


async def test_orders_that_cannot_be_seen_are_not_called_unknown() -> None:
    context = Context(unavailable=("orders",))
    text = await said(a_case("Where is order 999?", context, an_intent("order_status", "ORD-00000999")))
    assert "cannot look at your orders" in text
    assert "do not find" not in text


async def test_a_service_that_is_down_is_named() -> None:
    context = a_context(tracking=(), unavailable=("tracking", "sessions"))
    text = await said(a_case("Where is it?", context, an_intent("order_status", TRAVELLING.order_id)))
    assert "I cannot see the parcel data at the moment" in text
    assert "sessions" not in text


async def test_products_are_quoted_with_price_and_stock() -> None:
    text = await said(a_case("Do you have it in L?", an_intent("product_inquiry"), api_data()))
    assert "- Trail jacket, 129.00 EUR, in stock: S, M and L" in text


async def test_return_terms_of_an_order_are_quoted() -> None:
    message = a_case("Can I return it?", an_intent("policy_question", DELIVERED.order_id), api_data())
    assert f"can be returned until {_words.day(in_days(20))}" in await said(message)


async def test_a_long_story_stays_within_the_limit() -> None:
    orders = [an_order(f"ORD-1000000{index}", "delayed") for index in range(9)]
    others = [OtherIntent(intent=name, confidence=0.8) for name in INTENTS]
    intent = Intent(intent="order_status", confidence=0.9, secondary=tuple(others))
    assert len(await said(a_case("Everything", a_context(*orders), intent))) <= MAX_REPLY


def test_a_text_is_cut_between_paragraphs() -> None:
    text = "\n\n".join(["word " * 100] * 9)
    cut = _words.shortened(text)
    assert len(cut) <= MAX_REPLY
    assert all(paragraph.strip() == ("word " * 100).strip() for paragraph in cut.split("\n\n"))


async def test_braces_of_a_customer_are_never_a_template() -> None:
    item = DELIVERED.items[0].model_copy(update={"name": "{{ 7 * 7 }} jacket"})
    context = a_context(DELIVERED.model_copy(update={"items": (item,)}))
    text = await said(a_case("{{ case }}", context, an_intent("order_status", DELIVERED.order_id)))
    assert "{{ 7 * 7 }} jacket" in text
    assert "49 jacket" not in text


def test_every_intent_has_a_template() -> None:
    found = {path.stem for path in (Path(_words.__file__).parent / "templates").glob("*.jinja")}
    assert found >= {*INTENTS, "clarification", "holding", "fallback", "safe", "apology", "results", "draft"}


def test_days_are_written_as_people_say_them() -> None:
    assert _words.day("2001-02-04") == "Sunday 4 February 2001"
    assert not re.search(r"\d{4}", _words.day(in_days(0)))


def test_lists_are_written_as_people_say_them() -> None:
    assert [_words.listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
