import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.context_retriever import Context, context_retriever
from activities.intent_analyzer import Entities, Intent, IntentName
from mesh.protocol import Message
from mesh.sessions import SessionState, SessionTurn
from mesh.store import Row, Sender
from tests.fakes import FakeHistory, MemorySessions, a_message, settings
from tests.mock_shop import MockShop, mock_shop

POLLY = "polly.inquirer@example.com"
POLLYS_ORDER = "ORD-00067890"
FRANKS_ORDER = "ORD-00012345"
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


@pytest.fixture
def sessions() -> MemorySessions:
    return MemorySessions()


def naming(*order_ids: str, tracking: tuple[str, ...] = (), email: str | None = POLLY) -> Message:
    entities = Entities(order_ids=order_ids, tracking_numbers=tracking)
    return a_message("About an order", Intent(intent="order_status", confidence=0.9, entities=entities), email=email)


async def retrieve(
    message: Message, market: MockShop, sessions: MemorySessions, history: FakeHistory | None = None
) -> Context:
    found = await context_retriever(
        message, shop=market.shop, sessions=sessions, history=history or FakeHistory(), settings=settings()
    )
    assert isinstance(found, Context)
    return found


def row(number: int, sender: Sender, text: str, payload: dict[str, Any] | None = None) -> Row:
    return Row(
        row_id=f"{number}-{sender}",
        message_id=f"m-{number}",
        session_id="s-1",
        timestamp=YESTERDAY + timedelta(minutes=number),
        sender=sender,
        content=text,
        status="resolved",
        payload=payload,
    )


def told(number: int, *, email: str | None, intent: IntentName, kind: str, orders: tuple[str, ...] = ()) -> list[Row]:
    """The two rows of one earlier message."""
    found = Intent(intent=intent, confidence=0.9, entities=Entities(order_ids=orders)).model_dump(mode="json")
    payload = {"customer_message": f"question {number}", "customer_email": email, "intent": found}
    answer = {**payload, "response": {"text": f"answer {number}", "kind": kind}}
    return [row(number, "customer", f"question {number}"), row(number, "agent", f"answer {number}", answer)]


async def test_customer_orders_and_parcels_are_found(market: MockShop, sessions: MemorySessions) -> None:
    found = await retrieve(a_message(), market, sessions)
    assert found.customer
    assert (found.customer.name, found.customer.tier) == ("Polly Hart", "silver")
    assert [order.order_id for order in found.orders] == [POLLYS_ORDER, "ORD-00061234"]
    order = found.order(POLLYS_ORDER)
    assert order
    parcel = found.parcel(order)
    assert parcel
    assert parcel.location == "Cologne"
    assert (found.unavailable, found.unknown_orders) == ((), ())


async def test_the_parcel_of_an_order_delivered_long_ago_is_not_fetched(
    market: MockShop, sessions: MemorySessions
) -> None:
    found = await retrieve(a_message(), market, sessions)
    assert [parcel.order_id for parcel in found.tracking] == [POLLYS_ORDER]


async def test_the_parcel_of_a_named_order_is_fetched_however_old(market: MockShop, sessions: MemorySessions) -> None:
    found = await retrieve(naming("ORD-00061234"), market, sessions)
    assert [parcel.order_id for parcel in found.tracking] == ["ORD-00061234"]


async def test_an_order_is_found_by_its_tracking_number(market: MockShop, sessions: MemorySessions) -> None:
    order = await market.shop.order("ORD-00061234")
    assert order
    assert order.tracking_number
    spaced = f"{order.tracking_number[:4]} {order.tracking_number[4:].lower()}"
    found = await retrieve(naming(tracking=(spaced,)), market, sessions)
    assert [parcel.order_id for parcel in found.tracking] == ["ORD-00061234"]
    assert found.unknown_orders == ()


async def test_another_customers_order_is_as_unknown_as_one_that_does_not_exist(
    market: MockShop, sessions: MemorySessions
) -> None:
    found = await retrieve(naming(FRANKS_ORDER, "ORD-99999999", POLLYS_ORDER), market, sessions)
    assert found.unknown_orders == (FRANKS_ORDER, "ORD-99999999")
    assert "Frank" not in found.model_dump_json()
    assert "Espresso" not in found.model_dump_json()


async def test_another_customers_tracking_number_is_unknown(market: MockShop, sessions: MemorySessions) -> None:
    order = await market.shop.order(FRANKS_ORDER)
    assert order
    assert order.tracking_number
    found = await retrieve(naming(tracking=(order.tracking_number,)), market, sessions)
    assert found.unknown_orders == (order.tracking_number,)
    assert "Leipzig" not in found.model_dump_json()


async def test_without_an_email_address_nothing_of_the_shop_is_shown(
    market: MockShop, sessions: MemorySessions
) -> None:
    found = await retrieve(naming(POLLYS_ORDER, email=None), market, sessions)
    assert (found.customer, found.orders, found.unknown_orders, found.vouched) == (None, (), (), False)
    assert market.seen == []


async def test_a_stranger_has_neither_account_nor_orders(market: MockShop, sessions: MemorySessions) -> None:
    found = await retrieve(a_message(email="stranger@example.com"), market, sessions)
    assert (found.customer, found.orders, found.unavailable) == (None, (), ())


async def test_support_tickets_are_found(market: MockShop, sessions: MemorySessions) -> None:
    found = await retrieve(a_message(email="furious.frank@example.com"), market, sessions)
    assert [ticket.subject for ticket in found.tickets] == ["Where is my espresso machine?"]


@pytest.mark.parametrize("mode", ["fail", "garbage"])
async def test_the_rest_is_known_when_the_customer_service_fails(
    market: MockShop, sessions: MemorySessions, mode: str
) -> None:
    await market.spoil("customers", mode)
    found = await retrieve(a_message(), market, sessions)
    assert found.unavailable == ("customers",)
    assert found.customer is None
    assert found.order(POLLYS_ORDER)


async def test_the_rest_is_known_when_the_tracking_service_fails(market: MockShop, sessions: MemorySessions) -> None:
    await market.spoil("tracking")
    found = await retrieve(a_message(), market, sessions)
    assert found.unavailable == ("tracking",)
    assert found.order(POLLYS_ORDER)
    assert found.tracking == ()


async def test_no_order_is_called_unknown_while_the_order_service_fails(
    market: MockShop, sessions: MemorySessions
) -> None:
    await market.spoil("orders")
    found = await retrieve(naming(POLLYS_ORDER), market, sessions)
    assert (found.unavailable, found.unknown_orders, found.orders) == (("orders",), (), ())
    assert found.customer


async def test_everything_down_still_gives_a_context(market: MockShop) -> None:
    for service in ("customers", "orders", "tracking"):
        await market.spoil(service)
    found = await retrieve(a_message(), market, MemorySessions(down=True), FakeHistory(down=True))
    assert found.unavailable == ("customers", "orders", "sessions")


async def test_a_second_message_is_served_from_the_cache(market: MockShop, sessions: MemorySessions) -> None:
    first = await retrieve(a_message(), market, sessions)
    market.seen.clear()
    assert await retrieve(a_message(message_id="m-2"), market, sessions) == first
    assert market.seen == []


async def test_a_failure_is_not_cached(market: MockShop, sessions: MemorySessions) -> None:
    await market.spoil("customers")
    await retrieve(a_message(), market, sessions)
    await market.mend("customers")
    assert (await retrieve(a_message(), market, sessions)).customer


async def test_earlier_turns_of_the_session_are_known(market: MockShop, sessions: MemorySessions) -> None:
    state = SessionState(
        session_id="s-1", customer_email=POLLY, turns=2, clarifications=1, last_intent="return_request",
        last_order_id="ORD-00061234",
    )  # fmt: skip
    turns = (
        SessionTurn(sender="customer", text="Hello", message_id="m-0"),
        SessionTurn(sender="customer", text="this very message, seen before a restart", message_id="m-1"),
    )
    await sessions.save(state, turns)
    found = await retrieve(a_message(), market, sessions)
    session = found.session
    assert (session.turns, session.clarifications, session.last_intent) == (2, 1, "return_request")
    assert [turn.text for turn in session.recent] == ["Hello"]
    assert {parcel.order_id for parcel in found.tracking} == {"ORD-00061234", POLLYS_ORDER}


async def test_another_customer_who_knows_the_session_id_learns_nothing(
    market: MockShop, sessions: MemorySessions
) -> None:
    state = SessionState(session_id="s-1", customer_email="furious.frank@example.com", turns=4, last_intent="complaint")
    await sessions.save(state, (SessionTurn(sender="customer", text="I am Frank", message_id="m-0"),))
    rows = told(0, email="furious.frank@example.com", intent="complaint", kind="answer")
    for message in (a_message(), a_message(email=None)):
        assert (await retrieve(message, market, sessions, FakeHistory(rows))).session.recent == ()
    found = await retrieve(a_message(), market, MemorySessions(), FakeHistory(rows))
    assert (found.session.turns, found.session.recent) == (0, ())


async def test_a_lost_session_is_rebuilt_from_the_history_and_saved(market: MockShop, sessions: MemorySessions) -> None:
    rows = [
        *told(0, email=POLLY, intent="order_status", kind="answer", orders=(POLLYS_ORDER,)),
        *told(2, email=POLLY, intent="out_of_scope", kind="clarification"),
        *told(3, email=POLLY, intent="smalltalk", kind="clarification"),
        row(1, "customer", "Where is my order?"),
    ]
    found = await retrieve(a_message(), market, sessions, FakeHistory(rows))
    session = found.session
    assert (session.turns, session.clarifications) == (3, 2)
    assert (session.last_intent, session.last_order_id) == ("smalltalk", POLLYS_ORDER)
    assert [turn.text for turn in session.recent] == [
        "question 0", "answer 0", "question 2", "answer 2", "question 3", "answer 3",
    ]  # fmt: skip
    assert sessions.saved["s-1"].state.clarifications == 2
    assert found.unavailable == ()


async def test_what_was_held_back_for_a_person_was_never_said(market: MockShop, sessions: MemorySessions) -> None:
    asked, held_back = told(0, email=POLLY, intent="order_status", kind="answer")
    rows = [asked, held_back.model_copy(update={"status": "superseded"})]
    found = await retrieve(a_message(), market, sessions, FakeHistory(rows))
    assert [turn.text for turn in found.session.recent] == ["question 0"]


async def test_a_message_that_is_played_again_is_no_turn_of_its_own_past(
    market: MockShop, sessions: MemorySessions
) -> None:
    rows = told(1, email=POLLY, intent="order_status", kind="answer")
    assert (await retrieve(a_message(message_id="m-1"), market, sessions, FakeHistory(rows))).session.turns == 0


async def test_an_answer_ends_the_row_of_clarifications(market: MockShop, sessions: MemorySessions) -> None:
    rows = [
        *told(2, email=POLLY, intent="out_of_scope", kind="clarification"),
        *told(3, email=POLLY, intent="order_status", kind="answer"),
    ]
    assert (await retrieve(a_message(), market, sessions, FakeHistory(rows))).session.clarifications == 0


async def test_without_the_session_server_the_history_is_read_and_the_lack_is_named(market: MockShop) -> None:
    rows = told(0, email=POLLY, intent="order_status", kind="answer")
    found = await retrieve(a_message(), market, MemorySessions(down=True), FakeHistory(rows))
    assert (found.session.turns, found.unavailable) == (1, ("sessions",))


async def test_a_customer_with_many_orders_does_not_swell_the_envelope(
    market: MockShop, sessions: MemorySessions
) -> None:
    orders = await market.shop.orders(POLLY)
    many = tuple(
        orders[0].model_copy(update={"order_id": f"ORD-{number:08d}", "placed_at": YESTERDAY - timedelta(days=number)})
        for number in range(40)
    )
    await sessions.cached(f"orders:{POLLY}", type(many), lambda: _soon(many))
    found = await retrieve(naming("ORD-00000037"), market, sessions)
    kept = [order.order_id for order in found.orders]
    assert kept == [*(f"ORD-{number:08d}" for number in range(10)), "ORD-00000037"]
    assert found.unknown_orders == ()
    assert len(json.dumps(found.model_dump(mode="json"))) < 64 * 1024


async def _soon(value: Any) -> Any:
    return value
