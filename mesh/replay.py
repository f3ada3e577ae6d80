"""How a dead message is made ready to travel again: from which step, along which route, with which slots repaired."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from mesh.protocol import HOP_CAP, JOURNAL, ORIGINAL, Message, ProtocolError, Route, Step, TraceEntry, names_in
from mesh.rerun import RERUN

MOST_HOPS = 1000
PLAN, VERDICT = "action_plan", "approval"


class Repair(BaseModel):
    """What an engineer changes before the message travels again.

    Attributes:
        start: the actor, or the number of the step, to begin at; None: where it failed.
        steps: what to visit from there on; None: what lay ahead.
        slots: values by `slot.path`.
    """

    model_config = ConfigDict(frozen=True)

    start: str | None = None
    steps: tuple[Step, ...] | None = None
    slots: tuple[tuple[str, JsonValue], ...] = ()


def replayed(
    message: Message,
    repair: Repair,
    *,
    accepted: Message | None = None,
    fills: Mapping[str, tuple[str, ...]] | None = None,
) -> Message:
    """The message at the beginning of a new run.

    The position may be set back, since the run is new. Steps before it stay as they were visited; what was found at
    or behind it is forgotten, and so is the failure.

    Args:
        message: as it stood when it failed.
        repair: what to change.
        accepted: as it was when it came in; its route tells what lay ahead before the first edit.
        fills: the slots that each actor fills, to know what to forget.

    Raises:
        ProtocolError: the step is nowhere in the route, nothing is left to visit, or a slot may not be set.
    """
    begin, ahead = _place(message, repair, accepted)
    if not ahead:
        raise ProtocolError("nothing is left to visit: name a step with --from, or a route with --route")
    route = message.route
    entry = TraceEntry(actor=names_in(ahead[0])[0], hop=begin, kind="entered", why=_why(message), steps=ahead[1:])
    fields = {
        **dict(route),
        "steps": (*route.steps[:begin], *ahead),
        "current_step": begin,
        "trace": (*route.trace, entry),
        "hop_cap": min(MOST_HOPS, max(route.hop_cap, begin + HOP_CAP)),
    }
    rerun = message.rerun.next(route, begin).model_dump(mode="json")
    again = message.model_copy(
        update={
            "route": Route.model_validate(fields),
            "payload": _forgetting(message, begin, fills or {}),
            "metadata": {**message.metadata, RERUN: rerun},
        }
    )
    return repaired(again, repair.slots)


def repaired(message: Message, slots: tuple[tuple[str, JsonValue], ...]) -> Message:
    """The message with these values set; `slot.path` goes into objects, and makes those that are missing.

    A plan that becomes another one loses the approval that a person gave, unless that is set too.
    """
    before = message.payload
    for path, value in slots:
        slot, *rest = path.split(".")
        if slot in ORIGINAL + JOURNAL or not all([slot, *rest]):
            raise ProtocolError(f"{path} cannot be set: what the customer said and what failed stay as they are")
        message = message.enriched({slot: _set(getattr(message.payload, slot, None), rest, value)})
    judged = any(path.split(".")[0] == VERDICT for path, _ in slots)
    if message.payload.action_plan != before.action_plan and not judged and getattr(before, VERDICT, None) is not None:
        # It was given for the plan that the person saw.
        return message.enriched({VERDICT: None})
    return message


def _set(old: JsonValue, path: list[str], value: JsonValue) -> JsonValue:
    if not path:
        return value
    inside: dict[str, Any] = dict(old) if isinstance(old, dict) else {}
    return {**inside, path[0]: _set(inside.get(path[0]), path[1:], value)}


def _why(message: Message) -> str:
    error = message.payload.error
    return f"replayed after {error.actor} failed ({error.kind}): {error.reason}" if error else "replayed"


def _place(message: Message, repair: Repair, accepted: Message | None) -> tuple[int, tuple[Step, ...]]:
    """The step to begin at, and that step with all that lies ahead of it."""
    begin, ahead = _resumed(message)
    if repair.start is not None:
        begin, ahead = _from(message.route, repair, begin, ahead, accepted)
    return begin, ahead if repair.steps is None else repair.steps


def _resumed(message: Message) -> tuple[int, tuple[Step, ...]]:
    """Where it failed: at the visit that the error handler could not make good, not at the handler."""
    route, error = message.route, message.payload.error
    fall = next((entry for entry in reversed(route.trace) if entry.dropped is not None), None)
    handled = error is not None and error.actor == route.error_handler and route.here == (error.actor,)
    if fall is not None and handled and fall.hop == route.current_step - 1:
        return fall.hop, (route.steps[fall.hop], *(fall.dropped or ()))
    return route.current_step, route.steps[route.current_step :]


def _from(
    route: Route, repair: Repair, begin: int, ahead: tuple[Step, ...], accepted: Message | None
) -> tuple[int, tuple[Step, ...]]:
    """The step of this name: ahead if it is there, else the last of those that were visited."""
    start = repair.start or ""
    for index, step in enumerate(ahead):
        if _is(start, begin + index, step):
            return (begin, ahead[index:]) if index == 0 else (begin + index, ahead[index:])
    for index in range(min(begin, len(route.steps)) - 1, -1, -1):
        if _is(start, index, route.steps[index]):
            return index, (
                route.steps[index],
                *(() if repair.steps is not None else _ahead_then(route, index, accepted)),
            )
    raise ProtocolError(f"the route has no step {start}; it is {shown((*route.steps[:begin], *ahead))}")


def _is(start: str, index: int, step: Step) -> bool:
    return int(start) == index if start.isdigit() else start in names_in(step)


def _ahead_then(route: Route, at: int, accepted: Message | None) -> tuple[Step, ...]:
    """What lay ahead of this step when it was visited, before whatever it or a later one made of it."""
    edits = [entry for entry in route.trace if entry.steps is not None]
    for entry in reversed(edits):
        if entry.hop < at or (entry.hop == at and entry.kind == "entered"):
            return (entry.steps or ())[at - entry.hop :]
    if not edits:
        return route.steps[at + 1 :]
    if accepted is not None and accepted.route.steps[: at + 1] == route.steps[: at + 1]:
        return accepted.route.steps[at + 1 :]
    raise ProtocolError(f"what lay ahead of step {at} is not known any more: say it with --route")


def _forgetting(message: Message, begin: int, fills: Mapping[str, tuple[str, ...]]) -> Any:  # noqa: ANN401
    later = {entry.actor for entry in message.route.trace if entry.kind == "visited" and entry.hop >= begin}
    kept = {name for step in message.route.steps[:begin] for name in names_in(step)}
    stale = {slot for name in later for slot in fills.get(name, ())}
    stale -= {slot for name in kept for slot in fills.get(name, ())}
    log = tuple(failure for failure in message.payload.recovery_log if failure.hop < begin)
    update: dict[str, object] = {**dict.fromkeys(stale), "error": None, "recovery_log": log}
    return message.payload.model_copy(update=update)


def shown(steps: tuple[Step, ...]) -> str:
    """A route as `--route` takes it."""
    return ",".join("+".join(names_in(step)) for step in steps)


def steps_of(text: str) -> tuple[Step, ...]:
    """A route from `a,b+c,d`: the reverse of `shown`."""
    groups = [tuple(name.strip() for name in part.split("+")) for part in text.split(",")]
    if not all(name for group in groups for name in group):
        raise ProtocolError(f"{text!r} is no route: write it as a,b+c,d")
    return tuple(group[0] if len(group) == 1 else group for group in groups)
