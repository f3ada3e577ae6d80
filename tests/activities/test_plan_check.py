"""What no reply may say and no plan may do: other people's addresses, hidden promises, foreign orders."""

import pytest

from activities._reply import Action, ActionPlan, Response
from activities.guardrail_validator import guardrail_validator
from mesh.errors import Permanent
from tests.activities.cases import DELIVERED, a_context
from tests.fakes import a_message


@pytest.mark.parametrize(
    "text",
    [
        "It goes to Harbour Lane 5, 20457 Hamburg.",
        "It goes to Kastanienallee 12.",
        "The refund goes to DE89 3704 0044 0532 0130 00.",
    ],
)
async def test_an_address_or_account_of_somebody_else_goes_to_a_person(text: str) -> None:
    with pytest.raises(Permanent, match="foreign_personal_data") as refused:
        await guardrail_validator(a_message("Hello", Response(text=text)))
    assert "Lane" not in str(refused.value)


async def test_a_line_break_hides_no_promise() -> None:
    with pytest.raises(Permanent, match="unauthorised_promise"):
        await guardrail_validator(a_message("Hello", Response(text="We guarantee\nyou a refund.")))


@pytest.mark.parametrize(
    "action",
    [
        Action(name="cancel_order", order_id="ORD-99999999"),
        Action(name="process_refund", order_id=DELIVERED.order_id, amount=9_999),
        Action(name="add_customer_note", customer_id="CUST-999999"),
    ],
)
async def test_a_plan_beyond_the_customers_own_orders_and_payments_is_not_approved(action: Action) -> None:
    message = a_message("Hello", Response(text="I am on it."), ActionPlan(actions=(action,)), a_context())
    with pytest.raises(Permanent, match="unauthorised_action"):
        await guardrail_validator(message)
