"""Wishes for speed, and texts that are made to be slow."""

import pytest

from mesh.shop import Order
from tests.activities.cases import DELIVERED, PREPARED, TRAVELLING
from tests.activities.test_planning import actions, case_of


@pytest.mark.parametrize("blank", ["\n", " ", "\t \n"])
def test_a_long_run_of_blanks_before_an_address_does_not_hold_up_everybody(blank: str) -> None:
    text = f"Please change the address of my order to{blank * 7_000}5 Harbour Lane,{blank * 500}20457 Hamburg"
    [action] = actions(case_of(text, "change_address", named=(PREPARED.order_id,)))
    assert action.address is not None
    assert action.address.city == "Hamburg"


@pytest.mark.parametrize(
    ("order", "name"), [(PREPARED, "expedite_order"), (TRAVELLING, "expedite_delivery"), (DELIVERED, None)]
)
def test_a_wish_for_more_speed_is_a_deed_where_it_can_be_one(order: Order, name: str | None) -> None:
    found = actions(case_of("Can you expedite my order please?", "order_status", named=(order.order_id,)))
    assert [action.name for action in found] == ([name] if name else [])
    assert actions(case_of("Where is my order?", "order_status", named=(order.order_id,))) == []
