"""What an operator may do to a message on its way: five updates, sent from the Temporal Web UI or any client.

An update takes effect while a visit is retried, waits for a worker or waits for a person. The visit is abandoned: the
server makes no further attempt, and what a running attempt answers is not taken. Its effects may still happen, under
the key of its hop; `retry_now` keeps the hop, so that starting the visit anew makes no second effect.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from mesh.errors import ProtocolError
from mesh.route import HOP_CAP, ActorName, Policy, Route, Step, TraceEntry

if TYPE_CHECKING:
    from mesh.protocol import Message

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Letter = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]


class Intervention(BaseModel):
    """Who wants it and why. Both are kept in the trace: no personal data belongs there."""

    # A misspelt field is refused: an operator must not believe that it was heard.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    name: ClassVar[str]

    by: Line | None = None
    why: Line | None = None


class Reroute(Intervention):
    """Abandon the current visit and go on with these steps instead of what lies ahead.

    An actor that the route does not know is tried as hard as `policies` says, else by the default policy.
    """

    name: ClassVar[str] = "reroute"

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=HOP_CAP)]
    policies: dict[ActorName, Policy] = Field(default_factory=dict)


class RetryNow(Intervention):
    """Start the current visit anew at once, with fresh attempts, at the same hop."""

    name: ClassVar[str] = "retry_now"


class SkipStep(Intervention):
    """Abandon the current visit and take the next step."""

    name: ClassVar[str] = "skip_step"


class ReplyNow(Intervention):
    """Abandon the current visit; this text is the answer, and it is delivered next."""

    name: ClassVar[str] = "reply"

    text: Letter


class GiveUp(Intervention):
    """Abandon the current visit: the customer gets a plain apology, the message becomes a dead letter."""

    name: ClassVar[str] = "give_up"

    reason: Line


def deliverer(route: Route) -> Step | None:
    """Who delivers an answer on this route: the actor whose policy says so, else the last one that lay ahead.

    The policy stays in the route when a router takes its actor out of the steps.
    """
    declared = (actor for actor, policy in route.policies.items() if policy.delivers)
    ahead = route.steps[route.current_step + 1 :] or route.dropped
    return next(declared, ahead[-1] if ahead else None)


def objection(route: Route, wish: Intervention) -> str | None:
    """Why this may not be done to a message on this route; None when it may."""
    if route.done:
        return "the message is at its end: nothing can be changed any more"
    match wish:
        case SkipStep() if route.current_step + 1 >= len(route.steps):
            return "nothing lies ahead of this step, so the message would end without an answer: use reroute or give_up"
        case ReplyNow() if deliverer(route) is None:
            return "this route does not say who delivers an answer: use reroute or give_up"
        case _:
            return None


def obey(
    message: "Message", wish: Intervention, found: Mapping[str, JsonValue], at: datetime, seconds: float
) -> "Message":
    """The message as the operator wants it, with a line in its trace.

    `found` is what actors of the abandoned step had answered by then; it is kept where it breaks no rule.
    """
    route = message.route
    entry = TraceEntry(
        actor="+".join(route.here),
        hop=route.current_step,
        kind="operator",
        at=at,
        seconds=seconds,
        why=wish.why,
        by=wish.by or "an operator",
        did=wish.name,
        steps=wish.steps if isinstance(wish, Reroute) else None,
    )
    if isinstance(wish, RetryNow):
        return _changed(message, {}, route.model_copy(update={"trace": (*route.trace, entry)}))
    return _changed(message, {**found, **_response(wish)}, _edited(route, wish).advance(entry))


def _edited(route: Route, wish: Intervention) -> Route:
    match wish:
        case Reroute(steps=steps, policies=policies):
            return route.model_copy(update={"policies": {**route.policies, **policies}}).only(*steps)
        case ReplyNow():
            last = deliverer(route)
            return route if last is None else route.only(last)
        case _:
            return route


def _response(wish: Intervention) -> dict[str, JsonValue]:
    if not isinstance(wish, ReplyNow):
        return {}
    agent: dict[str, JsonValue] = {"agent": wish.by} if wish.by else {}
    return {"response": {"text": wish.text, "kind": "answer", "author": "human", **agent}}


def _changed(message: "Message", slots: Mapping[str, JsonValue], route: Route) -> "Message":
    try:
        message = message.enriched(slots)
    except ProtocolError:
        message = message.enriched({slot: value for slot, value in slots.items() if slot == "response"})
    return message.with_route(route)
