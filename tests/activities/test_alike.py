"""Matters that are answered alike, numbers that stand alone, and answers that are longer than a word."""

from typing import TYPE_CHECKING

import pytest

from activities._kin import kindred
from activities._order_numbers import order_ids, with_their_noun
from activities._short_answers import lead_of
from activities.intent_analyzer import understood
from mesh.shop import Item
from tests.activities.cases import PREPARED, TRAVELLING, an_order
from tests.activities.talk import Talk
from tests.activities.test_planning import actions, case_of

if TYPE_CHECKING:
    from activities._intent_names import IntentName

KETTLE = Item(sku="KTL", name="Gooseneck kettle", color="steel", unit_price=64.9)
WATCH = Item(sku="WCH", name="Field watch", unit_price=189.0)
SCARF = Item(sku="SCF-GREEN", name="Silk scarf", color="green", unit_price=49.9)
KETTLES = an_order("ORD-00000011", "processing", KETTLE)
GIFTS = an_order("ORD-00000012", "delivered", WATCH, SCARF)
LOST = an_order("ORD-00000013", "lost")


def test_two_matters_that_are_answered_alike_are_clear_together() -> None:
    split: dict[IntentName, float] = {"refund_request": 0.5, "refund_status": 0.45, "smalltalk": 0.05}
    assert kindred("refund_request", split, "refund 33301") == pytest.approx(0.95)
    assert kindred("smalltalk", split, "refund 33301") == pytest.approx(0.05)


def test_delivery_in_general_and_a_parcel_are_two_things_unless_one_parcel_is_meant() -> None:
    split: dict[IntentName, float] = {"order_status": 0.5, "delivery_info": 0.4}
    assert kindred("order_status", split, "when would it arrive") == pytest.approx(0.9)
    assert kindred("order_status", split, "how long does shipping take") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("track 33302", "track order 33302"),
        ("where is order 33302", "where is order 33302"),
        ("my order number is 33302", "my order number is 33302"),
        ("orders 33301, 33302 and 33303", "orders 33301, 33302 and 33303"),
        ("I live at 5 Harbour Lane, 20457 Hamburg", "I live at 5 Harbour Lane, 20457 Hamburg"),
    ],
)
def test_a_number_that_stands_alone_gets_its_noun(text: str, named: str) -> None:
    assert with_their_noun(text) == named


@pytest.mark.parametrize(
    "text",
    [
        "where has 12345 got to",
        "when does 12345 arive",
        "change address 12345",
        "oops 12345",
        "it was meant to be 12345",
    ],
)
def test_a_number_is_an_order_where_the_words_around_it_ask_for_one(text: str) -> None:
    assert order_ids(text)[0] == ["ORD-00012345"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yess", "yes"), ("yeahhh", "yes"), ("noo", "no"), ("Yes, and don't ask anyone", "yes"),
        ("No, please leave the order as it is.", "no"), ("don't bother", "no"),
    ],
)  # fmt: skip
def test_a_yes_or_no_is_read_however_it_is_drawn_out_or_pressed(text: str, answer: str) -> None:
    assert lead_of(text) == (answer, "")


@pytest.mark.parametrize("text", ["the thing", "what can we do?", "it is as I said before", "number two"])
def test_words_that_say_nothing_make_nothing_clear(text: str) -> None:
    assert not understood(text).clear


async def test_a_thing_that_is_named_goes_on_with_the_matter() -> None:
    heard = await Talk(TRAVELLING, KETTLES).say(f"Where is order {TRAVELLING.order_id}?", "and the kettle?")
    assert (heard.intent.intent, KETTLES.order_id in heard.text) == ("order_status", True)


async def test_a_longer_answer_that_contrasts_two_things_chooses_one() -> None:
    asked = f"I want to return one item of order {GIFTS.order_id}"
    heard = await Talk(GIFTS).say(asked, "I keep the watch, it is not the watch but the scarf that goes")
    assert [action.sku for action in heard.plan if action.name == "process_return"] == [SCARF.sku]


async def test_the_number_that_is_not_meant_is_left_out() -> None:
    heard = await Talk(PREPARED, TRAVELLING, KETTLES).say(
        f"Cancel order {TRAVELLING.order_id}", "sorry, 00000011 not 00000002"
    )
    assert heard.asks is not None
    assert [action.order_id for action in heard.asks.plan] == [KETTLES.order_id]


async def test_a_question_is_no_answer_to_ours() -> None:
    heard = await Talk(PREPARED).say(f"Cancel order {PREPARED.order_id}", "when would it get here?")
    assert (heard.intent.intent, heard.asks) == ("order_status", None)


async def test_a_refund_that_is_due_and_was_not_made_is_offered() -> None:
    heard = await Talk(LOST).say(f"Where is my refund for order {LOST.order_id}?")
    assert heard.asks is not None
    assert [(action.name, action.order_id) for action in heard.asks.plan] == [("process_refund", LOST.order_id)]
    assert "no refund" in heard.text


def test_one_order_is_hurried_and_not_every_one() -> None:
    case = case_of("Please send it faster", "order_status", PREPARED, TRAVELLING)
    assert actions(case) == []


def test_a_complaint_about_somebody_does_not_ask_for_somebody() -> None:
    assert understood("I have a complaint. Your staff on the phone hung up on me.").wanted == ("complaint",)
    assert understood("My order is late. I want to talk to a human.").intent == "human_agent_request"
