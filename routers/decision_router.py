"""Which way does this message go?"""

from activities._case import Case
from activities._language import SPOKEN
from activities._planning import plan
from activities._questions import raised_by
from activities._safety import Safety
from activities.api_query_executor import api_query_executor
from activities.context_retriever import Context, context_retriever
from activities.execution_coordinator import execution_coordinator
from activities.guardrail_validator import guardrail_validator
from activities.intent_analyzer import Intent
from activities.knowledge_retriever import HELPED, SERVED, knowledge_retriever
from activities.response_generator import response_generator
from activities.sentiment_analyzer import Sentiment
from mesh.actor import Actor, actor
from mesh.protocol import Message, Route
from mesh.route import Stop
from routers.approval_router import approval_router
from routers.escalation_router import escalation_router

STRONGLY_NEGATIVE = -0.85
"""Lexicon score, from -1 to 1, at which a person should answer whatever the matter is."""

CLARIFICATIONS = 2
"""How often in a row we ask back before a person takes over."""

MONEY = frozenset({"billing_invoice", "payment_issue", "refund_request", "refund_status"})
FIRST, EARLY = 1, 2


@actor("decision_router", rides=True)
async def decision_router(message: Message) -> Route:
    """Escalate at once, or go on: with priority, with a question, with actions, with queries."""
    sentiment, intent, context = message.need(Sentiment), message.need(Intent), message.need(Context)
    if context.missed(intent.entities):
        why = "the conversation names other orders than the words alone: they are looked up first"
        return message.route.insert_next(context_retriever, decision_router, why=why)
    safety = message.get(Safety)
    if safety is not None and safety.steering:
        return _unmoved(message.route, intent)
    urgent = _escalation(sentiment, intent, context)
    if urgent:
        return message.route.only(escalation_router, why=urgent).prioritise(FIRST)
    understood = intent.clear and not (intent.follows and intent.follows.again)
    route = _with_work(message.route, message, intent) if understood else _unclear(message.route, intent, context)
    return _prioritised(route, sentiment, intent)


def _unmoved(route: Route, intent: Intent) -> Route:
    """Answer what is asked, do nothing, and call nobody: else one text sent a thousand times would occupy the desk."""
    queries = (api_query_executor,) if intent.clear and raised_by(intent) else ()
    return route.insert_next(*queries, why="it tries to steer the assistant: no model reads it, and nothing is done")


def _escalation(sentiment: Sentiment, intent: Intent, context: Context) -> str:
    """Why a person is needed at once; empty when none is."""
    vip = context.customer is not None and context.customer.tier == "vip"
    reasons = {
        "critical urgency": sentiment.urgency == "critical",
        f"the customer signals {', '.join(sentiment.escalation_signals)}": bool(sentiment.escalation_signals),
        "strongly negative": sentiment.sentiment == "NEGATIVE" and sentiment.score <= STRONGLY_NEGATIVE,
        "a VIP with high urgency": vip and sentiment.urgency == "high",
        "a language that we do not speak": bool(intent.language) and not _readable(intent),
        "the customer asks for a person": intent.clear and intent.intent == "human_agent_request",
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _readable(intent: Intent) -> bool:
    """A model that understood the message can answer in its language too."""
    return intent.language in SPOKEN or intent.source == "model"


def _prioritised(route: Route, sentiment: Sentiment, intent: Intent) -> Route:
    if sentiment.urgency == "high":
        return route.prioritise(FIRST, why="high urgency goes first")
    if MONEY & set(intent.wanted):
        return route.prioritise(EARLY, why="matters of money go early")
    return route


def _unclear(route: Route, intent: Intent, context: Context) -> Route:
    asked = context.session.clarifications
    if asked >= CLARIFICATIONS:
        return route.only(escalation_router, why=f"still unclear after {asked} questions: a person takes over")
    if intent.clear:
        return route.insert_next(why="our question is still open: the reply asks it again")
    return route.insert_next(why=f"unclear (confidence {intent.confidence:.2f}): the reply asks what is meant")


def _with_work(route: Route, message: Message, intent: Intent) -> Route:
    """Put the queries and actions that the matters need in front of the reply."""
    matters, questions = intent.wanted, _askable(message, intent)
    # The same planning as the reply's, so that nobody visits the coordinator with nothing to do.
    deeds = dict.fromkeys(action.name for action in plan(Case.of(message)).actions)
    reads = bool((SERVED | HELPED).intersection(matters))
    queries = _together(*((api_query_executor,) if questions else ()), *((knowledge_retriever,) if reads else ()))
    acting = response_generator, guardrail_validator, approval_router, execution_coordinator
    actions = acting if deeds else ()
    if not queries and not actions:
        return route
    several = [f"{len(matters)} matters"] if len(matters) > 1 else []
    asks = [f"asks the shop for {', '.join(questions)}"] if questions else []
    asks += ["reads the articles"] if reads else []
    acts = [f"acts: {', '.join(deeds)}"] if deeds else []
    return route.insert_next(*queries, *actions, why="; ".join(several + asks + acts))


def _askable(message: Message, intent: Intent) -> tuple[str, ...]:
    """What the shop is asked; for a customer whom nobody vouches for only what everybody may know."""
    raised: tuple[str, ...] = raised_by(intent)
    return raised if message.need(Context).vouched else tuple(name for name in raised if name == "products")


def _together(*actors: Actor) -> tuple[Stop, ...]:
    """One visit for all of them: a group."""
    return (actors,) if len(actors) > 1 else actors
