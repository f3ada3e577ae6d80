"""Context that is looked up beside the intent goes by the words, and the router sees what they missed."""

import pytest

from activities.intent_analyzer import Entities
from tests.activities.cases import a_context, a_mood, an_intent
from tests.activities.test_context_retriever import POLLY, POLLYS_ORDER, market, naming, retrieve, sessions
from tests.fakes import MemorySessions, a_message
from tests.mock_shop import MockShop
from tests.routers.test_decision_router import ORDER, TAIL, ahead, decided, reasons

__all__ = ["market", "sessions"]


async def test_without_an_intent_the_words_say_which_order_it_is_about(
    market: MockShop, sessions: MemorySessions
) -> None:
    found = await retrieve(a_message(f"Wo ist {POLLYS_ORDER}? Und Bestellung 54321?", email=POLLY), market, sessions)
    assert [parcel.tracking_number for parcel in found.tracking] == [found.orders[0].tracking_number]
    assert found.guessed == (POLLYS_ORDER, "ORD-00054321")
    assert found.unknown_orders == ("ORD-00054321",)


@pytest.mark.parametrize(
    ("named", "missed"),
    [
        (Entities(order_ids=("ORD-00054321", POLLYS_ORDER)), False),
        (Entities(order_ids=(POLLYS_ORDER,)), True),
        (Entities(order_ids=(POLLYS_ORDER, "ORD-00054321"), tracking_numbers=("1z 999",)), True),
        (Entities(), True),
    ],
)
async def test_what_the_conversation_names_besides_the_words_was_missed(
    market: MockShop, sessions: MemorySessions, named: Entities, *, missed: bool
) -> None:
    found = await retrieve(
        a_message(f"Where is {POLLYS_ORDER}, and where is order 54321?", email=POLLY), market, sessions
    )
    assert found.missed(named) is missed


async def test_asked_again_it_goes_by_the_intent_and_misses_nothing(market: MockShop, sessions: MemorySessions) -> None:
    first = await retrieve(a_message("And the other one?", email=POLLY), market, sessions)
    again = naming("ORD-00054321").enriched({"context": first.model_dump(mode="json")})
    found = await retrieve(again, market, sessions)
    assert first.missed(Entities(order_ids=("ORD-00054321",)))
    assert (found.guessed, found.unknown_orders) == (None, ("ORD-00054321",))
    assert not found.missed(Entities(order_ids=("ORD-00054321",)))
    assert "guessed" not in found.model_dump_json()


async def test_orders_that_only_the_conversation_names_are_looked_up_before_anything_is_decided() -> None:
    guess = a_context().model_copy(update={"guessed": ()})
    route = await decided(a_mood(urgency="critical"), an_intent("order_status", ORDER), guess)
    assert ahead(route) == ("context_retriever", "decision_router", *TAIL)
    assert reasons(route) == ["the conversation names other orders than the words alone: they are looked up first"]


async def test_what_the_words_named_is_not_looked_up_twice() -> None:
    guess = a_context().model_copy(update={"guessed": (ORDER,)})
    assert "context_retriever" not in ahead(await decided(None, an_intent("order_status", ORDER), guess))
