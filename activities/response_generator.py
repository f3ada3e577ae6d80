"""What do we answer, and what do we do about it?"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal

from pydantic import BaseModel

from activities import _planning as planning
from activities._asking import meaning_of, question_of, told_of
from activities._case import Case, Matter
from activities._conservative import cleared
from activities._guardrails import objections
from activities._known import Known
from activities._parts import with_parts
from activities._prompts import WORDING, read_part, tokens_for
from activities._quoting import sources_in, with_sources
from activities._reply import MAX_REPLY, Action, ActionName, ActionPlan, Response
from activities._safety import Safety
from activities._saga import unfinished
from activities._sections import results_of, sections, tell
from activities._together import asked
from activities._tongues import tongue
from activities._waiting_time import in_words, latest_minutes, usual_minutes
from activities._wording import faithful
from activities._words import render
from activities.intent_analyzer import Intent, IntentName
from mesh.actor import actor
from mesh.bus import Bus
from mesh.llm import LLM
from mesh.personal import for_a_model
from mesh.protocol import Message

__all__ = ["MAX_REPLY", "Action", "ActionName", "ActionPlan", "Response", "Wording", "response_generator"]

MOST_REGENERATIONS: Final = 2
HEAVY: Final = frozenset({"legal_threat", "formal_complaint", "fraud", "chargeback"})

MATTERS: Final[dict[IntentName, str]] = {
    "order_status": "where your order is",
    "delivery_info": "how and when we deliver",
    "delivery_complaint": "a late or missing parcel",
    "place_order": "placing an order",
    "cancel_order": "cancelling an order",
    "change_order": "changing an order",
    "change_address": "a different delivery address",
    "refund_request": "getting money back",
    "refund_status": "where your refund is",
    "return_request": "sending something back",
    "exchange_request": "exchanging an item",
    "product_issue": "something wrong with an item",
    "payment_issue": "a payment that went wrong",
    "payment_methods": "ways to pay",
    "billing_invoice": "an invoice or a charge",
    "account_access": "getting into your account",
    "account_registration": "opening an account",
    "account_update": "changing your account data",
    "account_delete": "closing your account",
    "product_inquiry": "a product",
    "policy_question": "our terms for returns and refunds",
    "complaint": "a complaint",
    "feedback": "feedback for us",
    "human_agent_request": "talking to a person",
    "subscription": "the newsletter or a membership",
}
"""What we ask back. Small talk and matters of others are no choice to offer."""


class Wording(BaseModel):
    """The reply to the customer."""

    text: str


@actor("response_generator", timeout=timedelta(seconds=20), rides=True)
async def response_generator(message: Message, *, llm: LLM, bus: Bus) -> tuple[Response, ActionPlan]:
    case = replace(Case.of(message), usual=await usual_minutes(message, bus))
    response, plan = _interrupted(message, case) or await _undisturbed(message, case, llm)
    return with_sources(with_parts(response, message, case, MATTERS), case.language), plan


def _interrupted(message: Message, case: Case) -> tuple[Response, ActionPlan] | None:
    """What to say when a person has spoken or is asked for approval, or something failed; None when all is well."""
    written = message.get(Response)
    if written and written.author == "human":
        # A person's own words: nobody writes over them.
        return written, _kept(message)
    if message.failures("human_agent"):
        return _apology(case), _callback(message, case)
    if "human_agent" in message.route.ahead:
        planned = message.get(ActionPlan) or ActionPlan()
        return (_asking(message, case, planned), planned) if _awaits_approval(message) else None
    return _after_error(message, case)


def _after_error(message: Message, case: Case) -> tuple[Response, ActionPlan] | None:
    error = message.payload.error
    if error is None or _settled(message, case):
        return None
    if error.actor == "guardrail_validator":
        return _again(message, case), _plan(message, case)
    return _fallback(message, case), _kept(message)


async def _undisturbed(message: Message, case: Case, llm: LLM) -> tuple[Response, ActionPlan]:
    if "human_agent" in message.route.ahead:
        # Never in a model's words: they would tell nothing more, and no check stands before the customer.
        holding = _holding(message, case)
        return holding.model_copy(update={"draft": _draft(message, case)}), _kept(message)
    if _steered(message):
        return _unmoved(message, case), _kept(message)
    if case.intent and not case.intent.clear:
        return await _worded(message, llm, _clarification(case, case.intent)), _kept(message)
    draft, plan = _answer(message, case), _plan(message, case)
    # A draft is never seen by the customer: it needs no polish.
    return (draft if _planning(message) else await _worded(message, llm, draft)), plan


def _steered(message: Message) -> bool:
    safety = message.get(Safety)
    return safety is not None and safety.steering


def _unmoved(message: Message, case: Case) -> Response:
    """To a text that tries to steer us: the facts of a matter that is plainly there, else where our help ends."""
    if case.intent and case.intent.clear and case.intent.intent in MATTERS:
        return _answer(message, case)
    return Response(text=render("answer", case=case, sections=(render("out_of_scope", case=case),)))


def _planning(message: Message) -> bool:
    return "execution_coordinator" in message.route.ahead and message.payload.execution_result is None


def _awaits_approval(message: Message) -> bool:
    """A person is asked first, and the plan is carried out behind them."""
    return {"human_agent", "execution_coordinator"} <= set(message.route.ahead)


def _settled(message: Message, case: Case) -> bool:
    """Carrying out the plan failed, and the compensator has cleared up all of it since."""
    error = message.payload.error
    failed = error is not None and error.actor == "execution_coordinator"
    return failed and case.executed is not None and not case.executed.due and unfinished(message) is None


def _kept(message: Message) -> ActionPlan:
    """The plan that was carried out. One that was not is dropped: nobody approved it for this turn of events."""
    done = message.payload.execution_result is not None
    return (message.get(ActionPlan) if done else None) or ActionPlan()


def _plan(message: Message, case: Case) -> ActionPlan:
    return planning.plan(case) if _planning(message) else _kept(message)


def _callback(message: Message, case: Case) -> ActionPlan:
    booked = case.executed is not None and case.executed.of("schedule_callback")
    if "execution_coordinator" not in message.route.ahead or booked:
        return _kept(message)
    wanted = MATTERS.get(case.intent.intent, "") if case.intent else ""
    return planning.callback(case, f"Nobody was free in time. About: {wanted or 'an open matter'}.")


def _answer(message: Message, case: Case) -> Response:
    told = sections(case, planning=_planning(message))
    # Counted like a question that was not understood: after two a person takes over.
    kind: Literal["answer", "clarification"] = "clarification" if case.follow.again else "answer"
    text = render("answer", case=case, sections=told or (render("smalltalk", case=case),))
    return Response(text=text, kind=kind, sources=sources_in(text, case), asks=question_of(case), about=told_of(case))


def _clarification(case: Case, intent: Intent) -> Response:
    spoken = tongue(case.language)
    words = spoken.matters if spoken else MATTERS
    named = [words[name] for name in intent.wanted if name in words]
    text = render("clarification", case=case, likely=named[:3])
    return Response(text=text, kind="clarification", asks=meaning_of(case, intent))


def _holding(message: Message, case: Case) -> Response:
    signals = case.sentiment.escalation_signals if case.sentiment else ()
    heavy = HEAVY.intersection(signals)
    text = render(
        "holding",
        case=case,
        signals=signals,
        matters=_about_orders(case),
        why=_why(case, heavy=bool(heavy)),
        **_wait(message, case),
    )
    return Response(text=text, kind="holding")


def _draft(message: Message, case: Case) -> str | None:
    """What we would have answered, without anything that a check objects to; None where we do not know the matter."""
    intent = case.intent
    if intent is None or not intent.clear or intent.intent not in MATTERS or intent.intent == "human_agent_request":
        return None
    return cleared(_answer(message, case).text, message) or None


def _why(case: Case, *, heavy: bool) -> str:
    if spoken := tongue(case.language):
        return spoken.why["heavy" if heavy else "person"]
    if case.foreign:
        return "I do not speak your language, and I am sorry for it"
    return "it needs somebody who can decide it" if heavy else "this deserves the attention of a person"


def _asking(message: Message, case: Case, plan: ActionPlan) -> Response:
    # Never in the model's words: no check stands between this text and the customer.
    return Response(text=render("approval", case=case, actions=plan.actions, **_wait(message, case)), kind="holding")


def _wait(message: Message, case: Case) -> dict[str, str]:
    """What the templates quote: how long people usually take, and how long they take at most."""
    return {"usual": in_words(case.usual, case), "within": in_words(latest_minutes(message), case)}


def _again(message: Message, case: Case) -> Response:
    """After a failed check: plainer words, then the barest facts, then fixed words without any."""
    failed = message.failures("guardrail_validator")
    if failed > MOST_REGENERATIONS:
        return Response(text=render("safe", case=case), kind="safe")
    if failed == MOST_REGENERATIONS:
        orders = [matter.order for matter in _about_orders(case)]
        text = render("brief", case=case, told=[tell(case, list(results_of(case)))], orders=orders)
    else:
        text = _answer(message, case).text
    kept = cleared(text, message)
    return (
        Response(text=kept, sources=sources_in(kept, case))
        if kept
        else Response(text=render("safe", case=case), kind="safe")
    )


def _fallback(message: Message, case: Case) -> Response:
    error = message.payload.error
    doubtful = error is not None and error.actor in {"execution_coordinator", "compensator"}
    orders = [matter.order for matter in _about_orders(case)] or case.orders[:1]
    told = filter(None, [tell(case, list(results_of(case)))])
    return Response(
        text=render("fallback", case=case, doubtful=doubtful, told=list(told), orders=orders), kind="fallback"
    )


def _apology(case: Case) -> Response:
    calls = case.executed.of("schedule_callback") if case.executed else ()
    done = [call for call in calls if call.outcome == "done"]
    return Response(text=render("apology", case=case, calls=done), kind="apology")


def _about_orders(case: Case) -> list[Matter]:
    """The matters with an order, each order once."""
    found = {matter.order.order_id: matter for matter in reversed(case.matters) if matter.order}
    return [matter for matter in case.matters if matter in found.values()]


async def _worded(message: Message, llm: LLM, response: Response) -> Response:
    """The same facts in the model's words, unless a check has failed already."""
    unsafe = _steered(message) or _binding(response) or message.failures("guardrail_validator")
    if not llm.configured or unsafe:
        return response
    question = read_part(for_a_model(asked(message)))
    # The facts come last: what stands at the end is what a small model goes on with.
    said = {"customer_message": question, "tone": _tone(message), "facts": response.text}
    prompt = WORDING.within(tokens_for(response.text))
    wording = await llm.ask(Wording, prompt=prompt, text=json.dumps(said, ensure_ascii=False))
    text = wording.text.strip() if wording else ""
    if not text or len(text) > MAX_REPLY or not faithful(text, response.text) or _unchecked(message, text):
        return response
    return response.model_copy(update={"text": text, "author": "model"})


def _binding(response: Response) -> bool:
    """The customer is asked to agree to exact terms: nobody words them anew."""
    return response.asks is not None and response.asks.kind == "confirm"


def _unchecked(message: Message, text: str) -> bool:
    """No check is ahead, and these words would not pass it: a holding reply goes straight to the customer."""
    return "guardrail_validator" not in message.route.ahead and bool(objections(text, Known.of(message)))


def _tone(message: Message) -> str:
    case = Case.of(message)
    return "apologetic and calm" if case.negative else "friendly and short"
