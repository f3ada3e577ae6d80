"""Every effect happens once, by the mock shop's own ledger: repeated, delivered again, interrupted, visited twice."""

from collections.abc import AsyncIterator

import pytest

from mesh.errors import Transient
from tests.activities.plans import CONNIE, JACK, LABEL, MOVE, REFUND, RETURN, carried_out, planned
from tests.mock_shop import MockShop, mock_shop


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


async def test_five_attempts_of_which_four_lose_their_answers_have_one_effect_each(market: MockShop) -> None:
    message = await planned(market, JACK, RETURN, LABEL, REFUND)
    await market.spoil("orders", after=True, times=4)
    for _ in range(4):
        with pytest.raises(Transient):
            await carried_out(market, message)
    result = await carried_out(market, message)
    assert [one.outcome for one in result.results] == ["done"] * 3
    assert await market.operations() == ["return", "return_label", "refund"]


@pytest.mark.parametrize("mode", ["fail", "garbage"])
async def test_whatever_spoils_the_answer_the_change_is_made_once(market: MockShop, mode: str) -> None:
    message = await planned(market, CONNIE, MOVE)
    await market.spoil("orders", mode, after=True, times=1)
    with pytest.raises(Transient):
        await carried_out(market, message)
    await carried_out(market, message)
    assert await market.operations() == ["update_address"]


async def test_a_visit_that_is_repeated_word_for_word_changes_nothing_more(market: MockShop) -> None:
    message = await planned(market, JACK, RETURN, LABEL, REFUND)
    assert await carried_out(market, message) == await carried_out(market, message)
    assert len(await market.effects()) == 3


async def test_a_route_that_visits_it_twice_on_purpose_has_two_hops_and_two_effects(market: MockShop) -> None:
    first = await planned(market, JACK, REFUND)
    second = first.with_route(first.route.then("execution_coordinator").advance().advance().advance())
    await carried_out(market, first)
    await carried_out(market, second)
    assert [effect.key for effect in await market.effects()] == ["m-1:0:0-process_refund", "m-1:3:0-process_refund"]


async def test_two_messages_that_ask_for_the_same_are_two(market: MockShop) -> None:
    for message_id in ("m-1", "m-2"):
        await carried_out(market, await planned(market, JACK, REFUND, message_id=message_id))
    assert await market.operations() == ["refund", "refund"]
