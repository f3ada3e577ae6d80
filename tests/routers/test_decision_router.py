"""Every rule of the order, each with its reason in the trace, and which rule wins when several hold."""

from typing import Any

import pytest

from activities._case import Case
from activities._confirming import terms
from activities._follow import Follow
from activities._reply import Action
from activities.context_retriever import Context, SessionContext
from activities.intent_analyzer import Intent, IntentName, OtherIntent
from activities.sentiment_analyzer import Sentiment, felt
from mesh.errors import ProtocolError
from mesh.protocol import Message, Route
from mesh.route import Step, names_in
from mesh.shop import Order
from routers.decision_router import CLARIFICATIONS, decision_router
from tests.activities.cases import DELIVERED, POLLY, PREPARED, a_context, a_mood, an_intent, an_order
from tests.fakes import a_message
from workers.compose import standard_route

ANALYSERS = ("sentiment_analyzer", "intent_analyzer")
TAIL: tuple[Step, ...] = ("response_generator", "guardrail_validator", "response_aggregator")
DEEDS: tuple[Step, ...] = ("response_generator", "guardrail_validator", "approval_router", "execution_coordinator")
VIP = POLLY.model_copy(update={"tier": "vip"})
ORDER = "ORD-00000003"


def at_the_router(
    mood: Sentiment | None = None,
    intent: Intent | None = None,
    context: Context | None = None,
    text: str = "Thanks a lot",
) -> Message:
    route = standard_route().advance()
    found = (mood or a_mood(), intent or an_intent("smalltalk"), context or a_context())
    return a_message(text, *found, route=route)


async def decided(*given: Any, **named: Any) -> Route:
    """The edited route; the workflow's own check of it has passed."""
    message = at_the_router(*given, **named)
    edited = await decision_router(message)
    assert isinstance(edited, Route)
    return message.route.accept(edited, "decision_router")


def ahead(route: Route) -> tuple[Step, ...]:
    return route.steps[route.current_step + 1 :]


def reasons(route: Route) -> list[str | None]:
    assert all((entry.actor, entry.hop, entry.kind) == ("decision_router", 1, "edited") for entry in route.trace)
    return [entry.why for entry in route.trace]


def several(*names: IntentName, **fields: Any) -> Intent:
    first, *others = names
    secondary = tuple(OtherIntent(intent=name, confidence=0.8) for name in others)
    return an_intent(first, **fields).model_copy(update={"secondary": secondary})


def after_questions(count: int) -> Context:
    return a_context(session=SessionContext(turns=count, clarifications=count))


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        (a_mood(urgency="critical"), "critical urgency"),
        (a_mood("NEGATIVE", score=-0.9), "strongly negative"),
        (a_mood(escalation_signals=("legal_threat",)), "the customer signals legal_threat"),
        (a_mood(escalation_signals=("formal_complaint",)), "the customer signals formal_complaint"),
        (a_mood(escalation_signals=("asks_for_manager",)), "the customer signals asks_for_manager"),
        (a_mood(escalation_signals=("chargeback", "self_harm")), "the customer signals chargeback, self_harm"),
    ],
)
async def test_an_alarmed_customer_is_escalated_at_once(mood: Sentiment, why: str) -> None:
    route = await decided(mood)
    assert ahead(route) == ("escalation_router",)
    assert reasons(route) == [why]


async def test_a_vip_with_high_urgency_is_escalated() -> None:
    route = await decided(a_mood(urgency="high"), context=a_context(customer=VIP))
    assert ahead(route) == ("escalation_router",)
    assert reasons(route) == ["a VIP with high urgency"]


async def test_who_asks_for_a_person_gets_one() -> None:
    route = await decided(intent=an_intent("human_agent_request"))
    assert ahead(route) == ("escalation_router",)
    assert reasons(route) == ["the customer asks for a person"]


@pytest.mark.parametrize(
    ("mood", "context"),
    [
        (a_mood(urgency="medium"), a_context(customer=VIP)),
        (a_mood(urgency="high"), a_context()),
        (a_mood(urgency="high"), a_context(customer=None)),
        (a_mood("NEGATIVE", score=-0.8), a_context()),
        (a_mood("POSITIVE", score=-0.9), a_context()),
    ],
)
async def test_what_falls_just_short_of_an_alarm_is_answered_by_rules(mood: Sentiment, context: Context) -> None:
    assert ahead(await decided(mood, context=context)) == TAIL


async def test_a_mere_hint_of_a_wish_for_a_person_is_asked_about_first() -> None:
    route = await decided(intent=an_intent("human_agent_request", confidence=0.4))
    assert ahead(route) == TAIL


async def test_nothing_to_add_leaves_the_route_as_it_is() -> None:
    message = at_the_router()
    assert await decision_router(message) == message.route


async def test_high_urgency_goes_first() -> None:
    route = await decided(a_mood(urgency="high"))
    assert {route.policy(str(name)).priority for name in TAIL} == {1}
    assert reasons(route) == ["high urgency goes first"]


@pytest.mark.parametrize("name", ["billing_invoice", "payment_issue", "refund_request", "refund_status"])
async def test_matters_of_money_go_early(name: IntentName) -> None:
    route = await decided(intent=an_intent(name, ORDER))
    assert {route.policy(one).priority for step in ahead(route) for one in names_in(step)} == {2}
    assert reasons(route)[-1] == "matters of money go early"


async def test_money_as_the_second_matter_goes_early_too_and_other_matters_wait_their_turn() -> None:
    assert (await decided(intent=several("feedback", "refund_status"))).policy("response_generator").priority == 2
    assert (await decided(intent=several("feedback", "complaint"))).policy("response_generator").priority == 3


async def test_high_urgency_outranks_money() -> None:
    route = await decided(a_mood(urgency="high"), an_intent("refund_status", ORDER))
    assert route.policy("response_generator").priority == 1


MOVE = "Please send it to 5 Harbour Lane, 20457 Hamburg instead."
LOST = an_order("ORD-00000009", "lost")


@pytest.mark.parametrize(
    ("name", "order", "text", "deeds"),
    [
        ("return_request", DELIVERED, "It does not fit.", "process_return, generate_return_label"),
        ("exchange_request", DELIVERED, "Please swap the jacket for size L.", "exchange_item"),
        ("change_address", PREPARED, MOVE, "update_delivery_address"),
        ("product_issue", DELIVERED, "It is broken.", "add_order_note, process_return, generate_return_label"),
    ],
)
async def test_an_action_is_planned_checked_and_done_before_the_reply(
    name: IntentName, order: Order, text: str, deeds: str
) -> None:
    route = await decided(intent=an_intent(name, order.order_id), context=a_context(order), text=text)
    query: tuple[Step, ...] = () if name == "change_address" else ("api_query_executor",)
    assert ahead(route) == (*query, *DEEDS, *TAIL)
    assert f"acts: {deeds}" in (reasons(route)[0] or "")


@pytest.mark.parametrize(
    ("name", "order", "deed", "said"),
    [
        ("refund_request", LOST, Action(name="process_refund", order_id=LOST.order_id, amount=129.0), "refund"),
        ("cancel_order", PREPARED, Action(name="cancel_order", order_id=PREPARED.order_id), "cancel"),
    ],
)
async def test_money_moves_only_after_a_yes(name: IntentName, order: Order, deed: Action, said: str) -> None:
    context, asked = a_context(order), an_intent(name, order.order_id)
    before = await decided(intent=asked, context=context, text=f"Please {said} it.")
    assert not {"approval_router", "execution_coordinator"} & set(ahead(before))
    agreed = Follow(answer="yes", plan=(deed,), terms=terms(Case.of(at_the_router(context=context)), (deed,)))
    after = await decided(intent=asked.model_copy(update={"follows": agreed}), context=context, text="Yes.")
    assert ahead(after)[-len((*DEEDS, *TAIL)) :] == (*DEEDS, *TAIL)
    assert f"acts: {deed.name}" in (reasons(after)[0] or "")


async def test_a_question_that_stays_open_is_asked_twice_again_and_then_a_person_takes_over() -> None:
    open_still = an_intent("cancel_order", PREPARED.order_id).model_copy(update={"follows": Follow(again=True)})
    once = await decided(intent=open_still, context=after_questions(CLARIFICATIONS - 1))
    assert ahead(once) == TAIL
    assert reasons(once) == ["our question is still open: the reply asks it again"]
    assert ahead(await decided(intent=open_still, context=after_questions(CLARIFICATIONS))) == ("escalation_router",)


async def test_a_wish_that_cannot_be_met_is_answered_without_visiting_the_coordinator() -> None:
    route = await decided(intent=an_intent("cancel_order", DELIVERED.order_id), text="Please cancel it.")
    assert ahead(route) == TAIL


async def test_inserted_actors_bring_their_own_policies() -> None:
    declared = (await decided(intent=an_intent("return_request", ORDER))).policies
    assert {"api_query_executor", "execution_coordinator"} <= declared.keys()


async def test_nothing_is_planned_for_a_customer_without_orders() -> None:
    route = await decided(intent=an_intent("cancel_order"), context=Context(customer=POLLY))
    assert ahead(route) == TAIL


async def test_a_query_asks_the_shop_before_the_reply() -> None:
    route = await decided(intent=an_intent("refund_status", ORDER))
    assert ahead(route) == ("api_query_executor", *TAIL)
    assert reasons(route)[0] == "asks the shop for refunds"


@pytest.mark.parametrize(
    "name", ["policy_question", "delivery_info", "payment_methods", "account_access", "account_delete", "subscription"]
)
async def test_a_question_of_policy_is_looked_up_in_the_articles(name: IntentName) -> None:
    route = await decided(intent=an_intent(name))
    assert ahead(route) == ("knowledge_retriever", *TAIL)
    assert reasons(route) == ["reads the articles"]
    assert "knowledge_retriever" in route.policies


async def test_a_second_matter_of_policy_is_looked_up_too() -> None:
    route = await decided(intent=several("refund_status", "payment_methods"))
    assert ahead(route) == (("api_query_executor", "knowledge_retriever"), *TAIL)


async def test_what_is_unclear_is_not_looked_up() -> None:
    assert ahead(await decided(intent=an_intent("policy_question", confidence=0.59))) == TAIL


async def test_below_sixty_percent_the_reply_asks_what_is_meant_and_nothing_is_done() -> None:
    route = await decided(intent=an_intent("cancel_order", ORDER, confidence=0.59))
    assert ahead(route) == TAIL
    assert reasons(route) == ["unclear (confidence 0.59): the reply asks what is meant"]


async def test_at_sixty_percent_the_customer_is_understood() -> None:
    route = await decided(intent=an_intent("return_request", DELIVERED.order_id, confidence=0.6))
    assert ahead(route) == ("api_query_executor", *DEEDS, *TAIL)


async def test_after_two_questions_a_person_takes_over() -> None:
    vague = an_intent("policy_question", confidence=0.3)
    assert ahead(await decided(intent=vague, context=after_questions(CLARIFICATIONS - 1))) == TAIL
    route = await decided(intent=vague, context=after_questions(CLARIFICATIONS))
    assert ahead(route) == ("escalation_router",)
    assert reasons(route) == ["still unclear after 2 questions: a person takes over"]


async def test_earlier_questions_do_not_matter_once_the_customer_is_clear() -> None:
    route = await decided(intent=an_intent("complaint"), context=after_questions(CLARIFICATIONS))
    assert ahead(route) == (*DEEDS, *TAIL)


async def test_several_matters_are_all_asked_and_acted_on() -> None:
    wishes = several("feedback", "return_request", "billing_invoice")
    route = await decided(intent=wishes, context=a_context(DELIVERED), text="Thanks! The jacket does not fit.")
    assert ahead(route) == (("api_query_executor", "knowledge_retriever"), *DEEDS, *TAIL)
    assert reasons(route)[0] == (
        "3 matters; asks the shop for return_eligibility, refunds, invoice; reads the articles; "
        "acts: process_return, generate_return_label"
    )


async def test_an_alarm_comes_before_money_doubt_and_deeds() -> None:
    mood = a_mood("NEGATIVE", score=-0.95, urgency="critical", escalation_signals=("legal_threat",))
    unclear = several("refund_request", "cancel_order", confidence=0.2)
    route = await decided(mood, unclear, after_questions(5))
    assert ahead(route) == ("escalation_router",)
    assert reasons(route) == ["critical urgency"]


async def test_a_furious_customer_with_a_small_wish_still_gets_a_person() -> None:
    route = await decided(
        felt("This is the WORST shop ever. Where can I see my invoice?"), an_intent("billing_invoice")
    )
    assert ahead(route) == ("escalation_router",)


async def test_doubt_comes_before_deeds_but_keeps_the_priority_of_money() -> None:
    route = await decided(intent=an_intent("refund_request", ORDER, confidence=0.5))
    assert ahead(route) == TAIL
    assert route.policy("response_generator").priority == 2


@pytest.mark.parametrize("missing", ["sentiment", "intent", "context"])
async def test_visited_too_early_it_names_the_empty_slot(missing: str) -> None:
    message = at_the_router()
    message = message.enriched({missing: None})
    with pytest.raises(ProtocolError, match=f"slot {missing} is empty"):
        await decision_router(message)


def test_the_standard_route_reaches_the_router_after_the_analysers() -> None:
    assert standard_route().steps[:2] == ((*ANALYSERS, "context_retriever"), "decision_router")
