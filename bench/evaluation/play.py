"""One conversation in one of its wordings, played to its end."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from bench.evaluation.overheard import Heard
from bench.evaluation.scenario import Scenario, Turn
from bench.evaluation.stage import Theatre
from mesh.protocol import Message, Payload, Route
from mesh.replies import Reply
from mock_services.models import Effect
from mock_services.shop import Shop


@dataclass(frozen=True)
class Played:
    """A turn and what came of it; `spoken` is the message as it was at each reply, `heard` what a model was asked."""

    turn: Turn
    said: str
    message: Message
    spoken: tuple[Message, ...]
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    heard: tuple[Heard, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(reply.text for reply in self.replies)

    @property
    def visited(self) -> tuple[str, ...]:
        """With the actor that the message waits at."""
        entries = (entry.actor for entry in self.message.route.trace if entry.kind in {"visited", "failed"})
        waiting = () if self.message.route.done else self.message.route.here
        return tuple(dict.fromkeys((*entries, *waiting)))


@dataclass(frozen=True)
class Run:
    scenario: Scenario
    wording: int
    turns: tuple[Played, ...]
    shop: Shop


async def play(theatre: Theatre, scenario: Scenario, wording: int) -> Run:
    stage, shop, bus = theatre.set(scenario)
    session, turns = f"s-{uuid4().hex}", []
    for turn in scenario.turns:
        stage.people, stage.spoken = iter(turn.person), ()
        known, changed, asked = len(bus.replies), len(shop.effects()), len(theatre.heard())
        said = _message(scenario, turn.say[wording], session, theatre.route())
        end = await stage.play(said, said)
        replies, effects = tuple(bus.replies[known:]), tuple(shop.effects()[changed:])
        heard = theatre.heard()[asked:]
        turns.append(Played(turn, turn.say[wording], end, stage.spoken, replies, effects, heard))
    return Run(scenario, wording, tuple(turns), shop)


def _message(scenario: Scenario, text: str, session: str, route: Route) -> Message:
    return Message(
        message_id=f"m-{uuid4().hex}",
        session_id=session,
        route=route,
        payload=Payload(customer_message=text, customer_email=scenario.email or None),
        metadata={"channel": "web", "accepted_at": datetime.now(UTC).isoformat()},
    )
