"""What a message says to "Shall I ...?": yes, no, or neither."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from activities._follow import Follow
from activities._short_answers import CONDITION, RESERVATION, meant_instead, other_meant, words_of
from activities._turn import IDLE, SHORT, SURE, Turn
from mesh.deeds import Action, ActionName
from mesh.questions import Question

if TYPE_CHECKING:
    from activities.intent_analyzer import Intent

ASKED_BY: Final[dict[ActionName, str]] = {
    "cancel_order": "cancel_order",
    "process_refund": "refund_request",
    "issue_store_credit": "refund_request",
}
"""The matters behind the deeds that a yes confirms."""


def confirmation(turn: Turn) -> "Intent | None":
    asked = turn.state.pending
    if asked is None or asked.kind != "confirm" or _elsewhere(turn, asked):
        return None
    if turn.lead.answer == "no":
        return _refused(turn, asked)
    if turn.lead.answer == "yes" or _repeats(turn, asked):
        return _agreed(turn, asked)
    return open_still(turn, asked) if turn.short and turn.idle and not (turn.thanks or turn.asks) else None


def _elsewhere(turn: Turn, asked: Question) -> bool:
    """The same deed for another order: no answer, whatever word it begins with."""
    others = not set(turn.numbers) <= set(settled(asked))
    return other_meant(turn.text) or (others and not _further(turn, asked))


def _further(turn: Turn, asked: Question) -> list[str]:
    """What is asked for behind a yes, beside what was agreed to."""
    if not turn.lead.rest or turn.idle or turn.bare or set(turn.found.wanted) & set(_clauses(asked.plan)):
        return []
    return [name for name in turn.found.wanted if name not in IDLE]


def _agreed(turn: Turn, asked: Question) -> "Intent":
    more = _further(turn, asked)
    if not turn.fresh or (turn.lead.answer == "yes" and _reserved(turn, asked, more=bool(more))):
        return open_still(turn, asked)
    follow = Follow(answer="yes", words=asked.words, plan=asked.plan, terms=asked.terms)
    return _of_plan(turn, asked, follow, more)


def _reserved(turn: Turn, asked: Question, *, more: bool) -> bool:
    """A yes with a condition, to a part, or with a long tale behind it is none."""
    rest, goods = turn.lead.rest, words_of(" ".join(choice.words for choice in asked.choices))
    part = len(asked.choices) > 1 and bool(words_of(rest) & goods)
    tale = not more and len(rest.split()) > SHORT
    return part or tale or bool((RESERVATION if more else CONDITION).search(rest))


def _of_plan(turn: Turn, asked: Question, follow: Follow, more: Iterable[str] = ()) -> "Intent":
    """The matters of the plan, and what else was asked for beside the answer."""
    clauses = _clauses(asked.plan)
    (intent, orders), *others = list(clauses.items()) or [(asked.intent, ())]
    free = tuple(number for number in turn.numbers if number not in settled(asked)) if more else ()
    secondary = [{"intent": name, "confidence": SURE, "order_ids": numbers} for name, numbers in others]
    secondary += [{"intent": name, "confidence": SURE, "order_ids": free} for name in more]
    return turn.meaning(intent, follow, *settled(asked), *free, main=orders, others=secondary)


def _clauses(plan: tuple[Action, ...]) -> dict[str, tuple[str, ...]]:
    clauses: dict[str, tuple[str, ...]] = {}
    for action in plan:
        name = ASKED_BY.get(action.name)
        if name and action.order_id:
            clauses[name] = (*clauses.get(name, ()), action.order_id)
    return clauses


def _refused(turn: Turn, asked: Question) -> "Intent":
    """A no, or what is wanted instead."""
    wanted = [name for name in turn.found.wanted if name not in {*_clauses(asked.plan), *IDLE}]
    if turn.idle and meant_instead(turn.lead.rest):
        follow = Follow(words=turn.lead.rest, other_than=next(iter(settled(asked)), None))
        return turn.meaning(asked.intent, follow)
    if not turn.lead.rest or turn.idle or not wanted:
        return turn.meaning("smalltalk", Follow(answer="no", words=turn.text))
    first, *others = wanted
    secondary = [{"intent": name, "confidence": turn.found.confidence} for name in others]
    return turn.meaning(
        first, Follow(answer="no", words=turn.text), *(turn.numbers or settled(asked)), others=secondary
    )


def _repeats(turn: Turn, asked: Question) -> bool:
    """Whether they say "cancel it" to "Shall I cancel it?"."""
    same = turn.found.clear and {turn.found.intent} == set(_clauses(asked.plan))
    return same and turn.short and not CONDITION.search(turn.text)


def open_still(turn: Turn, asked: Question) -> "Intent":
    """Our question again: what was said does not answer it."""
    follow = Follow(again=True, words=asked.words)
    if asked.kind == "confirm":
        return _of_plan(turn, asked, follow)
    return turn.meaning(asked.intent, follow, *(turn.numbers or settled(asked)))


def settled(asked: Question) -> tuple[str, ...]:
    orders = (asked.order_id, *(action.order_id for action in asked.plan))
    return tuple(dict.fromkeys(order for order in orders if order))
