"""The case as the answering actors see it: every enrichment at hand, and which order each matter is about."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Final

from activities._follow import Follow
from activities._gloss import gloss
from activities._language import OURS, SPOKEN
from activities._short_answers import thanks_in
from activities._together import asked
from activities._wishes import hurried
from activities.api_query_executor import ApiData, OrderFacts
from activities.context_retriever import Context
from activities.execution_coordinator import ExecutionResult
from activities.intent_analyzer import Entities, Intent, IntentName, OtherIntent
from activities.knowledge_retriever import Knowledge
from activities.sentiment_analyzer import Sentiment
from mesh.personal.message import removed_from
from mesh.protocol import Message
from mesh.shop import Item, Order, Tracking

MOST_ORDERS: Final = 3
OPEN: Final = frozenset({"pending", "processing"})
MOVING: Final = frozenset({"shipped", "in_transit", "out_for_delivery", "delayed"})
PAID_BACK: Final = frozenset({"cancelled", "lost", "returned"})
READ_ONLY: Final[frozenset[IntentName]] = frozenset({"order_status", "delivery_complaint", "refund_status"})
POINTING: Final = re.compile(r"\b(?:it|this|that|them|these|those|same)\b", re.IGNORECASE)
WORD: Final = re.compile(r"[a-z]{3,}")

SUITABLE: Final[dict[IntentName, Callable[[Order], bool]]] = {
    "order_status": lambda order: order.status in OPEN | MOVING,
    "delivery_complaint": lambda order: order.status in MOVING | {"lost"},
    "cancel_order": lambda order: order.status in OPEN,
    "change_order": lambda order: order.status in OPEN,
    "change_address": lambda order: order.status in OPEN | MOVING,
    "refund_request": lambda order: order.status in PAID_BACK and order.paid > order.refunded,
    "refund_status": lambda order: bool(order.refunds),
    "return_request": lambda order: order.status == "delivered",
    "exchange_request": lambda order: order.status == "delivered",
    "product_issue": lambda order: order.status == "delivered",
    "billing_invoice": lambda order: bool(order.charges),
    "payment_issue": lambda order: order.status in OPEN,
}
"""The matters that are about one order, and the orders that they are most likely about."""


@dataclass(frozen=True)
class Matter:
    """One thing the customer wants, with the order it is about.

    Attributes:
        order: None when the customer must say which.
        choices: the orders it may be about, when that is open.
        unknown: numbers the customer named that are not theirs.
    """

    intent: IntentName
    order: Order | None = None
    parcel: Tracking | None = None
    facts: OrderFacts | None = None
    choices: tuple[Order, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def about_an_order(self) -> bool:
        return self.intent in SUITABLE

    @property
    def refund_open(self) -> bool:
        """Money may go back for this order, and has not yet."""
        return self.order is not None and SUITABLE["refund_request"](self.order)


@dataclass(frozen=True)
class Case:
    text: str
    intent: Intent | None
    context: Context
    api: ApiData
    sentiment: Sentiment | None
    executed: ExecutionResult | None
    removed: tuple[str, ...] = ()
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    knowledge: Knowledge | None = None
    usual: int | None = None
    """Minutes within which a person mostly answers now, where that was measured."""

    @classmethod
    def of(cls, message: Message) -> "Case":
        return cls(
            text=_words(message),
            intent=message.get(Intent),
            context=message.get(Context) or Context(),
            api=message.get(ApiData) or ApiData(),
            sentiment=message.get(Sentiment),
            executed=message.get(ExecutionResult),
            knowledge=message.get(Knowledge),
            removed=removed_from(message),
        )

    @property
    def negative(self) -> bool:
        return self.sentiment is not None and self.sentiment.sentiment == "NEGATIVE"

    @property
    def positive(self) -> bool:
        return self.sentiment is not None and self.sentiment.sentiment == "POSITIVE"

    @property
    def nameless(self) -> bool:
        """Nobody vouches for who they are: what belongs to somebody is neither shown nor changed."""
        return not self.context.vouched

    @property
    def thankful(self) -> bool:
        return self.positive or thanks_in(self.said)

    @property
    def first_name(self) -> str:
        names = self.context.customer.name.split() if self.context.customer else []
        return names[0] if names else ""

    @property
    def language(self) -> str:
        """The customer's, as far as they have shown it."""
        return (self.intent.language if self.intent else "") or OURS

    @property
    def foreign(self) -> bool:
        """They write a language that we do not speak."""
        return self.language not in SPOKEN

    @cached_property
    def said(self) -> str:
        """Their words in English, for whatever reads English."""
        return self.text if self.follow.words else gloss(self.text, self.language)

    @property
    def follow(self) -> Follow:
        """What earlier turns add."""
        return (self.intent.follows if self.intent else None) or Follow()

    @property
    def declined(self) -> bool:
        """The customer has said no to what we asked, and nothing else."""
        return self.follow.answer in {"no", "none"} and self.intent is not None and self.intent.intent == "smalltalk"

    @property
    def entities(self) -> Entities:
        return self.intent.entities if self.intent else Entities()

    @property
    def orders(self) -> tuple[Order, ...]:
        """Newest first."""
        return tuple(sorted(self.context.orders, key=_placed, reverse=True))

    @property
    def unavailable(self) -> frozenset[str]:
        return frozenset(self.context.unavailable) | frozenset(self.api.unavailable)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Numbers the customer named that are not theirs; when the orders cannot be seen, nobody can tell."""
        if self.nameless:
            return ()
        named = () if "orders" in self.unavailable else self.entities.order_ids
        missing = (number for number in named if not self.context.order(number))
        return tuple(dict.fromkeys((*self.context.unknown_orders, *missing)))

    @property
    def matters(self) -> tuple[Matter, ...]:
        """Everything the customer asks for, the main matter first."""
        wanted = self.intent.wanted if self.intent else ()
        return tuple(matter for intent in dict.fromkeys(wanted) for matter in self._matters_of(intent))

    def item(self, order: Order) -> Item | None:
        """The one item of the order that the customer means, if that can be told."""
        if meant := [item for item in order.items if item.sku == self.follow.sku]:
            return meant[0]
        named = [item for item in order.items if self._speaks_of(item)]
        returnable = [item for item in order.items if item.returnable]
        found = named or returnable
        return found[0] if len(found) == 1 else None

    def _matters_of(self, intent: IntentName) -> tuple[Matter, ...]:
        named = self._named(intent)
        if named:
            known = [order for number in named if (order := self.context.order(number))]
            missing = tuple(number for number in named if not self.context.order(number))
            return tuple(self._about(intent, order) for order in known[:MOST_ORDERS]) or (
                Matter(intent, unknown=missing),
            )
        if intent not in SUITABLE:
            return (Matter(intent),)
        return self._guessed(intent)

    def _guessed(self, intent: IntentName) -> tuple[Matter, ...]:
        last = self._last(intent)
        likely = (last,) if last else self._likely(intent)
        if len(likely) == 1 or (intent in READ_ONLY and not hurried(self.said)):
            return tuple(self._about(intent, order) for order in likely[:MOST_ORDERS]) or (Matter(intent),)
        return (Matter(intent, choices=likely[:MOST_ORDERS]),)

    def _last(self, intent: IntentName) -> Order | None:
        """The order last talked about, unless the words lead elsewhere."""
        last = self.context.order(self.context.session.last_order_id or "")
        if last is None or last.order_id == self.follow.other_than:
            return None
        elsewhere = [order for order in self.orders if any(self._speaks_of(item) for item in order.items)]
        if elsewhere and last not in elsewhere:
            return None
        fits = SUITABLE[intent](last) or POINTING.search(self.said) or not any(map(SUITABLE[intent], self.orders))
        return last if fits else None

    def _about(self, intent: IntentName, order: Order) -> Matter:
        return Matter(intent, order, self.context.parcel(order), self.api.facts(order.order_id))

    def _named(self, intent: IntentName) -> tuple[str, ...]:
        """The orders of the clause, else those that no other clause claims, else a single one for everything."""
        if self.intent is None:
            return ()
        clauses: dict[IntentName, tuple[str, ...]] = {}
        said: tuple[Intent | OtherIntent, ...] = (self.intent, *self.intent.secondary)
        for clause in said:
            clauses[clause.intent] = (*clauses.get(clause.intent, ()), *clause.order_ids)
        if clauses.get(intent):
            return clauses[intent]
        if intent not in SUITABLE and len(clauses) > 1:
            return ()
        claimed = {number for numbers in clauses.values() for number in numbers}
        named = self.entities.order_ids
        free = tuple(number for number in named if number not in claimed)
        return free or (named if len(named) == 1 else ())

    def _likely(self, intent: IntentName) -> tuple[Order, ...]:
        orders = tuple(order for order in self.orders if order.order_id != self.follow.other_than)
        spoken = [order for order in orders if any(self._speaks_of(item) for item in order.items)]
        charged = [order for order in orders if self._charges_named(order)]
        pool = (charged if intent in {"billing_invoice", "payment_issue"} else []) or spoken or orders
        return tuple(filter(SUITABLE[intent], pool)) or tuple(pool[:1] if intent in READ_ONLY else pool)

    def _charges_named(self, order: Order) -> bool:
        named = {round(amount.value, 2) for amount in self.entities.amounts}
        return any(round(charge.amount, 2) in named for charge in order.charges)

    def _speaks_of(self, item: Item) -> bool:
        said = {_singular(word) for word in WORD.findall(self.said.lower())}
        head = re.split(r"\s(?:with|in|for|of)\s|[,(]", item.name.lower())[0]
        # The last word of a name is the thing itself: "Rain jacket", "Espresso machine".
        words = [_singular(word) for word in WORD.findall(head)]
        return bool(words) and words[-1] in said


def _words(message: Message) -> str:
    """What counts of what was said: this message, or what earlier turns make of it."""
    intent = message.get(Intent)
    return (intent.follows.words if intent and intent.follows else "") or asked(message)


def _placed(order: Order) -> float:
    return order.placed_at.timestamp() if order.placed_at else 0.0


def _singular(word: str) -> str:
    return word.removesuffix("s")
