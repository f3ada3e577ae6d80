"""A conversation with the actors as the mesh visits them, without servers."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from activities._reply import Action, ActionPlan
from activities.context_retriever import Context, SessionContext
from activities.execution_coordinator import ActionResult, ExecutionResult
from activities.guardrail_validator import GuardrailCheck, guardrail_validator
from activities.intent_analyzer import Intent, intent_analyzer
from activities.response_aggregator import response_aggregator
from mesh.protocol import Enrichment, Message, Route
from mesh.questions import Question
from mesh.shop import Order
from routers.decision_router import decision_router
from tests.activities.answering import generate
from tests.activities.cases import ANSWERING, EMAIL, PLANNING, a_context, a_mood
from tests.fakes import FakeBus, MemorySessions, NoLLM, a_message, settings
from tests.troubled import NotedHistory
from workers.compose import standard_route

VERIFIED = settings()


class Heard(NamedTuple):
    """What became of one turn."""

    intent: Intent
    plan: tuple[Action, ...]
    text: str
    asks: Question | None
    escalated: bool

    @property
    def deeds(self) -> list[str]:
        return [f"{action.name} {action.order_id or action.customer_id}" for action in self.plan]


class Talk:
    """One session with Polly, or with whoever `email` names; the shop's orders are as `orders` says."""

    def __init__(self, *orders: Order, email: str = EMAIL) -> None:
        self.orders, self.email = orders, email
        self.sessions, self.history, self.bus = MemorySessions(), NotedHistory(), FakeBus()
        self.turns = 0

    async def say(self, *texts: str) -> Heard:
        """Say these one after the other; what the last one led to."""
        for text in texts:
            heard = await self._say(text)
        return heard

    def wait(self, minutes: int) -> None:
        """Let time pass since our last question."""
        state, _ = self.sessions.saved["s-1"]
        if state.pending and state.pending.at:
            earlier = state.pending.model_copy(update={"at": state.pending.at - timedelta(minutes=minutes)})
            self.sessions.saved["s-1"] = self.sessions.saved["s-1"]._replace(
                state=state.model_copy(update={"pending": earlier})
            )

    def lose_the_session(self) -> None:
        self.sessions = MemorySessions()

    async def _say(self, text: str) -> Heard:
        self.turns += 1
        message = a_message(text, a_mood(), email=self.email, message_id=f"m-{self.turns}")
        message = message.model_copy(update={"metadata": {"accepted_at": datetime.now(UTC).isoformat()}})
        intent = await intent_analyzer(
            message, llm=NoLLM(), sessions=self.sessions, history=self.history, settings=VERIFIED, bus=self.bus
        )
        assert isinstance(intent, Intent)
        message = _with(message, intent, self._context(intent))
        route = await decision_router(message.with_route(standard_route().advance()))
        assert isinstance(route, Route)
        ahead = [str(step) for step in route.steps[route.current_step + 1 :]]
        if "escalation_router" in ahead:
            return Heard(intent, (), "", None, escalated=True)
        plan = await self._plan(message) if "execution_coordinator" in ahead else ActionPlan()
        return await self._answer(message, intent, plan)

    async def _plan(self, message: Message) -> ActionPlan:
        message = message.with_route(PLANNING)
        draft, plan = await generate(message)
        await _checked(_with(message, draft, plan))
        return plan

    async def _answer(self, message: Message, intent: Intent, plan: ActionPlan) -> Heard:
        if plan.actions:
            results = tuple(ActionResult(action=action, outcome="done") for action in plan.actions)
            message = _with(message, plan, ExecutionResult(results=results))
        response, _ = await generate(message.with_route(ANSWERING))
        message = _with(message, response)
        await _checked(message)
        await response_aggregator(
            message.with_route(Route(steps=("response_aggregator",))),
            history=self.history, bus=self.bus, sessions=self.sessions,
        )  # fmt: skip
        return Heard(intent, plan.actions, response.text, response.asks, escalated=False)

    def _context(self, intent: Intent) -> Context:
        state = self.sessions.saved["s-1"].state if "s-1" in self.sessions.saved else None
        found = a_context(*self.orders)
        known = {order.order_id for order in found.orders}
        unknown = tuple(number for number in intent.entities.order_ids if number not in known)
        session = SessionContext(
            turns=state.turns, clarifications=state.clarifications, last_order_id=state.last_order_id
        ) if state else SessionContext()  # fmt: skip
        return found.model_copy(update={"session": session, "unknown_orders": unknown})


def _with(message: Message, *found: Enrichment) -> Message:
    return message.enriched({item.slot: item.model_dump(mode="json") for item in found})


async def _checked(message: Message) -> None:
    verdict = await guardrail_validator(message)
    assert isinstance(verdict, GuardrailCheck)
    assert verdict.passed
