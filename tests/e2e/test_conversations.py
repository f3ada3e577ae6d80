"""Conversations of several messages, through the gateway."""

from typing import Any

import pytest

from tests.e2e.conftest import Stack

pytestmark = pytest.mark.e2e

CARL, CONNIE, POLLY = (f"{name}@example.com" for name in ("carl.cancel", "connie.confused", "polly.inquirer"))


def talk(stack: Stack, email: str, *texts: str) -> list[dict[str, Any]]:
    """Say these one after the other in one session; the answers."""
    answers: list[dict[str, Any]] = []
    for text in texts:
        session = {"session_id": answers[0]["session_id"]} if answers else {}
        answers.append(stack.chat(text, email, **session))
    return answers


def operations(stack: Stack, answers: list[dict[str, Any]]) -> list[list[str]]:
    return [[effect["operation"] for effect in stack.effects(answer["message_id"])] for answer in answers]


def test_a_cancellation_is_asked_about_and_a_no_leaves_everything_as_it_is(stack: Stack) -> None:
    answers = talk(stack, CARL, "Please cancel my order.", "No, leave it.", "yes")
    blanket = stack.get("/orders/80001", stack.settings.shop_targets["orders"])
    assert f"Shall I cancel order ORD-00080001 (1 item, {blanket['paid']:.2f} EUR)?" in answers[0]["response"]
    assert "I leave it as it is" in answers[1]["response"]
    assert (blanket["status"], operations(stack, answers)) == ("processing", [[], [], []])


def test_a_new_address_is_put_together_from_three_messages(stack: Stack) -> None:
    answers = talk(stack, CONNIE, "I need a different delivery address.", "the kettle", "Hafenweg 8, 20457 Hamburg")
    assert "Which order is it about?" in answers[0]["response"]
    assert "Where should order ORD-00033303" in answers[1]["response"]
    assert "Order ORD-00033303 now goes to Hafenweg 8, 20457 Hamburg" in answers[2]["response"]
    assert operations(stack, answers[:2]) == [[], []]
    assert len(stack.effects(answers[2]["message_id"])) == 1
    moved = stack.get("/orders/33303", stack.settings.shop_targets["orders"])
    assert moved["address"]["street"] == "Hafenweg 8"


def test_what_was_talked_about_is_what_the_next_message_is_about(stack: Stack) -> None:
    answers = talk(
        stack, POLLY, "Where is my order ORD-00067890?", "and the refund?", "what about my other order?", "thanks",
        "sorry, 67890",
    )  # fmt: skip
    texts = [answer["response"] for answer in answers]
    assert "no refund for order ORD-00067890" in texts[1]
    assert "ORD-00061234" in texts[2]
    assert "ORD-00067890" not in texts[2]
    assert "ORD-00067890" in texts[4]
