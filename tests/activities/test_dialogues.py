"""Turns of one session: what the last of them is understood as, what is done, and what we ask."""

from typing import Final

import pytest

from mesh.shop import Item, Order
from tests.activities.cases import DELIVERED, JACKET, PREPARED, SENT_BACK, TRAVELLING, an_order
from tests.activities.talk import Talk

SHOES: Final = Item(sku="SHO-42", name="Running shoes", size="42", color="blue", unit_price=89.0)
MUG: Final = Item(sku="MUG", name="Enamel mug", color="white", unit_price=19.0)
LAMP: Final = Item(sku="LMP", name="Desk lamp", color="green", unit_price=59.0)
MUGS = an_order("ORD-00000006", "processing", MUG, days=2)
LAMPS = an_order("ORD-00000007", "delivered", LAMP, days=12)
TWO_THINGS = an_order("ORD-00000005", "delivered", JACKET, SHOES, days=3)
LOST = an_order("ORD-00000009", "lost")

PARTS = (an_order("ORD-00000008", "processing", JACKET, SHOES),)
ONE, OPEN, HOME, PAIR, GONE, ALL = (
    (PREPARED,), (PREPARED, MUGS), (DELIVERED, LAMPS), (TWO_THINGS,), (LOST,),
    (PREPARED, TRAVELLING, DELIVERED, SENT_BACK),
)  # fmt: skip
JACKET_GOES, MUG_GOES = "cancel_order ORD-00000001", "cancel_order ORD-00000006"
BACK = "process_return {0}, generate_return_label {0}"
CANCEL, HARBOUR = "Please cancel my order", "5 Harbour Lane, 20457 Hamburg"

DIALOGUES: Final[tuple[tuple[tuple[Order, ...], tuple[str, ...], str, str, str], ...]] = (
    # -- yes, and what is none
    (ONE, (CANCEL,), "cancel_order", "", "confirm"),
    (ONE, (CANCEL, "yes"), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "Yes, please do."), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "ok, go ahead"), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "sure, do it"), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "Yes, cancel it please"), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "cancel it"), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "ja, bitte"), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "Yes, but only the jacket"), "cancel_order", "", "confirm"),
    (ONE, (CANCEL, "yes?"), "cancel_order", "", "confirm"),
    (ONE, (CANCEL, "hmm"), "cancel_order", "", "confirm"),
    (ONE, (CANCEL, "can you cancel it?"), "cancel_order", "", "confirm"),
    (ONE, (CANCEL, "yes, if I get the money back"), "cancel_order", "", "confirm"),
    (ONE, (CANCEL, "yes and no"), "cancel_order", "", "confirm"),
    (OPEN, ("Cancel order 00000001", "yes, cancel order 00000006"), "cancel_order", "", "confirm"),
    (ONE, ("yes, please do",), "smalltalk", "", ""),
    # -- no, and a changed mind
    (ONE, (CANCEL, "no"), "smalltalk", "", ""),
    (ONE, (CANCEL, "No, leave it."), "smalltalk", "", ""),
    (ONE, (CANCEL, "please don't cancel it"), "smalltalk", "", ""),
    (ONE, (CANCEL, "I changed my mind"), "smalltalk", "", ""),
    (ONE, (CANCEL, "never mind", "yes"), "smalltalk", "", ""),
    (ONE, (CANCEL, f"no, keep it but change the delivery address to {HARBOUR}"),
     "change_address", "update_delivery_address ORD-00000001", ""),
    (OPEN, ("Cancel order 00000001", "no, order 00000006"), "cancel_order", "", "confirm"),
    (OPEN, ("Cancel order 00000001", "no, order 00000006", "yes"), "cancel_order", MUG_GOES, ""),
    (ONE, ("no, leave it",), "smalltalk", "", ""),
    (OPEN, ("Cancel order 00000001", "no, the other one", "yes"), "cancel_order", MUG_GOES, ""),
    (OPEN, ("Cancel order 00000001", "no, I meant the mug", "yes"), "cancel_order", MUG_GOES, ""),
    (ONE, (CANCEL, "wait, not that one"), "smalltalk", "", ""),
    (ONE, (CANCEL, "Actually, don't"), "smalltalk", "", ""),
    (PARTS, (CANCEL, "yes, the shoes"), "cancel_order", "", "confirm"),
    (ONE, (CANCEL, "yes my neighbour had told me all about it when we met"), "cancel_order", "", "confirm"),
    # -- thanks end nothing, another matter does
    (ONE, (CANCEL, "thanks", "yes"), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "What is your return policy?", "yes"), "cancel_order", "", "confirm"),
    (ONE, (CANCEL, "What is your return policy?", "yes", "yes"), "cancel_order", JACKET_GOES, ""),
    (ONE, (CANCEL, "yes", "yes"), "smalltalk", "", ""),
    # -- which order
    (OPEN, (CANCEL,), "cancel_order", "", "order"),
    (OPEN, (CANCEL, "it's the second one"), "cancel_order", "", "confirm"),
    (OPEN, (CANCEL, "it's the second one", "yes"), "cancel_order", MUG_GOES, ""),
    (OPEN, (CANCEL, "2", "yes"), "cancel_order", MUG_GOES, ""),
    (OPEN, (CANCEL, "the last one", "yes"), "cancel_order", MUG_GOES, ""),
    (OPEN, (CANCEL, "the mug", "yes"), "cancel_order", MUG_GOES, ""),
    (OPEN, (CANCEL, "the black one", "yes"), "cancel_order", JACKET_GOES, ""),
    (OPEN, (CANCEL, "not the mug, the jacket", "yes"), "cancel_order", JACKET_GOES, ""),
    (OPEN, (CANCEL, "not the mug", "yes"), "cancel_order", JACKET_GOES, ""),
    (OPEN, (CANCEL, "00000006", "yes"), "cancel_order", MUG_GOES, ""),
    (OPEN, (CANCEL, "the first one", "actually I meant 00000006", "yes"), "cancel_order", MUG_GOES, ""),
    (OPEN, (CANCEL, "the first one", "the other one"), "cancel_order", "", "confirm"),
    (OPEN, (CANCEL, "the first one", "the other one", "yes"), "cancel_order", MUG_GOES, ""),
    (OPEN, (CANCEL, "What is your return policy?", "the second one please"), "cancel_order", "", "confirm"),
    (OPEN, (CANCEL, "not the second one"), "cancel_order", "", "order"),
    (HOME, ("I want my money back for the jacket", "no, I am not going back"), "smalltalk", "", ""),
    (OPEN, (CANCEL, "both of them", "yes"), "cancel_order", f"{JACKET_GOES}, {MUG_GOES}", ""),
    (HOME, ("I want to exchange the jacket", "hmm, let me think"), "exchange_request", "", "variant"),
    (OPEN, (CANCEL, "the fifth one"), "cancel_order", "", "order"),
    (OPEN, (CANCEL, "yes"), "cancel_order", "", "order"),
    (OPEN, (CANCEL, "none of these"), "smalltalk", "", ""),
    (OPEN, (CANCEL, "no, leave it"), "smalltalk", "", ""),
    (OPEN, (CANCEL, "Where is my order 00000001?"), "order_status", "", ""),
    (OPEN, ("Where is my order 99999999?", "sorry, 00000006"), "order_status", "", ""),
    # -- which item, size, address
    (PAIR, ("I want to return something from my order",), "return_request", "", "item"),
    (PAIR, ("I want to return something from my order", "the shoes"),
     "return_request", BACK.format("ORD-00000005"), ""),
    (PAIR, ("I want to return something from my order", "the blue one"),
     "return_request", BACK.format("ORD-00000005"), ""),
    (PAIR, ("I want to return something from my order", "number 2"),
     "return_request", BACK.format("ORD-00000005"), ""),
    (HOME, ("I want to exchange the jacket",), "exchange_request", "", "variant"),
    (HOME, ("I want to exchange the jacket", "L"), "exchange_request", "exchange_item ORD-00000003", ""),
    (HOME, ("I want to exchange the jacket", "in blue please"), "exchange_request", "exchange_item ORD-00000003", ""),
    (OPEN, ("I need a different delivery address", "the first one"), "change_address", "", "address"),
    (OPEN, ("I need a different delivery address", "the first one", HARBOUR),
     "change_address", "update_delivery_address ORD-00000001", ""),
    (OPEN, (f"Please change the delivery address to {HARBOUR}", "the mug"),
     "change_address", "update_delivery_address ORD-00000006", ""),
    (ONE, ("I need a different delivery address", "12 Rue Victor Hugo, 1234 Smallville"),
     "change_address", "", "address"),
    (ONE, ("I need a different delivery address", "12 Rue Victor Hugo, 1234 Smallville", "Switzerland"),
     "change_address", "update_delivery_address ORD-00000001", ""),
    # -- what was talked about
    (OPEN, ("Where is my order 00000006?", "cancel it", "yes"), "cancel_order", MUG_GOES, ""),
    (ONE, ("Where is my order?", "cancel it", "yes"), "cancel_order", JACKET_GOES, ""),
    (ALL, ("Where is my order ORD-00000004?", "and the refund?"), "refund_status", "", ""),
    (OPEN, ("Where is my order 00000006?", "what about my other order"), "order_status", "", ""),
    (OPEN, ("Where is my order 00000006?", "and 00000001?"), "order_status", "", ""),
    (OPEN, ("Where is my order?", "cancel the second one", "yes"), "cancel_order", MUG_GOES, ""),
    (HOME, ("Where is my order ORD-00000007?", "I want to return the jacket"),
     "return_request", BACK.format("ORD-00000003"), ""),
    (HOME, ("I want to return the lamp", "not the lamp, the jacket"),
     "return_request", BACK.format("ORD-00000003"), ""),
    # -- offers
    (HOME, ("I want my money back for the jacket",), "refund_request", "", "meaning"),
    (HOME, ("I want my money back for the jacket", "yes, please do"),
     "return_request", BACK.format("ORD-00000003"), ""),
    (ONE, ("I want my money back", "yes"), "cancel_order", "", "confirm"),
    (GONE, ("My parcel never arrived",), "delivery_complaint", "", "meaning"),
    (GONE, ("My parcel never arrived", "the money back", "yes"), "refund_request", "process_refund ORD-00000009", ""),
    (GONE, ("I want my money back", "yes"), "refund_request", "process_refund ORD-00000009", ""),
)  # fmt: skip


@pytest.mark.parametrize(("orders", "turns", "intent", "deeds", "asks"), DIALOGUES)
async def test_a_turn_is_read_in_the_light_of_the_turns_before(
    orders: tuple[Order, ...], turns: tuple[str, ...], intent: str, deeds: str, asks: str
) -> None:
    heard = await Talk(*orders).say(*turns)
    assert (heard.intent.intent, ", ".join(heard.deeds), heard.asks.kind if heard.asks else "") == (intent, deeds, asks)


@pytest.mark.parametrize(("orders", "turns", "intent", "deeds", "asks"), DIALOGUES)
async def test_a_lost_session_is_as_good_as_one_that_was_kept(
    orders: tuple[Order, ...], turns: tuple[str, ...], intent: str, deeds: str, asks: str
) -> None:
    talk = Talk(*orders)
    for text in turns:
        heard = await talk.say(text)
        talk.lose_the_session()
    assert (heard.intent.intent, ", ".join(heard.deeds), heard.asks.kind if heard.asks else "") == (intent, deeds, asks)


async def test_a_yes_long_after_the_question_only_asks_again() -> None:
    talk = Talk(PREPARED)
    await talk.say(CANCEL)
    talk.wait(minutes=31)
    late = await talk.say("yes")
    assert late.plan == ()
    assert late.asks
    assert late.text.endswith("Reply yes or no.")
    assert (await talk.say("yes")).deeds == [JACKET_GOES]


async def test_a_yes_just_in_time_counts() -> None:
    talk = Talk(PREPARED)
    await talk.say(CANCEL)
    talk.wait(minutes=29)
    assert (await talk.say("yes")).deeds == [JACKET_GOES]


async def test_what_is_agreed_to_names_order_goods_and_sum() -> None:
    asked = await Talk(an_order("ORD-00000001", "processing", JACKET, MUG)).say("Cancel order ORD-00000001")
    assert asked.text.endswith("Shall I cancel order ORD-00000001 (2 items, 148.00 EUR)? Reply yes or no.")


async def test_a_yes_to_a_sum_that_has_changed_asks_again_with_the_new_one() -> None:
    talk = Talk(PREPARED)
    await talk.say(CANCEL)
    talk.orders = (PREPARED.model_copy(update={"refunded": 29.0}),)
    heard = await talk.say("yes")
    assert heard.plan == ()
    assert "100.00 EUR" in heard.text
    assert (await talk.say("yes")).deeds == [JACKET_GOES]


async def test_a_yes_to_what_has_become_impossible_does_nothing_and_says_why() -> None:
    talk = Talk(PREPARED)
    await talk.say(CANCEL)
    talk.orders = (an_order("ORD-00000001", "shipped"),)
    heard = await talk.say("yes")
    assert (heard.plan, heard.asks) == ((), None)
    assert "too late" in heard.text


async def test_the_sum_that_was_named_is_the_sum_that_is_paid() -> None:
    talk = Talk(LOST)
    assert "refund 30.00 EUR" in (await talk.say("Please refund me 30 EUR for order ORD-00000009")).text
    [refund] = (await talk.say("yes")).plan
    assert (refund.name, refund.amount) == ("process_refund", 30.0)


async def test_the_size_and_the_reason_come_from_different_turns() -> None:
    [swap] = (await Talk(*HOME).say("I want to exchange the jacket, it is too small", "XL please")).plan
    assert (swap.sku, swap.size, swap.reason) == ("JKT-M", "XL", "does not fit")


async def test_the_item_that_was_chosen_is_the_one_that_goes_back() -> None:
    [opened, _] = (await Talk(*PAIR).say("I want to return something from my order", "the shoes")).plan
    assert opened.sku == "SHO-42"


async def test_what_is_free_goes_on_while_a_yes_is_waited_for() -> None:
    both = "Please cancel order ORD-00000001. Also I want to return the jacket of order ORD-00000003, it does not fit."
    talk = Talk(*ALL)
    heard = await talk.say(both)
    assert ", ".join(heard.deeds) == BACK.format("ORD-00000003")
    assert heard.text.endswith("Shall I cancel order ORD-00000001 (1 item, 129.00 EUR)? Reply yes or no.")
    assert (await talk.say("yes")).deeds == [JACKET_GOES]


async def test_a_yes_may_bring_another_wish_along() -> None:
    heard = await Talk(*ALL).say("Cancel order ORD-00000001", "Yes, and where is my order ORD-00000002")
    assert heard.deeds == [JACKET_GOES]
    assert "ORD-00000002 (Silk scarf) is on its way" in heard.text


async def test_nobody_else_can_say_yes() -> None:
    talk = Talk(PREPARED)
    await talk.say(CANCEL)
    talk.email = "eve@example.com"
    heard = await talk.say("yes")
    assert (heard.plan, heard.intent.follows) == ((), None)


async def test_the_same_question_is_put_three_times_at_most() -> None:
    talk = Talk(*OPEN)
    again = await talk.say(CANCEL, "blah", "hmm")
    assert (again.asks is not None, again.escalated) == (True, False)
    assert (await talk.say("foo")).escalated


async def test_a_lost_order_that_is_refunded_is_not_also_a_choice() -> None:
    heard = await Talk(LOST).say("My parcel is lost, I want my money back")
    assert "which you prefer" not in heard.text
    assert "Shall I refund 129.00 EUR for order ORD-00000009?" in heard.text


@pytest.mark.parametrize("text", ["Please swap the jacket for size L", "Could you swap my jacket for size L?"])
async def test_a_swap_for_another_size_is_an_exchange(text: str) -> None:
    heard = await Talk(*HOME).say(text)
    assert [(action.name, action.size) for action in heard.plan] == [("exchange_item", "L")]
