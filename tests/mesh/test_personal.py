"""Personal data is found, and nothing else is taken for it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.personal import Kind, for_a_model, for_storage, kinds_in, redacted, spans

CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111\u200b1111\u200b1111\u200b1111",
    "4111\u00a01111\n1111 1111",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "\uff14\uff11\uff11\uff11 1111 1111 1111",
    "5555 5555 5555 4444",
    "2223 0031 2200 3222",
    "3782 822463 10005",
    "3056 9309 0259 04",
    "6011 0009 9013 9424",
    "3530111333300000",
    "6759 6498 2643 8453",
]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_found_however_it_is_written(card: str) -> None:
    text = f"Please charge {card} for it"
    [span] = spans(text)
    assert (span.kind, text[span.start : span.end]) == ("CREDIT_CARD", card)


def test_a_card_is_found_between_other_numbers() -> None:
    assert redacted("order 12588 4111 1111 1111 1111 12/26") == "order 12588 [card ending 1111] 12/26"


def test_a_card_that_is_glued_to_a_word_is_found() -> None:
    assert redacted("card4111111111111111") == "card[card ending 1111]"


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "cancel purchase 113542617735902",
        "order 370795561790",
        "tracking 9400 1111 1111 1111 1111 11",
        "tracking number 6759649826438453",
        "1Z999AA10123456784",
        "DHL 00340434161094042557",
        "ORD-10000001 and #00123842",
        "order number 555-123-4567",
        "I paid 1,299.00 on 11/20/2026, 12.11.2026 or 2026-11-20 10:30:45",
        "0.5 0.25 0.125 0.0625",
        "std::vector<int> a::b",
        "version 1.2.3.4",
        "pin code 560001",
        "my password is not working",
        "my password is wrong",
        "the password reset link does not work",
        "password please",
        "hello-world @ home",
        "DE00 3704 0044 0532 0130 00",
        "000-12-3456",
        "card ending 1111",
    ],
)
def test_numbers_of_another_kind_are_no_personal_data(text: str) -> None:
    assert kinds_in(text) == ()


@pytest.mark.parametrize(
    ("text", "kind", "kept"),
    [
        ("DE89 3704 0044 0532 0130 00 thanks", "IBAN_CODE", "[IBAN ending 3000] thanks"),
        ("iban gb82west12345698765432.", "IBAN_CODE", "iban [IBAN ending 5432]."),
        ("Polly.O'Neil+shop@mail.example.co.uk!", "EMAIL_ADDRESS", "[e-mail address]!"),
        ("polly (at) example (dot) com", "EMAIL_ADDRESS", "[e-mail address]"),
        ("call me: +49 171 2345678", "PHONE_NUMBER", "call me: [phone number]"),
        ("text 5551234567 please", "PHONE_NUMBER", "text [phone number] please"),
        ("(202) 555-0143", "PHONE_NUMBER", "[phone number]"),
        ("from 192.0.2.17 it fails", "IP_ADDRESS", "from [IP address] it fails"),
        ("from 2001:db8::8a2e:370:7334.", "IP_ADDRESS", "from [IP address]."),
        ("ssn 219-09-9999", "US_SSN", "ssn [social security number]"),
        ("social security number: 219099999", "US_SSN", "social security number: [social security number]"),
        ("my password is hunter2, help", "SECRET", "my password is [secret removed], help"),
        ("my password is swordfish", "SECRET", "my password is [secret removed]"),
        ('password "open the door" fails', "SECRET", 'password "[secret removed]" fails'),
        ("cvv 123", "SECRET", "cvv [secret removed]"),
        ("my pin is 4821", "SECRET", "my pin is [secret removed]"),
        ("the verification code is 482133", "SECRET", "the verification code is [secret removed]"),
        ("use sk-live-abcdefghijklmnop1234 now", "SECRET", "use [secret removed] now"),
    ],
)
def test_each_kind_is_found_and_taken_out(text: str, kind: Kind, kept: str) -> None:
    assert kinds_in(text) == (kind,)
    assert for_a_model(text) == kept


def test_what_is_needed_to_help_may_be_stored_and_what_can_be_stolen_may_not() -> None:
    text = "polly@example.com, call 202-555-0143, card 4111111111111111, password: Xk9!aa"
    kept = "polly@example.com, call 202-555-0143, card [card ending 1111], password: [secret removed]"
    assert for_storage(text) == kept
    assert for_a_model(text) == (
        "[e-mail address], call [phone number], card [card ending 1111], password: [secret removed]"
    )


@given(
    st.lists(st.sampled_from([*CARDS, "polly@example.com", "cvv 123", "password: x1y2", "::", "+49 171 2345678", "a "]))
)
def test_a_redacted_text_has_nothing_left_to_redact(parts: list[str]) -> None:
    once = redacted(" and ".join(parts))
    assert redacted(once) == once
    assert "1111 1111" not in once


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    found = spans(text)
    assert all(text[span.start : span.end] == span.value for span in found)
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))
