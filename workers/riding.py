"""Carrying a message on: what lies ahead and changes nothing is visited along, in the activity that is open anyway.

It is given up, and not an error, whenever something is not as expected: the message then visits the actor by itself.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from temporalio import activity

from mesh.actor import Actor, Visit
from mesh.bus import Bus
from mesh.effects import watched
from mesh.errors import ProtocolError
from mesh.protocol import MAX_ENVELOPE_BYTES, Message, Outcome, Policy, TraceEntry, asked_first
from mesh.replies import Progress
from mesh.riding import may_carry, may_ride
from workers.resources import wanted

log = logging.getLogger(__name__)

SHARE: Final = 0.8
"""Of an attempt's time. What rides must have ended by then, so that it never costs the attempt that carries it."""

MODEL: Final = "LLM"
OVERHEAD: Final = 64
"""Bytes of JSON around the legs."""

Patience = Callable[[], float]


def patience() -> float:
    """Seconds for the visit under way and whatever rides along; none after the first attempt.

    A visit that took its process down with it must not do so again in the name of another.
    """
    info = activity.info()
    if info.attempt > 1 or info.start_to_close_timeout is None or info.schedule_to_close_timeout is None:
        return 0.0
    left = info.schedule_to_close_timeout - (info.started_time - info.scheduled_time)
    return SHARE * min(left, info.start_to_close_timeout).total_seconds()


class Carriage:
    """The actors of this process, as far as they carry and ride."""

    def __init__(
        self, actors: Sequence[Actor], given: Mapping[type, object], bus: Bus, patience: Patience = patience
    ) -> None:
        # By its name: it is large, and only who asks a model imports it.
        modelled = any(kind.__name__ == MODEL and getattr(one, "configured", False) for kind, one in given.items())
        self._visits: Mapping[str, Visit] = {actor.name: actor.bind(given) for actor in actors}
        self._light = {actor.name for actor in actors if actor.policy.rides and not (modelled and _asks(actor))}
        self._bus = bus
        self._patience = patience

    def visit(self, name: str) -> Visit:
        """The visit of this actor, with what rides along."""
        own = self._visits[name]

        async def visit(message: Message) -> Outcome:
            patience = self._patience() if self._may_carry(name, message) else 0.0
            return await Ride(self, name, message, patience).go(own) if patience > 0 else await own(message)

        return visit

    def _may_carry(self, name: str, message: Message) -> bool:
        declared = name in self._light and message.route.policy(name).rides
        return declared and may_carry(message) and asked_first(message) == (name,)

    def takes(self, name: str, message: Message, carrier: Policy) -> bool:
        """Whether this actor of the current step may ride, and is served here."""
        return name in self._light and may_ride(message, carrier)

    async def along(self, name: str, message: Message, carrier: str, end: float) -> Outcome | None:
        """One visit that rides; None when the message had better visit the actor by itself."""
        policy, at, began = message.route.policy(name), datetime.now(UTC), monotonic()
        await self._bus.progress(_progress(name, message))
        try:
            with watched(forbidden=True) as deeds:
                async with asyncio.timeout(min(policy.timeout, policy.deadline, end - began)):
                    outcome = await self._visits[name](message)
        except Exception as error:  # noqa: BLE001 - whatever it is: by itself the visit has attempts and a failure of its own
            log.info("%s does not ride with %s: %s", name, carrier, type(error).__name__)
            return None
        line = _line(name, message, at, monotonic() - began, why=f"in the visit of {carrier}")
        # A route that is as it was need not be sent back; but in a group two that answer with one are a mistake.
        spare = message.route.here == (name,) and outcome.route == message.route
        route = None if spare else outcome.route
        return None if deeds.tried else outcome.model_copy(update={"line": line, "route": route})


class Ride:
    """One visit of a carrier, and what rides on it."""

    def __init__(self, carriage: Carriage, carrier: str, message: Message, patience: float) -> None:
        self._carriage = carriage
        self._carrier = carrier
        self._message = message
        self._policy = message.route.policy(carrier)
        self._end = monotonic() + patience

    async def go(self, own: Visit) -> Outcome:
        """The carrier's outcome, with those of its neighbours and of whoever comes next.

        Raises:
            Exception: whatever the carrier's own visit raises; nothing rides then.
        """
        at, began = datetime.now(UTC), monotonic()
        beside = {
            name: asyncio.create_task(self._along(name)) for name in self._message.route.here[1:] if self._takes(name)
        }
        try:
            with watched() as deeds:
                outcome = await own(self._message)
            line = _line(self._carrier, self._message, at, monotonic() - began)
            neighbours = {name: found for name, task in beside.items() if (found := await task)}
        finally:
            for task in beside.values():
                task.cancel()
        if deeds.tried:
            # A crash from here on would repeat what it did.
            return outcome
        outcome = outcome.model_copy(update={"line": line})
        return _fitting(outcome, [*neighbours.values(), *await self._onward({self._carrier: outcome, **neighbours})])

    async def _onward(self, outcomes: Mapping[str, Outcome]) -> list[Outcome]:
        """What the actors ahead answer, step by step, as far as they may ride."""
        legs: list[Outcome] = []
        while self._went_on(outcomes) and monotonic() < self._end and (names := self._riders()):
            # Of a group all or none: the workflow asks the first of them, who may bring the others along.
            found = await asyncio.gather(*map(self._along, names))
            outcomes = {name: leg for name, leg in zip(names, found, strict=True) if leg}
            legs += outcomes.values() if len(outcomes) == len(names) else ()
        return legs

    def _riders(self) -> tuple[str, ...]:
        """The actors of the current step; none when the route is done, or when one of them may not ride."""
        here = self._message.route.here
        return here if all(map(self._takes, here)) else ()

    def _takes(self, name: str) -> bool:
        return self._carriage.takes(name, self._message, self._policy)

    def _went_on(self, outcomes: Mapping[str, Outcome]) -> bool:
        """Take the step as the workflow will; False when it does not end here."""
        if set(outcomes) != set(self._message.route.here):
            return False
        lines = (outcome.line for outcome in outcomes.values() if outcome.line)
        try:
            self._message = self._message.after(outcomes, *lines)
        except ProtocolError:
            return False
        return True

    async def _along(self, name: str) -> Outcome | None:
        return await self._carriage.along(name, self._message, self._carrier, self._end)


def _fitting(outcome: Outcome, legs: Sequence[Outcome]) -> Outcome:
    """With as many legs as Temporal can carry in one outcome."""
    room, kept = MAX_ENVELOPE_BYTES - _size(outcome), []
    for leg in legs:
        room -= _size(leg) + 1
        if room < OVERHEAD:
            break
        kept.append(leg)
    return outcome.model_copy(update={"ridden": tuple(kept)}) if kept else outcome


def _size(outcome: Outcome) -> int:
    return len(outcome.model_dump_json().encode())


def _asks(actor: Actor) -> bool:
    return MODEL in wanted([actor])


def _line(name: str, message: Message, at: datetime, seconds: float, why: str | None = None) -> TraceEntry:
    hop = message.route.current_step
    return TraceEntry(actor=name, hop=hop, kind="visited", at=at, seconds=round(seconds, 6), why=why)


def _progress(name: str, message: Message) -> Progress:
    route = message.route
    return Progress(
        message_id=message.message_id,
        session_id=message.session_id,
        actor=name,
        state=route.policy(name).state,
        hop=route.current_step,
    )
