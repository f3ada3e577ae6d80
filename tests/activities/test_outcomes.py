import re

import pytest

from activities import _words
from activities import response_generator as module
from activities._reply import Action, ActionPlan
from activities.context_retriever import Context
from activities.execution_coordinator import ExecutionResult, execution_coordinator
from activities.intent_analyzer import Intent, OtherIntent
from tests.activities.answering import LABEL, RETURN, executed, generate, passes, return_wanted, said
from tests.activities.cases import (
    DELIVERED,
    PLANNING,
    POLLY,
    TRAVELLING,
    a_case,
    a_context,
    an_intent,
    in_days,
)
from tests.fakes import FakeBus, MemorySessions, a_message, settings
from tests.mock_shop import mock_shop


async def test_a_plan_is_made_only_when_somebody_carries_it_out() -> None:
    message = return_wanted()
    assert (await generate(message))[1] == ActionPlan()
    response, plan = await generate(message.with_route(PLANNING))
    assert [action.name for action in plan.actions] == ["process_return", "generate_return_label"]
    assert "I am arranging the return of the Trail jacket" in response.text


async def test_what_was_done_is_told_with_its_numbers() -> None:
    label = "https://shop.example.com/labels/RET-100001.pdf"
    plan, results = executed((RETURN, "done", {"return_id": "RET-100001"}), (LABEL, "done", {"label_url": label}))
    message = return_wanted(plan, results)
    response, kept = await generate(message)
    assert f"Return RET-100001 for the Trail jacket from order {DELIVERED.order_id} is open" in response.text
    assert label in response.text
    assert kept == plan
    assert passes(message, response.text)


async def test_the_reply_is_true_to_what_the_shop_did() -> None:
    async with mock_shop() as market:
        email = "jack.jacket@example.com"
        context = Context(customer=await market.shop.customer(email), orders=await market.shop.orders(email))
        intent = an_intent("return_request", "ORD-00077701")
        message = a_message("The jacket does not fit", context, intent, email=email, route=PLANNING)
        _, plan = await generate(message)
        planned = message.enriched({plan.slot: plan.model_dump(mode="json")})
        done = await execution_coordinator(
            planned, shop=market.shop, sessions=MemorySessions(), settings=settings(), bus=FakeBus()
        )
        assert isinstance(done, ExecutionResult)
        text = await said(planned.enriched({done.slot: done.model_dump(mode="json")}))
        effects = {effect.operation: effect.details for effect in await market.effects()}
    assert effects.keys() == {"return", "return_label"}
    assert f"Return {effects['return']['return_id']} for the Trail jacket from order ORD-00077701 is open" in text
    assert f"/labels/{effects['return']['return_id']}.pdf" in text


async def test_somebody_without_orders_is_told_so() -> None:
    context = Context(customer=POLLY)
    assert "no order under your e-mail address" in await said(a_case("Where?", context, an_intent("order_status")))


async def test_a_refusal_is_quoted_with_a_next_step() -> None:
    plan, results = executed((RETURN, "refused", {}), detail="The time for returns is over.")
    text = await said(return_wanted(plan, results))
    assert "was not possible: The time for returns is over." in text
    assert "a colleague will look at it" in text
    assert "is open" not in text


async def test_a_failure_is_told() -> None:
    plan, results = executed((RETURN, "failed", {}))
    text = await said(return_wanted(plan, results))
    assert "did not go through because of a fault on our side" in text
    assert "is open" not in text


@pytest.mark.parametrize("outcome", ["done", "refused", "failed"])
@pytest.mark.parametrize("name", module.ActionName.__args__)  # type: ignore[attr-defined]
async def test_every_outcome_can_be_told(name: str, outcome: str) -> None:
    action = Action.model_validate(
        {"name": name, "order_id": TRAVELLING.order_id, "address": POLLY.address, "amount": 10.0}
    )
    plan, results = executed((action, outcome, {}), detail="No")
    message = return_wanted(plan, results)
    text = await said(message)
    assert outcome != "refused" or "was not possible: No." in text
    assert outcome != "failed" or "did not go through" in text
    assert outcome != "done" or not re.search(r"not possible|did not go through", text)
    assert passes(message.enriched({"context": a_context().model_dump(mode="json")}), text.replace("10.00 EUR", ""))


async def test_one_return_for_two_matters_is_told_once() -> None:
    intent = Intent(
        intent="product_issue", confidence=0.9, secondary=(OtherIntent(intent="return_request", confidence=0.8),),
        entities=an_intent("feedback", DELIVERED.order_id).entities,
    )  # fmt: skip
    plan, results = executed((RETURN, "done", {"return_id": "RET-100001"}))
    text = await said(a_case("The jacket is broken, I return it", intent, plan, results))
    assert text.count("RET-100001") == 1
    assert "Tell me to return it" not in text


async def test_a_complaint_about_a_late_parcel_tells_facts_and_deeds() -> None:
    asked = Action(name="contact_carrier", order_id=TRAVELLING.order_id, tracking_number=TRAVELLING.tracking_number)
    plan, results = executed((asked, "done", {"case_id": "CASE-100001", "answer_by": in_days(2).isoformat()}))
    message = a_case("It is late", an_intent("delivery_complaint", TRAVELLING.order_id), plan, results)
    text = await said(message)
    assert "is on its way" in text
    assert f"(case CASE-100001); an answer is due by {_words.day(in_days(2))}" in text
    assert "just tell me to" not in text
    assert passes(message, text)
