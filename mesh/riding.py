"""Visits that ride: made in the activity of another actor, and taken by the workflow with that one's outcome.

Only where nothing is lost by it: see `docs/decisions/0024-riding.md`. Workflow and workers go by the same rules.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from mesh.errors import ProtocolError
from mesh.route import Policy, TraceEntry

if TYPE_CHECKING:
    from mesh.protocol import Message, Outcome

RIDES: Final = "rides"
"""The key of the message's metadata by which intake says that this message may be carried on."""


def riding(message: "Message", *, allowed: bool) -> "Message":
    """The message as intake sends it on its way; whatever the publisher wrote there is not believed."""
    kept = {name: value for name, value in message.metadata.items() if name != RIDES}
    return message.model_copy(update={"metadata": {**kept, RIDES: True} if allowed else kept})


def may_carry(message: "Message") -> bool:
    """Whether anything may ride on this message's current visit: not once an operator has stepped in at it."""
    return message.metadata.get(RIDES) is True and not message.route.restarts


def may_ride(message: "Message", carrier: Policy) -> bool:
    """Whether the current step may be visited along with a visit of this policy.

    Never the last step of a route, never behind the hop cap, and never ahead of its turn.
    """
    route = message.route
    inside = route.current_step + 1 < len(route.steps) and route.current_step < route.hop_cap
    return inside and may_carry(message) and all(_light(route.policy(name), carrier) for name in route.here)


def asked_first(message: "Message") -> tuple[str, ...]:
    """Who is visited first at the current step: of a group that may ride the first, who may bring the others along."""
    here = message.route.here
    lead = here[1:] and may_ride(message, message.route.policy(here[0]))
    return here[:1] if lead else here


def brought(message: "Message", outcomes: Mapping[str, "Outcome"]) -> dict[str, tuple["Outcome", None]]:
    """What neighbours in the group answered who rode along with these visits; none of them failed."""
    missing = [name for name in message.route.here if name not in outcomes]
    legs = [leg for outcome in outcomes.values() for leg in outcome.ridden]
    return {name: (leg, None) for name in missing for leg in legs if line_of(leg, name, message)}


def lines_of(
    message: "Message", outcomes: Mapping[str, "Outcome"], reasons: Mapping[str, str], at: datetime, seconds: float
) -> tuple[TraceEntry, ...]:
    """A line of the trace for each of these visits: as the worker wrote it where something rode, else by this clock.

    Args:
        message: at the step that was visited.
        outcomes: by actor.
        reasons: why visits failed, by actor.
        at: when they began.
        seconds: how long they took.
    """
    return tuple(
        (None if name in reasons else line_of(outcome, name, message))
        or TraceEntry(
            actor=name,
            hop=message.route.current_step,
            kind="failed" if name in reasons else "visited",
            at=at,
            seconds=seconds,
            why=reasons.get(name),
            calls=outcome.calls,
        )
        for name, outcome in outcomes.items()
    )


def line_of(outcome: "Outcome", actor: str, message: "Message") -> TraceEntry | None:
    """The line that the worker wrote about this visit, when it says what a visit may say."""
    line = outcome.line
    route = message.route
    fits = line and (line.actor, line.hop, line.kind) == (actor, route.current_step, "visited") and actor in route.here
    return line if fits else None


def carried(message: "Message", outcomes: Mapping[str, "Outcome"], *entries: TraceEntry) -> "Message":
    """The message after its step, and after whatever rode along; what does not fit is left to be visited.

    Raises:
        ProtocolError: as `Message.after`, for the step itself.
    """
    legs = [leg for outcome in outcomes.values() for leg in outcome.ridden]
    first = message.route.policy(next(iter(outcomes), ""))
    message = message.after(outcomes, *entries)
    while may_ride(message, first) and (step := _step(message, legs)):
        try:
            message = message.after(step, *(leg.line for leg in step.values() if leg.line))
        except ProtocolError:
            break
    return message


def _step(message: "Message", legs: "list[Outcome]") -> "dict[str, Outcome] | None":
    """What the actors of the current step answered on the way; None unless each of them did."""
    found = {name: leg for name in message.route.here for leg in legs if line_of(leg, name, message)}
    return found if len(found) == len(message.route.here) else None


def _light(policy: Policy, carrier: Policy) -> bool:
    # Nobody waits for a person unseen, and what may wait longer does not overtake what others wait for.
    ordinary = policy.state == "working" and policy.remind_after is None and not policy.delivers
    return policy.rides and carrier.rides and ordinary and policy.priority <= carrier.priority
