from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities._matters import MOST_CLAUSES
from activities.intent_analyzer import (
    AnsweredMatter,
    Intent,
    IntentAnswer,
    IntentName,
    OtherIntent,
    clauses,
    intent_analyzer,
    understood,
)
from mesh.llm import LLM
from mesh.protocol import Message
from tests.fakes import FakeBus, FakeHistory, MemorySessions, NoLLM, ScriptedLLM, a_message
from tests.fakes import settings as configured

THREE_MATTERS = (
    "Where is my refund for order 33301? Also order 33302 has not arrived yet, and I need to change the delivery "
    "address of order 33303 to 5 Harbour Lane, 20457 Hamburg."
)

EXAMPLES: dict[IntentName, str] = {
    "order_status": "Could you tell me where my parcel is right now?",
    "delivery_info": "Do you ship to Norway and what does shipping cost?",
    "delivery_complaint": "My package never arrived.",
    "place_order": "I'd like to place an order for two lamps",
    "cancel_order": "Please cancel my order, I don't need it any more",
    "change_order": "Can I add a mug to my order?",
    "change_address": "Please deliver to a different address, I have moved",
    "refund_request": "I want my money back",
    "refund_status": "I still haven't got my refund",
    "return_request": "How can I send the boots back?",
    "exchange_request": "Could I exchange the dress for a larger size?",
    "product_issue": "The kettle is leaking and doesn't work",
    "payment_issue": "My card was charged twice",
    "payment_methods": "Can I pay with PayPal?",
    "billing_invoice": "I need an invoice for my taxes please",
    "account_access": "I forgot my password and can't log in",
    "account_registration": "How do I create an account?",
    "account_update": "Please change the phone number in my profile",
    "account_delete": "Delete my account",
    "product_inquiry": "Is the trail jacket back in stock?",
    "policy_question": "What is your return policy?",
    "complaint": "I'd like to file a complaint",
    "feedback": "Where can I leave a review?",
    "human_agent_request": "Let me talk to a real person",
    "subscription": "Take me off the newsletter",
    "smalltalk": "Hello there!",
    "out_of_scope": "What will the weather be like on Sunday?",
}


def test_there_is_an_example_for_every_intent() -> None:
    assert set(EXAMPLES) == set(get_args(IntentName))


@pytest.mark.parametrize(("intent", "text"), EXAMPLES.items())
def test_each_intent_is_recognised_clearly(intent: IntentName, text: str) -> None:
    found = understood(text)
    assert found.intent == intent
    assert found.clear


def test_a_furious_customer_with_a_late_order_has_a_delivery_complaint() -> None:
    found = understood(
        "This is the worst service ever! My order 12345 is a week late and nobody answers. I want this fixed NOW!"
    )
    assert found.intent == "delivery_complaint"
    assert found.order_ids == found.entities.order_ids == ("ORD-00012345",)


def test_a_polite_question_for_an_order_is_about_its_status() -> None:
    found = understood("Hi, could you please tell me where my order ORD-00067890 is? Thank you!")
    assert found.wanted == ("order_status",)
    assert found.entities.order_ids == ("ORD-00067890",)


def test_an_unexplained_charge_is_a_matter_of_billing_with_its_amount() -> None:
    found = understood(
        "I see a charge of 49.90 EUR on order ORD-00055501 that I don't recognize. Please explain this charge as soon "
        "as possible."
    )
    assert found.wanted == ("billing_invoice",)
    assert [(amount.value, amount.currency) for amount in found.entities.amounts] == [(49.9, "EUR")]


def test_a_jacket_that_does_not_fit_is_returned_and_not_exchanged() -> None:
    found = understood("I'd like to return the jacket from order ORD-00077701, it does not fit.")
    assert found.wanted == ("return_request",)
    assert found.entities.products == ("jacket",)


def test_three_matters_are_told_apart_each_with_its_order() -> None:
    found = understood(THREE_MATTERS)
    pairs = {found.intent: found.order_ids} | {other.intent: other.order_ids for other in found.secondary}
    assert pairs == {
        "refund_status": ("ORD-00033301",),
        "delivery_complaint": ("ORD-00033302",),
        "change_address": ("ORD-00033303",),
    }


def test_the_orders_of_one_matter_in_two_sentences_come_together() -> None:
    found = understood("Cancel order 12345. Also cancel order 12346.")
    assert found.wanted == ("cancel_order",)
    assert found.order_ids == ("ORD-00012345", "ORD-00012346")


def test_an_order_named_in_a_sentence_of_its_own_belongs_to_the_next_matter() -> None:
    found = understood("This is about order 12345. I want a refund. Also, how do I reset my password?")
    pairs = {found.intent: found.order_ids} | {other.intent: other.order_ids for other in found.secondary}
    assert pairs == {"refund_request": ("ORD-00012345",), "account_access": ()}


def test_what_is_asked_for_comes_before_its_reason() -> None:
    assert understood("The mug arrived broken and leaks. I would like a refund.").wanted == ("refund_request",)


def test_a_greeting_is_no_second_matter() -> None:
    assert understood("Hello! Where is my order? Thanks a lot!").wanted == ("order_status",)


@pytest.mark.parametrize("text", ["I have an issue with my order", "number two", "that other thing I mentioned"])
def test_what_is_not_understood_is_asked_back(text: str) -> None:
    assert not understood(text).clear


def test_an_order_number_alone_is_a_question_for_its_status() -> None:
    found = understood("12345")
    assert found.intent == "order_status"
    assert found.order_ids == ("ORD-00012345",)


def test_clauses_end_where_another_wish_begins() -> None:
    text = "Hi. Order no. 12345 is late, and I want a refund; also cancel 12346\nThanks"
    assert clauses(text) == ("Hi.", "Order no. 12345 is late", "I want a refund", "cancel 12346", "Thanks")


async def analyzed(message: Message, llm: LLM) -> Intent:
    """What a first message of a session is understood as."""
    found = await intent_analyzer(
        message, llm=llm, sessions=MemorySessions(), history=FakeHistory(), settings=configured(), bus=FakeBus()
    )
    assert isinstance(found, Intent)
    return found


async def test_without_a_model_the_examples_answer() -> None:
    found = await analyzed(a_message("Where is my order 12345?"), NoLLM())
    assert (found.intent, found.source) == ("order_status", "examples")


async def test_a_model_names_the_intents_and_the_rules_the_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    doubtful = understood(THREE_MATTERS).model_copy(update={"confidence": 0.7})
    monkeypatch.setattr("activities.intent_analyzer.understood", lambda text: doubtful)
    further = (
        AnsweredMatter(intent="change_address", confidence=0.9),
        AnsweredMatter(intent="feedback", confidence=0.7),
    )
    llm = ScriptedLLM(IntentAnswer(intent="refund_status", confidence=0.97, secondary=further))
    found = await analyzed(a_message(THREE_MATTERS), llm)
    assert (found.intent, found.confidence, found.source) == ("refund_status", 0.85, "model")
    assert found.order_ids == ("ORD-00033301",)
    assert found.secondary == (
        OtherIntent(intent="change_address", confidence=0.75, order_ids=("ORD-00033303",)),
        OtherIntent(intent="feedback", confidence=0.604),
    )
    assert found.entities == understood(THREE_MATTERS).entities
    assert llm.asked[0][1] == THREE_MATTERS


@pytest.mark.parametrize(("says", "source"), [(0.9, "examples"), (1.0, "model")])
async def test_a_model_is_believed_only_when_it_is_surer_on_our_terms(
    monkeypatch: pytest.MonkeyPatch, says: float, source: str
) -> None:
    found = understood("Where is my order 12345?").model_copy(update={"confidence": 0.8})
    monkeypatch.setattr("activities.intent_analyzer.understood", lambda text: found)
    llm = ScriptedLLM(IntentAnswer(intent="feedback", confidence=says))
    answered = await analyzed(a_message("Where is my order 12345?"), llm)
    assert isinstance(answered, Intent)
    assert answered.source == source


async def test_a_model_that_cannot_be_surer_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    found = understood("Where is my order 12345?").model_copy(update={"confidence": 0.9})
    monkeypatch.setattr("activities.intent_analyzer.understood", lambda text: found)
    llm = ScriptedLLM(IntentAnswer(intent="feedback", confidence=1))
    assert await analyzed(a_message("Where is my order 12345?"), llm) == found
    assert llm.asked == []


async def test_a_model_that_fails_leaves_it_to_the_examples() -> None:
    found = await analyzed(a_message("Where is my order 12345?"), ScriptedLLM(None))
    assert found == understood("Where is my order 12345?")


WORDS = st.sampled_from(
    ["order", "12345", "#", "ORD-", "refund", "not", "and I", "also", "$", "9", ".", ",", "\n", "EUR", "1Z", "@"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join)))
def test_any_text_gives_a_valid_result(text: str) -> None:
    found = understood(text)
    assert Intent.model_validate_json(found.model_dump_json()) == found
    assert all(other.clear for other in (Intent(**other.model_dump()) for other in found.secondary))
    named = {*found.order_ids, *(order for other in found.secondary for order in other.order_ids)}
    assert named <= set(found.entities.order_ids)
    assert len(set(found.wanted)) == 1 + len(found.secondary)


def test_of_an_endless_text_the_beginning_and_the_end_are_taken_apart() -> None:
    parts = clauses("Where is my order? " + "Your shop is nice. " * 500 + "I want a refund.")
    assert len(parts) == MOST_CLAUSES
    assert (parts[0], parts[-1]) == ("Where is my order?", "I want a refund.")


def test_what_is_no_matter_of_a_shop_is_out_of_scope() -> None:
    found = understood("Which planet has the most moons?")
    assert found.wanted == ("out_of_scope",)
