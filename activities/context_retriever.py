"""Who is the customer, what did they order, where is it, and what was said before?"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Literal

from activities._entities import Entities, entities_in
from activities._facts import Doubts, Facts
from activities._gloss import gloss
from activities._language import language_of
from activities._plain_text import squeezed
from activities._session_context import Past, past_of
from activities.intent_analyzer import Intent
from mesh.actor import actor
from mesh.identity import IDENTITY, vouched
from mesh.protocol import Enrichment, Message
from mesh.route import Wire, spared
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Customer, Order, Shop, SupportTicket, Tracking
from mesh.store import History

KEPT_ORDERS = 10
"""Newest orders that travel with the message besides those it is about: an envelope is paid for at every hop."""

FOLLOWED_ORDERS = 3
LONG_AGO = timedelta(days=30)
FACTS_OF = {
    "customers": ("customer", "tickets"),
    # Without its order nobody asks for a parcel.
    "orders": ("orders", "tracking", "unknown_orders"),
    "tracking": ("tracking",),
}
OVER = frozenset({"delivered", "returned", "cancelled"})


class Turn(Wire):
    sender: Literal["customer", "agent", "human"]
    text: str


class SessionContext(Wire):
    """What earlier messages of the session left behind."""

    turns: int = 0
    clarifications: int = 0
    last_intent: str | None = None
    last_order_id: str | None = None
    recent: tuple[Turn, ...] = ()


class Context(Enrichment, slot="context"):
    customer: Customer | None = None
    orders: tuple[Order, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    tickets: tuple[SupportTicket, ...] = ()
    session: SessionContext = SessionContext()
    unavailable: tuple[str, ...] = ()
    unknown_orders: tuple[str, ...] = ()
    vouched: bool = True
    """Whether the customer is who the message says. If not, nothing of theirs is here and nothing is done for them."""
    guessed: tuple[str, ...] | None = spared(None)
    """The orders and parcels that were looked for when the intent was not known yet; None when it was."""

    def missed(self, entities: Entities) -> bool:
        """Whether something else was looked for than the customer names, as we know by now."""
        return self.guessed is not None and set(self.guessed) != set(names_in(entities))

    def order(self, order_id: str) -> Order | None:
        return next((order for order in self.orders if order.order_id == order_id), None)

    def parcel(self, order: Order) -> Tracking | None:
        return next((found for found in self.tracking if found.tracking_number == order.tracking_number), None)


@actor("context_retriever", timeout=timedelta(seconds=10), rides=True)
async def context_retriever(
    message: Message, *, shop: Shop, sessions: Sessions, history: History, settings: Settings
) -> Context:
    """Gather what can be had; what cannot is named in `unavailable`, and the message goes on.

    Beside the analyzer of the intent it goes by the words alone, and notes what it took them to name.
    Asked again, after a long wait, it brings the shop's facts up to date; what was said before stays as it was found.
    """
    doubts = Doubts()
    facts = Facts(shop, sessions, doubts)
    known = vouched(message, settings)
    intent, email = message.get(Intent), message.payload.customer_email if known else None
    entities = intent.entities if intent else _by_words(message)
    customer, orders, past = await asyncio.gather(
        facts.customer(email), facts.orders(email), past_of(message, sessions, history)
    )
    if not past.reachable:
        doubts.add("sessions")
    named, last = _named(orders, entities), _last(orders, past)
    tickets, tracking = await asyncio.gather(facts.tickets(customer), facts.parcels(named or _live(orders, last)))
    found = Context(
        customer=customer,
        orders=_kept(orders, (*named, *last)),
        tracking=tracking,
        tickets=tickets,
        session=_session_context(past),
        unavailable=doubts.named,
        # Without the list of orders nobody can say that a number is wrong.
        unknown_orders=() if "orders" in doubts.named or not known else _unknown(orders, entities),
        vouched=known and _on_file(message, customer, doubts),
        guessed=None if intent else names_in(entities),
    )
    earlier = message.get(Context)
    return _renewed(earlier, found) if earlier else found


def _on_file(message: Message, customer: Customer | None, doubts: Doubts) -> bool:
    """Whether an address that only a mail proves is a customer's, as far as the shop can be asked."""
    return customer is not None or message.metadata.get(IDENTITY) != "mail" or "customers" in doubts.named


def _renewed(earlier: Context, found: Context) -> Context:
    """The new facts, and the earlier ones of services that are away now: the shop itself refuses what became untrue."""
    stay = {name for service in found.unavailable for name in FACTS_OF.get(service, ())}
    return found.model_copy(update={name: getattr(earlier, name) for name in sorted({*stay, "session"})})


def _by_words(message: Message) -> Entities:
    text = squeezed(message.payload.customer_message)
    return entities_in(gloss(text, language_of(text).code))


def names_in(entities: Entities) -> tuple[str, ...]:
    """The numbers of orders and parcels."""
    return (*entities.order_ids, *map(_canonical, entities.tracking_numbers))


def _named(orders: tuple[Order, ...], entities: Entities) -> tuple[Order, ...]:
    parcels = set(map(_canonical, entities.tracking_numbers))
    return tuple(order for order in orders if order.order_id in entities.order_ids or order.tracking_number in parcels)


def _last(orders: tuple[Order, ...], past: Past) -> tuple[Order, ...]:
    wanted = past.session.state.last_order_id if past.session else None
    return tuple(order for order in orders if order.order_id == wanted)


def _unknown(orders: tuple[Order, ...], entities: Entities) -> tuple[str, ...]:
    """What the customer named and does not own; whether another customer does is nobody's business."""
    own = {order.order_id for order in orders} | {order.tracking_number for order in orders}
    return tuple(dict.fromkeys(name for name in names_in(entities) if name not in own))


def _kept(orders: tuple[Order, ...], about: tuple[Order, ...]) -> tuple[Order, ...]:
    newest = {order.order_id for order in (*about, *_newest_first(orders)[:KEPT_ORDERS])}
    return tuple(order for order in _newest_first(orders) if order.order_id in newest)


def _live(orders: tuple[Order, ...], last: tuple[Order, ...]) -> tuple[Order, ...]:
    """The orders whose parcels matter when none is named: the last talked about, the newest that are not long over."""
    newest = [order for order in _newest_first(orders) if not _long_over(order) and order not in last]
    return (*last, *newest[:FOLLOWED_ORDERS])


def _newest_first(orders: tuple[Order, ...]) -> list[Order]:
    return sorted(orders, key=lambda order: order.placed_at.timestamp() if order.placed_at else 0, reverse=True)


def _long_over(order: Order) -> bool:
    if order.status not in OVER:
        return False
    ended = order.delivered_at or order.placed_at
    return ended is None or ended.date() < datetime.now(UTC).date() - LONG_AGO


def _canonical(number: str) -> str:
    return "".join(number.split()).upper()


def _session_context(past: Past) -> SessionContext:
    if past.session is None:
        return SessionContext()
    state, turns = past.session
    return SessionContext(
        turns=state.turns,
        clarifications=state.clarifications,
        last_intent=state.last_intent,
        last_order_id=state.last_order_id,
        recent=tuple(Turn(sender=turn.sender, text=turn.text) for turn in turns),
    )
