"""A gateway on a real socket, with real NATS, Valkey and SQLite, and a mesh that only echoes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import uvicorn
from nats.aio.msg import Msg

from gateway.app import create_app
from gateway.edge import Temporal
from mesh.actor import discover
from mesh.bus import Bus
from mesh.delivery import Answer, deliver
from mesh.plan import Plan
from mesh.protocol import Message, Policy, Route
from mesh.replies import Progress
from mesh.settings import Settings
from mesh.store import History, migrate
from mesh.temporal import Journeys
from tests.fakes import FakeJourneys
from tests.gateway.told import HOLDING, TOLD
from workers.compose import standard_route

ROUTE = Route(
    steps=(("sentiment_analyzer", "intent_analyzer"), "response_generator", "response_aggregator"),
    error_handler="escalation_router",
    policies={"response_generator": Policy(timeout=20)},
)
ACTORS = ("sentiment_analyzer", "intent_analyzer", "response_generator", "response_aggregator", "human_agent")
EMAIL = "polly.inquirer@example.com"


class Reached(Temporal):
    """Temporal, reached by these journeys."""

    def __init__(self, settings: Settings, journeys: Journeys) -> None:
        super().__init__(settings)
        self._journeys = journeys


class Echo:
    """The mesh: repeats what was said. Some words make it silent, slow, human or forgetful."""

    def __init__(self, bus: Bus, history: History) -> None:
        self.bus = bus
        self.history = history
        self.heard: list[Message] = []

    async def take(self, delivery: Msg) -> None:
        message = Message.model_validate_json(delivery.data)
        self.heard.append(message)
        await delivery.ack_sync()
        await self.work(message)

    async def work(self, message: Message) -> None:
        words = message.payload.customer_message.split()
        for actor in ("context_retriever", "response_generator"):
            event = Progress(message_id=message.message_id, session_id=message.session_id, actor=actor)
            await self.bus.progress(event)
        if "silently" in words:
            return
        if "slowly" in words:
            await asyncio.sleep(1.2)
        if "person" in words:
            await self.answer(message, HOLDING)
            return
        if told := next((TOLD[word] for word in words if word in TOLD), None):
            await self.answer(message, told)
            return
        bus = _Deaf(self.bus) if "unheard" in words else self.bus
        await self.answer(message, Answer(text=f"You said: {message.payload.customer_message}", status="resolved"), bus)

    async def answer(self, message: Message, answer: Answer, bus: Bus | None = None) -> None:
        found = message.enriched(
            {
                "sentiment": {"sentiment": "NEUTRAL", "urgency": "low"},
                "intent": {"intent": "order_inquiry"},
                "action_plan": {"actions": [{"name": "check_order_status"}]},
                "response": {**answer.model_dump(mode="json"), "kind": "answer"},
            }
        )
        await deliver(found, answer, history=self.history, bus=bus or self.bus)

    async def human(self, message: Message, text: str) -> None:
        """The second reply to a message, by a person."""
        later = message.with_route(message.route.advance())
        await self.answer(later, Answer(text=text, status="resolved", author="human"))


class _Deaf(Bus):
    """A bus whose replies nobody hears, as when the gateway was cut off at that moment."""

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus._client, bus._stream)

    async def reply_behind(self, reply: object, fence: int) -> bool:
        return True


class House(NamedTuple):
    settings: Settings
    journeys: FakeJourneys
    echo: Echo
    http: httpx.AsyncClient
    signed: dict[str, dict[str, str]]

    @property
    def socket_url(self) -> str:
        return self.settings.gateway_url.replace("http", "ws", 1) + f"/ws/{EMAIL}"

    def is_open(self) -> contextlib.AbstractAsyncContextManager[None]:
        return serving(self.settings, self.journeys)


@contextlib.asynccontextmanager
async def serving(settings: Settings, journeys: Journeys) -> AsyncIterator[None]:
    """Run the gateway on its port until the block ends."""
    plan = Plan.of(discover(), standard_route())
    app = create_app(settings, route=ROUTE, actors=ACTORS, temporal=Reached(settings, journeys), plan=plan)
    config = uvicorn.Config(app, port=settings.gateway_port, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:
                assert not task.done(), "the gateway did not start"
                await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def furnished(settings: Settings) -> AsyncIterator[House]:
    """Everything but the gateway itself: an empty history and an echo on the stream."""
    settings = settings.model_copy(update={"chat_timeout": 0.8})
    await migrate(settings)
    own = {"X-Customer-Email": EMAIL}
    client = httpx.AsyncClient(base_url=settings.gateway_url, timeout=15, trust_env=False, headers=own)
    async with Bus.open(settings, "echo") as bus, History.open(settings) as history, client:
        echo = Echo(bus, history)
        work = asyncio.create_task(bus.pull(8, echo.take))
        try:
            yield House(settings, FakeJourneys(), echo, client, {})
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
