"""Made-up actors that ride or do not, and a walk along a route by the rules of the workflow, without its server."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from pydantic import create_model

from mesh.actor import Actor, Result, Visit, Work
from mesh.errors import Permanent, ProtocolError
from mesh.protocol import (
    Enrichment,
    Failure,
    JsonValue,
    Message,
    Outcome,
    Policy,
    asked_first,
    brought,
    carried,
    lines_of,
)
from mesh.riding import riding
from tests.fakes import FakeBus
from workers.riding import Carriage

AT = datetime(2026, 1, 1, tzinfo=UTC)


def an_actor(name: str, work: Work, **policy: object) -> Actor:
    declared = Policy.model_validate({"rides": True, **policy})
    return Actor(name=name, policy=declared, work=work, needs={}, kind="processor")


def filling(name: str, **policy: object) -> Actor:
    """An actor that fills a slot of its name with what it saw of the message."""

    async def work(message: Message) -> Result:
        seen = json.dumps(message.payload.model_extra, sort_keys=True).encode()
        return slot(name, [message.route.current_step, sha256(seen).hexdigest()])

    return an_actor(name, work, **policy)


def slot(name: str, value: JsonValue) -> Enrichment:
    kind = create_model(name, __base__=Enrichment, __cls_kwargs__={"slot": name}, value=(JsonValue, ...))
    return kind.model_validate({"value": value})


class Walk(NamedTuple):
    """The message at its end, and by whom its visits were made: actor and hop of each activity."""

    message: Message
    activities: list[tuple[str, int]]
    buried: str | None


def carriages(*processes: Sequence[Actor], bus: FakeBus | None = None, patience: float = 60.0) -> dict[str, Visit]:
    """The visits of these actors; each group of them is served by a process of its own."""
    made = [(actors, Carriage(actors, {}, bus or FakeBus(), lambda: patience)) for actors in processes]
    return {actor.name: carriage.visit(actor.name) for actors, carriage in made for actor in actors}


async def walked(message: Message, visits: Mapping[str, Visit], *, rides: bool = True) -> Walk:
    """Follow the route as the workflow does; whatever travels goes through JSON, as it does there."""
    message = riding(message, allowed=rides)
    activities: list[tuple[str, int]] = []
    while not message.route.done:
        if message.route.current_step >= message.route.hop_cap:
            return Walk(message, activities, "hop_cap")
        try:
            message = await _stepped(_travelled(message), visits, activities)
        except ProtocolError as error:
            return Walk(message, activities, str(error))
    return Walk(message, activities, None)


async def _stepped(message: Message, visits: Mapping[str, Visit], activities: list[tuple[str, int]]) -> Message:
    reasons: dict[str, str] = {}

    async def ask(*names: str) -> dict[str, Outcome]:
        activities.extend((name, message.route.current_step) for name in names)
        return {name: await _answer(name, visits[name], message, reasons) for name in names}

    answers = await ask(*asked_first(message))
    answers |= {name: leg for name, (leg, _) in brought(message, answers).items()}
    answers |= await ask(*(name for name in message.route.here if name not in answers))
    outcomes = {name: answers[name] for name in message.route.here}
    entries = lines_of(message, outcomes, reasons, AT, 0.0)
    if not reasons:
        return carried(message, outcomes, *entries)
    hop = message.route.current_step
    failures = [Failure(actor=name, hop=hop, kind="permanent", reason=why) for name, why in sorted(reasons.items())]
    return message.failed(failures, *entries)


async def _answer(name: str, visit: Visit, message: Message, reasons: dict[str, str]) -> Outcome:
    try:
        return Outcome.read(json.loads((await visit(message)).model_dump_json()))
    except Permanent as error:
        reasons[name] = str(error)
        return Outcome()


def _travelled(message: Message) -> Message:
    return Message.model_validate_json(message.model_dump_json())
