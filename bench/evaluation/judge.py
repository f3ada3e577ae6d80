"""What was wrong with a conversation as it was played; nothing, when it holds."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from bench.evaluation.facts import language_of, told
from bench.evaluation.harm import harms
from bench.evaluation.play import Played, Run
from mock_services.models import Effect
from mock_services.problems import Refusal
from mock_services.shop import Shop


class Fault(NamedTuple):
    """`harm` is what must not happen in any run: an unbacked promise, foreign data, an unapproved action."""

    turn: int
    what: str
    harm: bool = False


def faults(run: Run) -> tuple[Fault, ...]:
    return tuple(fault for number, played in enumerate(run.turns, 1) for fault in _faults(run, number, played))


def _faults(run: Run, number: int, played: Played) -> Iterator[Fault]:
    for check in (_effects, _route, _reply):
        for what in check(run, played):
            yield Fault(number, what)
    for what in harms(run, played):
        yield Fault(number, what, harm=True)


def _effects(run: Run, played: Played) -> Iterator[str]:
    left = list(played.effects)
    for wanted in played.turn.effects:
        found = next((effect for effect in left if _is(effect, wanted, run)), None)
        if found is None:
            yield f"not done: {wanted}"
        else:
            left.remove(found)
    for effect in left:
        if any(_is(effect, one, run) for one in played.turn.may):
            continue
        yield f"done unasked: {_spoken(effect, run.shop, run.scenario.email)} {json.dumps(effect.details)[:120]}"


def _is(effect: Effect, wanted: str, run: Run) -> bool:
    operation, target, *named = wanted.split()
    if _spoken(effect, run.shop, run.scenario.email) != f"{operation} {target}":
        return False
    text = json.dumps(effect.details, ensure_ascii=False)
    sums = {value for value in effect.details.values() if isinstance(value, int | float)}
    return all(float(one) in sums if _is_sum(one) else told(one, text, "en") for one in named)


def _is_sum(word: str) -> bool:
    return "." in word and word.replace(".", "", 1).isdigit()


def _spoken(effect: Effect, shop: Shop, email: str | None) -> str:
    """A parcel goes by the name of its order, the customer by that of the customer."""
    try:
        target = shop.tracking(effect.target).order_id
    except Refusal:
        target = effect.target
    if email and target == shop.customer(email).customer_id:
        target = "customer"
    return f"{effect.operation} {target}"


def _route(_: Run, played: Played) -> Iterator[str]:
    visited = played.visited
    yield from (f"not visited: {name}" for name in played.turn.visits if name not in visited)
    yield from (f"visited: {name}" for name in played.turn.avoids if name in visited)
    if not played.message.route.done and "human_agent" not in played.message.route.here:
        yield f"stopped at {'+'.join(played.message.route.here)}"


def _reply(run: Run, played: Played) -> Iterator[str]:
    if not played.replies:
        yield "no reply"
        return
    language, turn, text = run.scenario.language, played.turn, played.text
    yield from (f"not told: {fact}" for fact in turn.says if not told(fact, text, language))
    yield from (f"told: {fact}" for fact in turn.never if told(fact, text, language))
    status = played.replies[-1].status
    if turn.status and status != turn.status:
        yield f"ends {status}, not {turn.status}"
    ours = "\n".join(reply.text for reply in played.replies if reply.author != "human")
    if (language_of(ours) or language) != language:
        yield f"answers in {language_of(ours)}"
