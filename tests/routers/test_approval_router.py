"""Which plans wait for a person, and what the route becomes then."""

import pytest

from activities.response_generator import Action, ActionPlan
from mesh.protocol import Message, Route
from mesh.route import Step
from mesh.settings import Settings
from mesh.shop import Address, Customer, Order
from routers.approval_router import approval_router
from tests.activities.cases import DELIVERED, POLLY, PREPARED, a_context, a_mood
from tests.fakes import a_message, settings

STEPS: tuple[Step, ...] = (
    "approval_router", "execution_coordinator", "response_generator", "guardrail_validator", "response_aggregator",
)  # fmt: skip
VERIFIED = POLLY.model_copy(update={"verified": True})
HOME = Address(street="Lister Meile 9", city="Hanover", postal_code="30161", country="DE")
PAID = DELIVERED.paid


def refund(amount: float | None = None, order: Order = DELIVERED) -> Action:
    return Action(name="process_refund", order_id=order.order_id, amount=amount)


def at_the_router(*actions: Action, customer: Customer | None = VERIFIED, urgency: str = "low") -> Message:
    context, mood = a_context(customer=customer), a_mood(urgency=urgency)
    route = Route(steps=STEPS, error_handler="escalation_router")
    return a_message("Please", ActionPlan(actions=actions), context, mood, route=route)


async def routed(message: Message, configured: Settings | None = None) -> Route:
    edited = await approval_router(message, settings=configured or settings())
    assert isinstance(edited, Route)
    return message.route.accept(edited, "approval_router")


async def waits(message: Message, configured: Settings | None = None) -> str:
    """Why a person is asked; empty when the route is left alone."""
    route = await routed(message, configured)
    if route == message.route:
        return ""
    assert route.ahead == (
        "response_generator", "response_aggregator", "human_agent", "context_retriever", *STEPS[1:],
    )  # fmt: skip
    return route.trace[-1].why or ""


@pytest.mark.parametrize(
    "actions",
    [
        (),
        (refund(100),),
        (refund(60), refund(40, PREPARED)),
        (Action(name="issue_store_credit", amount=100), refund(100)),
        (Action(name="cancel_order", order_id=PREPARED.order_id),),
        (Action(name="process_return", order_id=DELIVERED.order_id),),
    ],
)
async def test_what_is_within_the_limits_is_not_held_up(actions: tuple[Action, ...]) -> None:
    assert await waits(at_the_router(*actions)) == ""


async def test_a_refund_above_the_limit_waits_and_says_why() -> None:
    why = await waits(at_the_router(refund(100.01)))
    assert why == (
        "a person must approve the plan: process_refund over 100.01 is above the limit of 100.00 for standard customers"
    )


async def test_store_credit_has_the_same_limit() -> None:
    assert "issue_store_credit over 150.00" in await waits(at_the_router(Action(name="issue_store_credit", amount=150)))


async def test_two_halves_of_a_refund_are_one_refund() -> None:
    assert "process_refund over 120.00" in await waits(at_the_router(refund(60), refund(60)))


async def test_a_refund_without_a_sum_is_one_over_all_that_was_paid() -> None:
    assert f"process_refund over {PAID:.2f}" in await waits(at_the_router(refund()), settings(approval_refund_limit=1))


@pytest.mark.parametrize(
    ("tier", "held"), [("vip", False), ("gold", True), ("silver", True)], ids=["own", "of all", "of all again"]
)
async def test_each_tier_has_its_own_limit(tier: str, held: bool) -> None:  # noqa: FBT001 - a column of the table
    limits = {"vip": {"process_refund": 500.0}, "*": {"process_refund": 50.0}}
    message = at_the_router(refund(60), customer=VERIFIED.model_copy(update={"tier": tier}))
    assert bool(await waits(message, settings(approval_limits=limits))) is held


async def test_a_cancellation_can_be_given_a_limit_too() -> None:
    message = at_the_router(Action(name="cancel_order", order_id=PREPARED.order_id))
    limits = {"*": {"cancel_order": PREPARED.paid - 0.01}}
    assert "cancel_order over" in await waits(message, settings(approval_limits=limits))


@pytest.mark.parametrize("customer", [POLLY, None], ids=["unverified", "unknown"])
@pytest.mark.parametrize(
    "action",
    [
        refund(1),
        Action(name="cancel_order", order_id=PREPARED.order_id),
        Action(name="update_delivery_address", order_id=PREPARED.order_id, address=HOME),
    ],
    ids=lambda action: action.name,
)
async def test_money_and_addresses_of_an_unverified_customer_wait(customer: Customer | None, action: Action) -> None:
    why = await waits(at_the_router(action, customer=customer))
    assert why.endswith(f"{action.name} for a customer who is not verified")


@pytest.mark.parametrize("name", ["process_return", "resend_invoice", "contact_carrier"])
async def test_what_moves_neither_money_nor_parcels_is_done_for_anybody(name: str) -> None:
    action = Action.model_validate({"name": name, "order_id": DELIVERED.order_id})
    assert await waits(at_the_router(action, customer=POLLY)) == ""


async def test_what_is_impossible_anyway_needs_nobodys_approval() -> None:
    foreign = Action(name="process_refund", order_id="ORD-99999999", amount=5000)
    assert await waits(at_the_router(foreign)) == ""


async def test_a_person_has_as_long_as_the_urgency_allows() -> None:
    route = await routed(at_the_router(refund(500), urgency="high"), settings(human_deadline_high=22))
    assert (route.policy("human_agent").timeout, route.policy("human_agent").state) == (22, "waiting for a person")


async def test_no_personal_data_is_in_the_reason() -> None:
    why = await waits(at_the_router(refund(500), customer=POLLY))
    assert POLLY.email not in why
    assert POLLY.name.split()[1] not in why
