"""What a reply holds beside its words: its orders and parcels as facts, and the answers that fit its question."""

from collections.abc import Iterator, Mapping
from typing import Final

from activities._case import MOVING, SUITABLE, Case, Matter
from activities._policies import instructs
from activities._reply import ActionName, Response
from activities._sections import results_of
from activities._tongues import tongue
from activities._waiting_time import latest_minutes
from activities.intent_analyzer import IntentName
from mesh.parts import Goods, HandoffPart, Option, OrderPart, Part, QuickRepliesPart, Stop, TrackingPart
from mesh.protocol import Message
from mesh.questions import Choice, Question
from mesh.shop import Item, Order, Tracking

MOST_CARDS: Final = 3
MOST_OPTIONS: Final = 4
MOST_GOODS: Final = 5
MOST_STOPS: Final = 6
LONGEST_LABEL: Final = 60
ANSWERED: Final = frozenset({"answer", "clarification"})
LEAVES: Final[frozenset[ActionName]] = frozenset({
    "contact_carrier", "add_order_note", "add_customer_note", "resend_invoice", "schedule_callback",
})  # fmt: skip
"""What leaves an order as it was."""

YES_OR_NO: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("Yes", "No"),
    "de": ("Ja", "Nein"),
    "es": ("Sí", "No, gracias"),
    "fr": ("Oui", "Non"),
}


def with_parts(response: Response, message: Message, case: Case, matters: Mapping[IntentName, str]) -> Response:
    """The reply with its facts in typed form. `matters` words what may be meant, in English."""
    if response.author == "human":
        return response
    if response.kind == "holding":
        return response.model_copy(update={"parts": (_handoff(message, case),)})
    if response.kind not in ANSWERED or case.foreign:
        return response
    cards = tuple(_cards(case))[:MOST_CARDS] if response.kind == "answer" else ()
    return response.model_copy(update={"parts": (*cards, *_quick_replies(response.asks, case, matters))})


def _handoff(message: Message, case: Case) -> HandoffPart:
    return HandoffPart(within_minutes=latest_minutes(message), usually_minutes=case.usual)


# -- orders and parcels


def _cards(case: Case) -> Iterator[Part]:
    """One card for each order that is told of, but none for what was just changed: our facts are from before that."""
    changed = {result.action.order_id for result in results_of(case) if result.action.name not in LEAVES}
    told: dict[str, Matter] = {}
    for matter in case.matters:
        if matter.order and matter.intent in SUITABLE:
            told.setdefault(matter.order.order_id, matter)
    for matter in told.values():
        if matter.order and matter.order.order_id not in changed:
            yield _card(matter.order, matter.parcel)


def _card(order: Order, parcel: Tracking | None) -> Part:
    if parcel is None or order.status not in MOVING | {"delivered"}:
        return _order(order)
    return TrackingPart(
        order_id=order.order_id,
        tracking_number=parcel.tracking_number,
        status=parcel.status,
        carrier=parcel.carrier or order.carrier,
        location=parcel.location,
        expected=parcel.estimated_delivery or order.expected_delivery,
        delivered_at=order.delivered_at,
        items=_goods(order),
        stops=_stops(parcel),
    )


def _order(order: Order) -> OrderPart:
    return OrderPart(
        order_id=order.order_id,
        status=order.status,
        placed_at=order.placed_at,
        expected=order.expected_delivery,
        delivered_at=order.delivered_at,
        total=order.total,
        currency=order.currency,
        items=_goods(order),
    )


def _goods(order: Order) -> tuple[Goods, ...]:
    return tuple(
        Goods(name=item.name, quantity=item.quantity, variant=", ".join(filter(None, (item.color, item.size))))
        for item in order.items[:MOST_GOODS]
        if not instructs(item.name)
    )


def _stops(parcel: Tracking) -> tuple[Stop, ...]:
    told = [event for event in parcel.events if event.description and not instructs(event.description)]
    events = sorted(told, key=lambda event: event.at.timestamp() if event.at else 0, reverse=True)
    return tuple(
        Stop(at=event.at, location=event.location, description=event.description) for event in events[:MOST_STOPS]
    )


# -- what fits as an answer


def _quick_replies(asked: Question | None, case: Case, matters: Mapping[IntentName, str]) -> tuple[Part, ...]:
    options = tuple(_options(asked, case, matters))[:MOST_OPTIONS] if asked else ()
    return (QuickRepliesPart(options=options),) if options else ()


def _options(asked: Question, case: Case, matters: Mapping[IntentName, str]) -> Iterator[Option]:
    if asked.kind == "confirm":
        for word in YES_OR_NO.get(case.language, ()):
            yield Option(label=word, text=word)
    elif asked.kind == "order":
        yield from filter(None, (_which_order(choice, case) for choice in asked.choices))
    elif asked.kind == "item":
        yield from (Option(label=choice.words[:LONGEST_LABEL], text=choice.words) for choice in asked.choices)
    elif asked.kind == "meaning":
        spoken = tongue(case.language)
        yield from _meant(asked, spoken.matters if spoken else matters)


def _which_order(choice: Choice, case: Case) -> Option | None:
    order = case.context.order(choice.order_id or "")
    if order is None:
        return None
    return Option(label=f"{order.order_id}: {_named(order.items)}"[:LONGEST_LABEL], text=order.order_id)


def _named(items: tuple[Item, ...]) -> str:
    return ", ".join(item.name for item in items)


def _meant(asked: Question, words: Mapping[IntentName, str]) -> Iterator[Option]:
    named = {name: said for name, said in words.items() if name in {choice.intent for choice in asked.choices}}
    for choice in asked.choices:
        said = next((said for name, said in named.items() if name == choice.intent), "")
        if said:
            yield Option(label=said[:1].upper() + said[1:], text=said[:1].upper() + said[1:])
