"""A session in which messages were said one after the other, and what its actors see of it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from activities.intent_analyzer import Intent, intent_analyzer
from activities.response_aggregator import Delivery, response_aggregator
from activities.response_generator import Response
from mesh.delivery import acceptance
from mesh.protocol import Enrichment, Message, Route
from mesh.together import following
from tests.fakes import FakeBus, MemorySessions, NoLLM, a_message, settings
from tests.troubled import NotedHistory

FIRST, SECOND = "Where is my order 12345?", "Please send me the invoice for order 12346"
HANDLED: Final = Route(steps=("response_aggregator",), error_handler="escalation_router")
NOW: Final = datetime.now(UTC)


class Room(NotedHistory):
    """A session in which these were said one after the other, with the register and what was sent."""

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self.bus, self.sessions = FakeBus(), MemorySessions()
        self.said = [a_message(text, message_id=f"m-{place}") for place, text in enumerate(texts, start=1)]
        self.rows = tuple(acceptance(one, NOW + timedelta(seconds=place)) for place, one in enumerate(self.said))

    async def amend(self, row_id: str, status: object) -> None: ...

    def message(self, place: int) -> Message:
        """A message, following all before it."""
        return following(self.said[place - 1], [one.message_id for one in self.said[: place - 1]])

    async def understood(self, place: int, message: Message | None = None) -> Intent:
        found = await intent_analyzer(
            message or self.message(place),
            llm=NoLLM(), sessions=self.sessions, history=self, settings=settings(), bus=self.bus,
        )  # fmt: skip
        assert isinstance(found, Intent)
        return found

    async def delivered(self, place: int, *found: Enrichment, route: Route = HANDLED) -> Delivery:
        message = with_found(self.message(place).with_route(route), Response(text="words"), *found)
        sent = await response_aggregator(message, history=self, bus=self.bus, sessions=self.sessions)
        assert isinstance(sent, Delivery)
        return sent


def with_found(message: Message, *found: Enrichment) -> Message:
    return message.enriched({one.slot: one.model_dump(mode="json") for one in found})
