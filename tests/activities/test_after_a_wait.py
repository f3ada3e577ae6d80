"""A plan waited for its approval while the shop went on: nothing is done or told from facts that are no longer true."""

from collections.abc import AsyncIterator

import pytest

from activities.context_retriever import Context, context_retriever
from activities.execution_coordinator import ExecutionResult
from activities.intent_analyzer import IntentName
from activities.response_generator import Action
from mesh.protocol import Message, Route
from mesh.shop import Address, Order, Service
from tests.activities.answering import said
from tests.activities.cases import an_intent
from tests.activities.plans import (
    BLANKET,
    CARL,
    ELSEWHERE,
    broken,
    carried_out,
    outcomes,
    planned,
    settled,
)
from tests.fakes import FakeHistory, MemorySessions, settings
from tests.mock_shop import MockShop, mock_shop

CANCEL = Action(name="cancel_order", order_id=BLANKET, reason="Changed my mind")
MOVE = Action(name="update_delivery_address", order_id=BLANKET, address=ELSEWHERE)
FRANK = "furious.frank@example.com"
TOO_MUCH = Action(name="process_refund", order_id=BLANKET, amount=5000)
ROUTE = Route(
    steps=("context_retriever", "execution_coordinator", "response_generator", "response_aggregator"),
    error_handler="escalation_router",
)


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


async def approved(market: MockShop, intent: IntentName, *actions: Action) -> Message:
    """A message whose person has just approved the plan."""
    message = await planned(market, CARL, *actions)
    slots = {"intent": an_intent(intent, BLANKET).model_dump(mode="json"), "approval": {"verdict": "approved"}}
    return message.enriched(slots).with_route(ROUTE)


async def ship(market: MockShop) -> None:
    answer = await market._clients["orders"].put(
        f"/orders/{BLANKET}/status", json={"status": "shipped"}, headers={"Idempotency-Key": "the-warehouse"}
    )
    answer.raise_for_status()


async def renewed(market: MockShop, message: Message) -> Message:
    """The message when the facts were read anew, at the coordinator."""
    found = await context_retriever(
        message, shop=market.shop, sessions=MemorySessions(), history=FakeHistory(), settings=settings()
    )
    assert isinstance(found, Context)
    return message.enriched({"context": found.model_dump(mode="json")}).with_route(message.route.advance())


async def done(market: MockShop, message: Message) -> Message:
    """The message when the plan was carried out, at the generator."""
    found = await carried_out(market, message)
    return message.enriched({"execution_result": found.model_dump(mode="json")}).with_route(message.route.advance())


async def order(market: MockShop) -> Order:
    found = await market.shop.order(BLANKET)
    assert found is not None
    return found


@pytest.mark.parametrize("anew", [True, False], ids=["facts read anew", "facts of before the wait"])
async def test_what_was_shipped_meanwhile_is_not_cancelled_and_the_customer_hears_why(
    market: MockShop, *, anew: bool
) -> None:
    message = await approved(market, "cancel_order", CANCEL)
    await ship(market)
    ready = await renewed(market, message) if anew else message.with_route(message.route.advance())
    message = await done(market, ready)
    assert outcomes(message.need(ExecutionResult)) == ["refused"]
    assert (await order(market)).status == "shipped"
    assert "cancel" not in await market.operations()
    text = await said(message)
    assert "was not possible: Order ORD-00080001 is already shipped and can no longer be cancelled" in text
    assert "is cancelled" not in text


async def test_the_customer_is_told_how_the_order_stands_now_and_not_how_it_stood(market: MockShop) -> None:
    message = await approved(market, "order_status")
    await ship(market)
    left = "Your order ORD-00080001 (Wool blanket) has left our warehouse."
    stale = message.with_route(message.route.advance())
    assert left not in await said(await done(market, stale))
    assert left in await said(await done(market, await renewed(market, message)))


async def test_a_parcel_that_left_meanwhile_is_redirected_by_its_carrier(market: MockShop) -> None:
    message = await approved(market, "change_address", MOVE)
    await ship(market)
    market.seen.clear()
    await carried_out(market, await renewed(market, message))
    number = (await order(market)).tracking_number
    assert [call for call in market.seen if call.startswith("PUT")] == [f"PUT /tracking/{number}/address"]


async def test_what_is_taken_back_goes_back_to_how_it_was_just_before(market: MockShop) -> None:
    message = await approved(market, "change_address", MOVE, TOO_MUCH)
    between = Address(street="Second Street 2", city="Bremen", postal_code="28195", country="DE")
    other = await planned(market, CARL, MOVE.model_copy(update={"address": between}), message_id="m-2")
    await carried_out(market, other)
    ready = await renewed(market, message)
    with pytest.raises(Exception, match="has to be taken back") as stopped:
        await carried_out(market, ready)
    failed = broken(ready, "permanent", *getattr(stopped.value, "enrichments", ()))
    assert outcomes(await settled(market, failed)) == ["undone", "refused"]
    assert (await order(market)).address == between


@pytest.mark.parametrize("service", ["customers", "orders", "tracking"])
async def test_while_a_service_is_away_what_it_said_before_stays_and_is_named(
    market: MockShop, service: Service
) -> None:
    message = (await planned(market, FRANK)).with_route(ROUTE)
    message = (await renewed(market, message)).with_route(ROUTE)
    before = message.need(Context)
    assert before.tracking
    await market.spoil(service)
    after = (await renewed(market, message)).need(Context)
    for fact in ("customer", "orders", "tracking", "tickets", "unknown_orders"):
        assert getattr(after, fact) == getattr(before, fact)
    assert after.unavailable == (service,)


async def test_a_plan_is_carried_out_although_the_shop_was_away_when_the_facts_were_read_anew(market: MockShop) -> None:
    message = await approved(market, "cancel_order", CANCEL)
    await market.spoil("orders")
    ready = await renewed(market, message)
    await market.mend("orders")
    assert outcomes(await carried_out(market, ready)) == ["done"]


async def test_what_was_said_before_the_message_stays_as_it_was_found(market: MockShop) -> None:
    message = await approved(market, "cancel_order", CANCEL)
    context = message.need(Context)
    session = context.session.model_copy(update={"turns": 3, "last_intent": "order_status"})
    earlier = context.model_copy(update={"session": session})
    message = message.enriched({"context": earlier.model_dump(mode="json")})
    assert (await renewed(market, message)).need(Context).session == session
