import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.intent_analyzer import Amount, Entities, understood


def named(text: str) -> Entities:
    return understood(text).entities


@pytest.mark.parametrize(
    "text",
    [
        "order 12345",
        "#12345 please",
        "ord-12345",
        "ORD-00012345",
        "Order number: 12345.",
        "order no. 12345 was late",
        "It's 12345",
        "12345",
        "my order (12345)",
        "where is 12345?",
        "ORD\u201312345",
        "12345 is late",
        "refund 12345 please",
        "I want 12345 cancelled, so cancel 12345 now",
        "the jacket from 12345 does not fit",
        "sorry, I meant 12345",
        "I want to know where 12345 is",
        "worst shop ever, 12345 is way too late",
        "want to send 12345 back",
    ],
)
def test_an_order_number_is_canonical_in_whatever_form_it_comes(text: str) -> None:
    assert named(text).order_ids == ("ORD-00012345",)


@pytest.mark.parametrize(
    "text",
    [
        "I live at 5 Harbour Lane, 20457 Hamburg",
        "My ZIP is 90210",
        "please check invoice #85632",
        "order 370795561790 is not here",
        "I paid 12000 EUR for my order",
        "ship my order to 20457 Hamburg",
        "I border 12345",
        "20457 Hamburg is where I live",
        "I live in 90210 and it is late",
        "in 20457 Hamburg",
        "it costs much, and 82012 is my zipcode",
        "it weighs about 12000 g",
        "a refund for 12000 EUR",
    ],
)
def test_other_numbers_are_not_orders(text: str) -> None:
    assert named(text).order_ids == ()


def test_a_list_of_orders_is_read_to_its_end() -> None:
    expected = ("ORD-00033301", "ORD-00033302", "ORD-00033303")
    assert named("My orders 33301, 33302 and 33303 are late").order_ids == expected


def test_a_post_code_after_an_order_number_is_not_an_order() -> None:
    assert named("send order #12345, 20457 Hamburg is where I live").order_ids == ("ORD-00012345",)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("track 1Z999AA10123456784 please", "1Z999AA10123456784"),
        ("1z 999 aa1 01 2345 6784 is stuck", "1Z999AA10123456784"),
        ("FedEx 123456789012", "123456789012"),
        ("986578788855", "986578788855"),
        ("041441760228964", "041441760228964"),
        ("USPS 9400 1000 0000 0000 0000 00", "9400100000000000000000"),
        ("JD014600003828392837 does not move", "JD014600003828392837"),
        ("DHL 1234567890 is late", "1234567890"),
    ],
)
def test_tracking_numbers_of_the_large_carriers_are_found(text: str, number: str) -> None:
    assert named(text).tracking_numbers == (number,)
    assert named(text).order_ids == ()
    assert named(text).phones == ()


def test_twelve_digits_with_a_wrong_check_digit_and_no_word_about_parcels_are_no_tracking_number() -> None:
    assert named("my order 370795561790, or 986578788854").tracking_numbers == ()


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$49.90", 49.9, "USD"),
        ("49,90 EUR", 49.9, "EUR"),
        ("EUR 20", 20, "EUR"),
        ("20 euros", 20, "EUR"),
        ("\u00a35", 5, "GBP"),
        ("1,299.00 USD", 1299, "USD"),
        ("1.299,50\u20ac", 1299.5, "EUR"),
        ("$1,299", 1299, "USD"),
    ],
)
def test_an_amount_has_a_value_and_a_currency(text: str, value: float, currency: str) -> None:
    assert named(f"I was billed {text}.").amounts == (Amount(value=value, currency=currency),)


def test_a_number_without_a_currency_is_no_amount() -> None:
    assert named("I bought 20 mugs in Europe for order 12345").amounts == ()


@pytest.mark.parametrize(
    "date",
    ["2026-03-12", "12/03/2026", "12.03.2026", "March 3rd", "3 May 2026", "last Monday", "yesterday", "3 days ago"],
)
def test_a_date_is_kept_as_it_was_written(date: str) -> None:
    assert named(f"I ordered it {date} from you").dates == (date,)


def test_the_verb_may_is_no_date() -> None:
    assert named("may I return it? it may be 40 cm long").dates == ()


def test_addresses_and_phone_numbers_are_found_and_take_no_order_number() -> None:
    found = named("Mail Joe.Doe+x@mail.example.com or call +49 30 901820 or (212) 555-0123 about order 12345.")
    assert found.emails == ("joe.doe+x@mail.example.com",)
    assert found.phones == ("+4930901820", "(212) 555-0123")
    assert found.order_ids == ("ORD-00012345",)


def test_goods_are_found_as_whole_words_only() -> None:
    found = named("The espresso machine and the running shoes came, but I address my coating, not the jacket.")
    assert found.products == ("espresso machine", "running shoes", "jacket")


def test_what_is_named_twice_is_listed_once() -> None:
    assert named("order 12345! I said order #12345, ORD-00012345").order_ids == ("ORD-00012345",)


@given(st.integers(min_value=10_000, max_value=99_999_999), st.sampled_from(["order {}", "#{}", "ORD-{}", "{}"]))
def test_every_order_number_survives_every_form(number: int, form: str) -> None:
    assert named(form.format(number)).order_ids == (f"ORD-{number:08d}",)
