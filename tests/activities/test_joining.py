"""What messages mean that are answered together."""

import pytest

from activities._together import Earlier, asked
from mesh.sessions import Session, SessionState, SessionTurn
from tests.activities.room import FIRST, SECOND, Room, with_found


async def test_a_correction_counts_instead_and_is_all_that_is_asked() -> None:
    room = Room(FIRST, "sorry, I meant 12346")
    found = await room.understood(2)
    assert (found.intent, found.entities.order_ids) == ("order_status", ("ORD-00012346",))
    assert found.together == (Earlier(message_id="m-1", text=FIRST, dropped=True),)
    assert asked(with_found(room.message(2), found)) == "sorry, I meant 12346"


@pytest.mark.parametrize(
    ("first", "second", "intents", "orders"),
    [
        ("where is my order?", "12345", ["order_status"], ["ORD-00012345"]),
        (FIRST, "thanks", ["order_status"], ["ORD-00012345"]),
        (FIRST, "hello?", ["order_status"], ["ORD-00012345"]),
        (FIRST, FIRST, ["order_status"], ["ORD-00012345"]),
        ("hello", FIRST, ["order_status"], ["ORD-00012345"]),
        (FIRST, "and order 12346?", ["order_status"], ["ORD-00012345", "ORD-00012346"]),
        (FIRST, "and the invoice?", ["order_status", "billing_invoice"], ["ORD-00012345"]),
        (FIRST, "oh sorry it's 12346 not 12345", ["order_status"], ["ORD-00012346"]),
        ("Please cancel order 12345", "no, cancel 12346 instead", ["cancel_order"], ["ORD-00012346"]),
        ("Please cancel order 12345", "never mind", ["smalltalk"], []),
        ("Please cancel order 12345", "actually please don't cancel it", ["smalltalk"], []),
    ],
)
async def test_the_second_is_read_in_the_light_of_the_first(
    first: str, second: str, intents: list[str], orders: list[str]
) -> None:
    found = await Room(first, second).understood(2)
    assert (list(found.wanted), list(found.entities.order_ids)) == (intents, orders)
    assert len(found.together) == 1


async def test_an_answer_to_our_question_is_answered_by_itself() -> None:
    room = Room("the second one", SECOND)
    told = [{"order_id": "ORD-1", "words": "a kettle"}, {"order_id": "ORD-2", "words": "a lamp"}]
    state = SessionState.model_validate(
        {"session_id": "s-1", "customer_email": room.said[0].payload.customer_email, "turns": 1,
         "topic": "order_status", "told": told}
    )  # fmt: skip
    room.sessions.saved["s-1"] = Session(state, (SessionTurn(sender="customer", text="Hi", message_id="m-0"),))
    assert (await room.understood(1, room.said[0])).follows is not None
    assert (await room.understood(2)).together == ()


async def test_who_answers_our_question_takes_nobody() -> None:
    room = Room(FIRST, "no")
    asked_before = {"kind": "confirm", "intent": "cancel_order", "words": "cancel it", "order_id": "ORD-00012346"}
    state = SessionState.model_validate(
        {"session_id": "s-1", "customer_email": room.said[0].payload.customer_email, "turns": 1,
         "pending": {**asked_before, "at": "2026-01-01T00:00:00Z"}}
    )  # fmt: skip
    room.sessions.saved["s-1"] = Session(state, ())
    found = await room.understood(2)
    assert (found.intent, found.together) == ("smalltalk", ())
