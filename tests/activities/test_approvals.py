"""What an approval, a refusal and a change of the plan lead to, and what the customer is told meanwhile."""

from collections.abc import AsyncIterator

import pytest

from activities._approval import Approval
from activities.execution_coordinator import ActionResult, ExecutionResult
from activities.response_generator import Action, ActionPlan, Response
from mesh.protocol import Failure, Message, Route
from mesh.shop import Customer
from tests.activities.answering import LABEL, RETURN, executed, generate, passes, return_wanted
from tests.activities.cases import DELIVERED, a_case, after_failures, an_intent
from tests.activities.plans import HEADPHONES, JACK, JACKET, LOU, broken, carried_out, outcomes, planned, settled
from tests.fakes import ScriptedLLM, settings
from tests.mock_shop import MockShop, mock_shop

BIG = Action(name="process_refund", order_id=HEADPHONES, amount=149)
STRICT = settings()
ASKING = Route(
    steps=(
        "response_generator", "response_aggregator", "human_agent", "execution_coordinator", "response_generator",
        "guardrail_validator", "response_aggregator",
    )
).tune("human_agent", timeout=3600)  # fmt: skip


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


def with_approval(message: Message, verdict: str, note: str | None = None) -> Message:
    approval = Approval.model_validate({"verdict": verdict, "by": "Dana", "note": note})
    return message.enriched({"approval": approval.model_dump(mode="json")})


async def test_without_an_approval_nothing_of_the_plan_is_done(market: MockShop) -> None:
    note = Action(name="add_order_note", order_id=HEADPHONES, reason="Lost")
    result = await carried_out(market, await planned(market, LOU, note, BIG), STRICT)
    assert outcomes(result) == ["refused", "refused"]
    assert result.results[0].detail == "A colleague has to approve it first, and nobody did."
    assert await market.operations() == []


async def test_an_approved_plan_is_carried_out(market: MockShop) -> None:
    message = with_approval(await planned(market, LOU, BIG), "approved")
    assert outcomes(await carried_out(market, message, STRICT)) == ["done"]
    assert await market.operations() == ["refund"]


async def test_a_changed_plan_is_carried_out_as_the_person_wants_it(market: MockShop) -> None:
    message = await planned(market, LOU, BIG)
    changed = ActionPlan(actions=(BIG.model_copy(update={"amount": 120}),))
    message = with_approval(message.enriched({"action_plan": changed.model_dump(mode="json")}), "changed")
    [result] = (await carried_out(market, message, STRICT)).results
    assert result.receipt["amount"] == 120


@pytest.mark.parametrize(
    ("note", "detail"),
    [
        ("Already paid by card", "A colleague did not approve it: Already paid by card"),
        ("  ", "A colleague did not approve it."),
        (None, "A colleague did not approve it."),
    ],
)
async def test_a_refused_plan_is_not_carried_out_and_the_note_is_kept(
    market: MockShop, note: str | None, detail: str
) -> None:
    message = with_approval(await planned(market, LOU, BIG), "refused", note)
    [result] = (await carried_out(market, message, STRICT)).results
    assert (result.outcome, result.detail) == ("refused", detail)
    assert await market.operations() == []


async def test_a_plan_that_needed_no_approval_is_not_done_either_when_somebody_refused_it(market: MockShop) -> None:
    note = Action(name="add_order_note", order_id=JACKET, reason="Gift")
    message = with_approval(await planned(market, JACK, note), "refused")
    assert outcomes(await carried_out(market, message, STRICT)) == ["refused"]


async def test_money_for_an_unverified_account_is_not_moved_without_approval(market: MockShop) -> None:
    message = await planned(market, LOU, BIG.model_copy(update={"amount": 1}))
    context = message.payload.context
    assert isinstance(context, dict)
    customer = Customer.model_validate(context["customer"]).model_copy(update={"verified": False})
    unverified = message.enriched({"context": {**context, "customer": customer.model_dump(mode="json")}})
    assert outcomes(await carried_out(market, unverified, STRICT)) == ["refused"]
    assert outcomes(await carried_out(market, message, STRICT)) == ["done"]


async def test_a_visit_that_nobody_served_does_not_get_round_the_approval(market: MockShop) -> None:
    message = broken(await planned(market, LOU, BIG), "unserved")
    assert outcomes(await settled(market, message, STRICT)) == ["refused"]
    assert await market.operations() == []


# -- what the customer hears


async def test_while_the_plan_waits_the_customer_hears_what_and_the_plan_is_kept() -> None:
    plan = ActionPlan(actions=(RETURN, LABEL))
    message = return_wanted(plan).with_route(ASKING)
    response, kept = await generate(message, ScriptedLLM(Response(text="We guarantee a full refund.")))
    assert (response.kind, response.author, kept) == ("holding", "rules", plan)
    for words in ("a colleague has to approve it", f"- The return for order {DELIVERED.order_id}", "within 1 hour"):
        assert words in response.text
    assert passes(message, response.text)


async def test_a_persons_own_words_are_not_written_over() -> None:
    written = Response(text="I am Ann, I will look after it.", author="human")
    _, results = executed((RETURN, "refused", {}))
    message = return_wanted(written, results)
    assert (await generate(message))[0] == written


async def test_what_was_taken_back_is_told_beside_what_was_refused() -> None:
    refund = Action(name="process_refund", order_id=DELIVERED.order_id, amount=5)
    plan, results = executed((RETURN, "undone", {"return_id": "RET-1"}), (refund, "refused", {}), detail="Too much.")
    message = return_wanted(plan, results.model_copy(update={"hop": 0}))
    error = Failure(actor="execution_coordinator", hop=0, kind="permanent", reason="refused")
    message = message.model_copy(update={"payload": message.payload.model_copy(update={"error": error})})
    response, kept = await generate(message)
    assert (response.kind, kept) == ("answer", plan)
    assert f"The return for order {DELIVERED.order_id} was made and has been taken back" in response.text
    assert f"The refund for order {DELIVERED.order_id} was not possible: Too much." in response.text
    assert passes(message, response.text)


async def test_what_could_not_be_taken_back_is_told_too() -> None:
    result = ActionResult(action=RETURN, outcome="done", receipt={"return_id": "RET-1"}, stays="It has arrived.")
    message = a_case("Return", an_intent("return_request", DELIVERED.order_id), ExecutionResult(results=(result,)))
    text = (await generate(message))[0].text
    assert "is open. It could not be taken back: It has arrived. Ask for a person" in text


@pytest.mark.parametrize("actor", ["execution_coordinator", "compensator"])
async def test_what_stays_in_doubt_is_told_as_such_and_not_as_done(actor: str) -> None:
    plan, results = executed((RETURN, "done", {"return_id": "RET-1"}), (LABEL, "unclear", {}))
    known = results.model_copy(update={"hop": 0, "due": True})
    message = after_failures(return_wanted(plan, known), actor)
    response, _ = await generate(message)
    assert response.kind == "fallback"
    assert f"The return label for order {DELIVERED.order_id}: I cannot say yet whether this was made." in response.text
    assert "please do not send it twice" in response.text
