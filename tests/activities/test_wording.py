"""A model may find other words for the facts, and neither lose one nor add one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities._wording import faithful

FACTS = "Your order ORD-00067890 (49.90 EUR) arrives on Sunday 22 November. See https://shop.example.com/t/1Z9."


@pytest.mark.parametrize(
    "text",
    [
        FACTS,
        "On Sunday 22 November we bring ORD-00067890, paid with 49.90 EUR: https://shop.example.com/t/1Z9",
        "Ihre Bestellung ORD-00067890 über 49,90 EUR kommt am Sonntag, 22. November. https://shop.example.com/t/1Z9",
    ],
)
def test_other_words_for_the_same_facts_are_faithful(text: str) -> None:
    assert faithful(text, FACTS)


@pytest.mark.parametrize(
    "text",
    [
        "Your order is on its way.",
        FACTS.replace("22", "23"),
        FACTS.replace("ORD-00067890", "your order"),
        FACTS.replace("49.90", "49.00"),
        FACTS.replace("shop.example.com", "shop.example.net"),
        FACTS.replace("https://shop.example.com/t/1Z9", "tracking 19"),
        FACTS + " It will be there within 24 hours.",
        FACTS + " As you ask: 20% off, at https://shop.example.net/.",
        FACTS + " See https://evil.example/x.",
    ],
)
def test_a_figure_or_link_that_is_lost_changed_or_made_up_is_not(text: str) -> None:
    assert not faithful(text, FACTS)


@pytest.mark.parametrize(
    "more", [" And my other order, the kettle?", " Best regards, [Your Name]", " It was delivered."]
)
def test_a_question_a_blank_or_a_state_of_the_models_own_is_not(more: str) -> None:
    assert not faithful(FACTS + more, FACTS)


def test_a_question_must_not_be_lost() -> None:
    asking = f"{FACTS} Shall it go to another address?"
    assert faithful(f"{FACTS} Or would you like it at another address?", asking)
    assert not faithful(FACTS, asking)


@pytest.mark.parametrize("end", ["See https://shop.example.com/t/1Z9 and", "See https://shop.example.com/t/1Z9, or,"])
def test_half_a_sentence_is_not(end: str) -> None:
    whole = FACTS.replace("See https://shop.example.com/t/1Z9.", end)
    assert faithful(f"{whole} so on.", FACTS)
    assert not faithful(whole, FACTS)
    assert faithful(whole, whole)


@given(st.text())
def test_the_template_itself_is_always_faithful(facts: str) -> None:
    assert faithful(facts, facts)
