"""The question that a reply ends with, in a form in which its answer can be understood."""

from typing import Final

from activities._case import Case, Matter
from activities._confirming import terms
from activities._planning import Obstacle, propose, waiting
from activities._reply import Action
from activities.intent_analyzer import Intent, IntentName
from mesh.questions import MOST_WORDS, Choice, Question
from mesh.shop import Item, Order

MOST_TOLD: Final = 5
LONGEST_NAME: Final = 120

OFFERED: Final[dict[Obstacle, IntentName]] = {"cancel_first": "cancel_order", "return_first": "return_request"}
"""What the words about an obstacle offer instead."""


def question_of(case: Case) -> Question | None:
    """What we ask, the yes to a plan before everything else: it stands at the end of the reply."""
    if plan := waiting(case):
        return _confirmation(case, plan)
    if case.declined:
        return None
    return next((asked for matter in case.matters if (asked := _open(case, matter))), None)


def meaning_of(case: Case, intent: Intent) -> Question:
    """What we ask when we have not understood."""
    choices = tuple(Choice(words=name.replace("_", " "), intent=name) for name in intent.wanted if name not in _VAGUE)
    return Question(kind="meaning", intent=intent.intent, choices=choices[:3], words=case.text[-MOST_WORDS:])


def told_of(case: Case) -> tuple[Choice, ...]:
    """The orders that a reply tells of."""
    orders = dict.fromkeys(matter.order for matter in case.matters if matter.order)
    return tuple(map(_order, orders))[:MOST_TOLD]


_VAGUE: Final = frozenset({"smalltalk", "out_of_scope"})


def _confirmation(case: Case, plan: tuple[Action, ...]) -> Question:
    orders = filter(None, (case.context.order(action.order_id or "") for action in plan))
    return Question(
        kind="confirm",
        intent=case.matters[0].intent,
        choices=tuple(_item(item) for order in orders for item in order.items),
        words=case.text[-MOST_WORDS:],
        plan=plan,
        terms=terms(case, plan),
    )


def _open(case: Case, matter: Matter) -> Question | None:
    asked = Question(kind="order", intent=matter.intent, words=case.text[-MOST_WORDS:])
    if matter.order is None:
        choices = tuple(map(_order, matter.choices))
        return asked.model_copy(update={"choices": choices}) if _lacks_order(case, matter) else None
    about = asked.model_copy(update={"order_id": matter.order.order_id})
    return _about(about, matter.order, propose(case, matter).obstacle, case) or _offer(about, matter)


def _lacks_order(case: Case, matter: Matter) -> bool:
    return matter.about_an_order and "orders" not in case.unavailable and bool(case.orders or matter.unknown)


def _about(asked: Question, order: Order, obstacle: Obstacle | None, case: Case) -> Question | None:
    match obstacle:
        case "which_item":
            return asked.model_copy(update={"kind": "item", "choices": tuple(map(_item, order.items))})
        case "which_variant" | "sold_out":
            item = case.item(order)
            return asked.model_copy(update={"kind": "variant", "choices": (_item(item),) if item else ()})
        case "which_address":
            return asked.model_copy(update={"kind": "address"})
        case "cancel_first" | "return_first":
            return _offering(asked, OFFERED[obstacle])
        case _:
            return None


def _offer(asked: Question, matter: Matter) -> Question | None:
    if matter.intent in {"delivery_complaint", "refund_status"} and matter.refund_open:
        person: tuple[IntentName, ...] = ("human_agent_request",) if matter.intent == "delivery_complaint" else ()
        return _offering(asked, "refund_request", *person)
    return None


def _offering(asked: Question, *intents: IntentName) -> Question:
    choices = tuple(Choice(words=WORDS[name], intent=name, order_id=asked.order_id) for name in intents)
    return asked.model_copy(update={"kind": "meaning", "choices": choices})


WORDS: Final[dict[IntentName, str]] = {
    "cancel_order": "cancel cancellation",
    "return_request": "return send back",
    "refund_request": "refund money back",
    "human_agent_request": "wait colleague person look",
}


def _order(order: Order) -> Choice:
    goods = " ".join(filter(None, (part for item in order.items for part in (item.name, item.color))))
    return Choice(words=goods[:LONGEST_NAME], order_id=order.order_id)


def _item(item: Item) -> Choice:
    words = " ".join(filter(None, (item.name, item.color, item.size)))
    return Choice(words=words[:LONGEST_NAME], sku=item.sku)
