"""A plan of several actions is done, or what must not stay is taken back. On the mock shop, by its own ledger."""

from collections.abc import AsyncIterator

import pytest

from activities._compensations import COMPENSATIONS, LATE, TIED, in_order
from activities._saga import unfinished
from activities.execution_coordinator import ExecutionResult
from activities.response_generator import Action
from mesh.errors import Permanent, Transient
from mesh.shop import Service
from tests.activities.plans import (
    CARL,
    CONNIE,
    ELSEWHERE,
    JACK,
    JACKET,
    KETTLE,
    LABEL,
    MOVE,
    REFUND,
    RETURN,
    SHOES,
    TOO_MUCH,
    broken,
    carried_out,
    failed,
    outcomes,
    planned,
    settled,
)
from tests.fakes import a_message
from tests.mock_shop import MockShop, mock_shop


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


async def test_when_the_refund_is_refused_the_return_and_its_label_are_taken_back(market: MockShop) -> None:
    message = await failed(market, await planned(market, JACK, TOO_MUCH, RETURN, LABEL))
    assert message.payload.error
    assert message.payload.error.reason == "it broke"
    assert await market.operations() == ["return", "return_label"]
    result = await settled(market, message)
    assert outcomes(result) == ["refused", "undone", "undone"]
    assert await market.operations() == ["return", "return_label", "void_return"]
    order = await market.shop.order(JACKET)
    assert order
    assert [one.status for one in order.returns] == ["void"]
    assert not result.due


async def test_the_visit_that_stops_half_way_says_what_was_done(market: MockShop) -> None:
    with pytest.raises(Permanent, match="process_refund was refused: what was done with it has to be taken") as stopped:
        await carried_out(market, await planned(market, JACK, RETURN, LABEL, TOO_MUCH))
    [result] = stopped.value.enrichments
    assert isinstance(result, ExecutionResult)
    assert outcomes(result) == ["done", "done", "refused"]
    assert (result.hop, result.due) == (0, True)


async def test_a_changed_address_goes_back_to_what_it_was(market: MockShop) -> None:
    before = await market.shop.order(KETTLE)
    assert before
    too_much = Action(name="process_refund", order_id=KETTLE, amount=5000)
    message = await failed(market, await planned(market, CONNIE, MOVE, too_much))
    moved = await market.shop.order(KETTLE)
    assert moved
    assert moved.address == ELSEWHERE
    result = await settled(market, message)
    after = await market.shop.order(KETTLE)
    assert after
    assert after.address == before.address
    assert outcomes(result) == ["undone", "refused"]
    assert await market.operations() == ["update_address", "update_address"]


async def test_the_latest_is_taken_back_first(market: MockShop) -> None:
    # Two groups' worth of deeds on one order that can both be undone: a return cannot be made before delivery, so
    # the second move stands for it.
    again = MOVE.model_copy(update={"address": ELSEWHERE.model_copy(update={"street": "Second Street 2"})})
    too_much = Action(name="process_refund", order_id=KETTLE, amount=5000)
    message = await failed(market, await planned(market, CONNIE, MOVE, again, too_much))
    await settled(market, message)
    undone = [effect.key for effect in await market.effects()][2:]
    assert undone == ["m-1:0:undo-1-update_delivery_address", "m-1:0:undo-0-update_delivery_address"]


async def test_other_orders_are_left_alone(market: MockShop) -> None:
    too_much = Action(name="process_refund", order_id=KETTLE, amount=5000)
    hurry = Action(name="expedite_delivery", order_id=SHOES)
    elsewhere = MOVE.model_copy(update={"order_id": SHOES})
    message = await failed(market, await planned(market, CONNIE, elsewhere, hurry, MOVE, too_much))
    result = await settled(market, message)
    assert outcomes(result) == ["done", "done", "undone", "refused"]
    shoes = await market.shop.order(SHOES)
    assert shoes
    assert shoes.address == ELSEWHERE


async def test_a_note_stays_whatever_becomes_of_the_rest(market: MockShop) -> None:
    note = Action(name="add_order_note", order_id=JACKET, reason="Gift")
    message = await failed(market, await planned(market, JACK, note, RETURN, TOO_MUCH))
    assert outcomes(await settled(market, message)) == ["done", "undone", "refused"]


async def test_a_refusal_with_nothing_done_before_it_is_simply_told(market: MockShop) -> None:
    note = Action(name="add_order_note", order_id=JACKET, reason="Gift")
    result = await carried_out(market, await planned(market, JACK, note, TOO_MUCH))
    assert (outcomes(result), result.due) == (["done", "refused"], False)


async def test_after_a_refusal_the_rest_of_its_group_is_not_begun(market: MockShop) -> None:
    exchange = Action(name="exchange_item", order_id=JACKET, sku="JKT-TRAIL-M", size="XXL")
    result = await carried_out(market, await planned(market, JACK, exchange, REFUND))
    assert outcomes(result) == ["refused", "refused"]
    assert result.results[1].detail == "Not done, because what belongs to it was not possible."
    assert await market.operations() == []


async def test_what_the_shop_will_not_take_back_stays_and_is_said(market: MockShop) -> None:
    message = await failed(market, await planned(market, JACK, RETURN, TOO_MUCH))
    made = (await market.effects())[0].details["return_id"]
    await market._clients["orders"].post(f"/orders/{JACKET}/returns/{made}/void")
    result = await settled(market, message)
    assert result.results[0].outcome == "done"
    assert "cannot be called off" in (result.results[0].stays or "")
    assert not result.due


# -- a service that fails longer than the attempts


@pytest.mark.parametrize("after", [False, True])
async def test_what_was_in_doubt_is_finished_once_with_its_old_key(market: MockShop, *, after: bool) -> None:
    plain = await planned(market, JACK, RETURN, REFUND)
    await market.spoil("orders", path="/refund", after=after)
    message = await failed(market, plain)
    recorded = message.need(ExecutionResult)
    assert (outcomes(recorded), recorded.due) == (["done", "unclear"], True)
    await market.mend("orders")
    result = await settled(market, message)
    assert (outcomes(result), result.due) == (["done", "done"], False)
    assert await market.operations() == ["return", "refund"]
    assert [effect.key for effect in await market.effects()] == ["m-1:0:0-process_return", "m-1:0:1-process_refund"]


@pytest.mark.parametrize("after", [False, True])
async def test_a_label_waits_for_its_return_to_be_known_and_is_no_refusal(market: MockShop, *, after: bool) -> None:
    plain = await planned(market, JACK, RETURN, LABEL)
    await market.spoil("orders", after=after)
    message = await failed(market, plain)
    assert outcomes(message.need(ExecutionResult)) == ["unclear", "unclear"]
    await market.mend("orders")
    assert outcomes(await settled(market, message)) == ["done", "done"]
    assert await market.operations() == ["return", "return_label"]


async def test_while_the_service_stays_away_nothing_is_taken_back_and_the_doubt_is_kept(market: MockShop) -> None:
    plain = await planned(market, JACK, RETURN, REFUND)
    await market.spoil("orders", path="/refund", after=True)
    message = await failed(market, plain)
    with pytest.raises(Transient) as still:
        await settled(market, message)
    [record] = still.value.enrichments
    assert isinstance(record, ExecutionResult)
    assert outcomes(record) == ["done", "unclear"]
    assert await market.operations() == ["return", "refund"]


async def test_doubt_that_turns_out_a_refusal_has_the_rest_taken_back(market: MockShop) -> None:
    plain = await planned(market, JACK, RETURN, TOO_MUCH)
    await market.spoil("orders", path="/refund")
    message = await failed(market, plain)
    await market.mend("orders")
    assert outcomes(await settled(market, message)) == ["undone", "refused"]
    assert await market.operations() == ["return", "void_return"]


async def test_a_service_that_is_down_does_not_drag_the_others_down(market: MockShop) -> None:
    call = Action(name="schedule_callback")
    plain = await planned(market, JACK, call, RETURN, LABEL)
    await market.spoil("customers")
    message = await failed(market, plain)
    assert outcomes(message.need(ExecutionResult)) == ["unclear", "done", "done"]


async def test_after_one_failure_a_service_is_not_asked_again_in_the_same_attempt(market: MockShop) -> None:
    notes = [Action(name="add_order_note", order_id=JACKET, reason=text) for text in ("a", "b", "c")]
    plain = await planned(market, JACK, *notes)
    await market.spoil("orders")
    market.seen.clear()
    message = await failed(market, plain)
    assert len(market.seen) == 1
    assert outcomes(message.need(ExecutionResult)) == ["unclear"] * 3


async def test_a_visit_that_never_reported_leaves_everything_in_doubt_and_the_keys_settle_it(market: MockShop) -> None:
    plain = await planned(market, JACK, RETURN, LABEL)
    await carried_out(market, plain)
    message = broken(plain, "deadline")
    assert outcomes(await settled(market, message)) == ["done", "done"]
    assert await market.operations() == ["return", "return_label"]


async def test_taking_back_that_is_interrupted_is_finished_by_the_next_attempt_once(market: MockShop) -> None:
    message = await failed(market, await planned(market, JACK, RETURN, LABEL, TOO_MUCH))
    await market.spoil("orders", path="/void", after=True, times=1)
    with pytest.raises(Transient) as interrupted:
        await settled(market, message)
    [record] = interrupted.value.enrichments
    assert isinstance(record, ExecutionResult)
    assert outcomes(record) == ["unclear", "done", "refused"]
    assert outcomes(await settled(market, message)) == ["undone", "undone", "refused"]
    assert await market.operations() == ["return", "return_label", "void_return"]


async def test_without_a_plan_left_half_way_there_is_nothing_to_settle(market: MockShop) -> None:
    with pytest.raises(Permanent, match="no plan was left half-way"):
        await settled(market, await planned(market, JACK, RETURN))


async def test_another_actors_failure_and_an_older_visits_record_are_not_a_half_plan(market: MockShop) -> None:
    message = await failed(market, await planned(market, JACK, RETURN, TOO_MUCH))
    assert unfinished(message) == 0
    error = message.payload.error
    assert error
    for change in ({"actor": "human_agent", "kind": "deadline"}, {"hop": 7}):
        other = error.model_copy(update=change)
        payload = message.payload.model_copy(update={"error": other})
        assert unfinished(message.model_copy(update={"payload": payload})) is None
    assert unfinished(a_message()) is None


@pytest.mark.parametrize("service", ["orders", "tracking"])
async def test_a_question_without_an_answer_leaves_nothing_to_settle(market: MockShop, service: Service) -> None:
    name = "check_order_status" if service == "orders" else "provide_tracking_info"
    plain = await planned(market, CONNIE, Action.model_validate({"name": name, "order_id": SHOES}))
    await market.spoil(service)
    message = await failed(market, plain)
    assert outcomes(message.need(ExecutionResult)) == ["failed"]
    assert unfinished(message) is None


def test_what_can_be_taken_back_is_done_first_and_money_last() -> None:
    plan = (TOO_MUCH, LABEL, Action(name="cancel_order", order_id=JACKET), RETURN)
    names = [action.name for _, action in in_order(plan)]
    assert names == ["process_return", "generate_return_label", "cancel_order", "process_refund"]
    assert all(LATE[name] == 0 for name in COMPENSATIONS)
    assert set(COMPENSATIONS) <= TIED


async def test_carls_cancellation_cannot_be_taken_back_and_is_told_as_done(market: MockShop) -> None:
    cancel = Action(name="cancel_order", order_id="ORD-00080001", reason="No need")
    refund = Action(name="process_refund", order_id="ORD-00080001", amount=80)
    result = await carried_out(market, await planned(market, CARL, cancel, refund))
    assert (outcomes(result), result.due) == (["done", "refused"], False)
