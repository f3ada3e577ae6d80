"""The shop's state: lookups that every service shares, and the one door through which anything changes.

A change is worked out whole, saved, and only then shown. Nothing awaits on the way, so requests that
arrive together are served one after the other, and a key can have only one effect.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Self, TypeVar

from pydantic import JsonValue

from mock_services.answers import Done
from mock_services.models import Customer, Document, Effect, History, Order, Product, SupportTicket, Tracking
from mock_services.problems import Refusal, Unacceptable, Unknown
from mock_services.seed import Stock, stock
from mock_services.store import Remembered, Store

D = TypeVar("D", bound=Document)
Clock = Callable[[], datetime]

ORDER_ID = re.compile(r"#?\s*(?:ORD-?)?([0-9]{1,8})", re.IGNORECASE)
FIRST_NEW_NUMBER = 100_001  # above every number in the seeded data


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request for a change. Without a key it is carried out every time."""

    key: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Deed:
    operation: str
    target: str
    details: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule decided. Without a deed the answer was true already and nothing changes."""

    answer: Done
    deed: Deed | None
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: str
    replayed: bool = False


def utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class Shop:
    def __init__(self, seeded: Stock, store: Store, clock: Clock = utc_now) -> None:
        self.now = clock
        self._store = store
        self._documents: dict[tuple[type[Document], str], Document] = {}
        self._emails: dict[str, str] = {}
        self._orders_of: defaultdict[str, set[str]] = defaultdict(set)
        self._tickets = seeded.tickets
        self._answers = {answer.key: answer for answer in store.answers()}
        self._effects = list(store.effects())
        # The store holds only what changed; the rest is sown anew, relative to the day of the start.
        for document in (*seeded.documents, *store.documents()):
            self._keep(document)

    @property
    def today(self) -> date:
        return self.now().date()

    def customer(self, email_or_id: str) -> Customer:
        wanted = email_or_id.strip().lower()
        found = self._get(Customer, self._emails.get(wanted, wanted.upper()))
        if found is None:
            raise Unknown("customer_unknown", f"We have no customer {email_or_id}.")
        return found

    def order(self, text: str) -> Order:
        match = ORDER_ID.fullmatch(text.strip())
        order_id = f"ORD-{match[1]:0>8}" if match else text
        found = self._get(Order, order_id)
        if found is None:
            raise Unknown("order_unknown", f"We have no order {order_id}.")
        return found

    def tracking(self, number: str) -> Tracking:
        found = self._get(Tracking, number.replace(" ", "").upper())
        if found is None:
            raise Unknown("tracking_unknown", f"We have no parcel with tracking number {number}.")
        return found

    def tracking_of(self, order: Order) -> Tracking | None:
        return self._get(Tracking, order.tracking_number) if order.tracking_number else None

    def product(self, sku: str) -> Product:
        """The product of a sku, with or without the size that follows the last dash."""
        wanted = sku.strip().upper()
        found = self._get(Product, wanted) or self._get(Product, wanted.rpartition("-")[0])
        if found is None:
            raise Unknown("product_unknown", f"We have no product {sku}.")
        return found

    def products(self) -> list[Product]:
        return [found for found in self._documents.values() if isinstance(found, Product)]

    def orders(self) -> list[Order]:
        return [found for found in self._documents.values() if isinstance(found, Order)]

    def orders_of(self, customer: Customer) -> list[Order]:
        """Newest first."""
        orders = [self.order(order_id) for order_id in self._orders_of[customer.customer_id]]
        return sorted(orders, key=lambda order: (order.placed_at, order.order_id), reverse=True)

    def history(self, order: Order) -> History:
        return self._get(History, order.order_id) or History(order_id=order.order_id, entries=())

    def tickets(self, customer: Customer) -> tuple[SupportTicket, ...]:
        return self._tickets.get(customer.customer_id, ())

    def effects(self, key_prefix: str = "") -> list[Effect]:
        return [effect for effect in self._effects if (effect.key or "").startswith(key_prefix)]

    def new_number(self) -> int:
        """A number that no earlier change used: every change counts as one effect, and effects are kept."""
        return FIRST_NEW_NUMBER + len(self._effects)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}-{self.new_number()}"

    def perform(self, attempt: Attempt, rule: Callable[[Self], Change]) -> Reply:
        """Carry out a change once per key; a refusal is remembered like any other answer."""
        if attempt.key is not None and (earlier := self._answers.get(attempt.key)):
            return _replay(earlier, attempt)
        try:
            change = rule(self)
        except Refusal as refusal:
            reply = Reply(refusal.problem.status, refusal.problem.to_json().decode())
            self._commit(attempt, reply, None)
        else:
            reply = Reply(HTTPStatus.OK, change.answer.model_dump_json())
            self._commit(attempt, reply, change)
        return reply

    def _commit(self, attempt: Attempt, reply: Reply, change: Change | None) -> None:
        effect = self._effect(attempt, change.deed) if change and change.deed else None
        documents = change.documents if change else ()
        answer = _remembered(attempt, reply)
        if not (documents or answer or effect):
            return
        self._store.save(documents, answer, effect)
        for document in documents:
            self._keep(document)
        if answer:
            self._answers[answer.key] = answer
        if effect:
            self._effects.append(effect)

    def _effect(self, attempt: Attempt, deed: Deed) -> Effect:
        return Effect(
            key=attempt.key, operation=deed.operation, target=deed.target, at=self.now(), details=deed.details
        )

    def _get(self, kind: type[D], key: str) -> D | None:
        found = self._documents.get((kind, key))
        return found if isinstance(found, kind) else None

    def _keep(self, document: Document) -> None:
        self._documents[type(document), document.key] = document
        match document:
            case Customer():
                self._emails[document.email.lower()] = document.customer_id
            case Order():
                self._orders_of[document.customer_id].add(document.order_id)


def _remembered(attempt: Attempt, reply: Reply) -> Remembered | None:
    if attempt.key is None:
        return None
    return Remembered(key=attempt.key, fingerprint=attempt.fingerprint, status=reply.status, body=reply.body)


def _replay(earlier: Remembered, attempt: Attempt) -> Reply:
    if earlier.fingerprint != attempt.fingerprint:
        raise Unacceptable("key_reused", f"The key {earlier.key} was already used for a different request.")
    return Reply(earlier.status, earlier.body, replayed=True)


@contextmanager
def open_shop(directory: Path | None = None, *, seed: int = 7, clock: Clock = utc_now) -> Iterator[Shop]:
    store = Store(directory, seed=seed)
    try:
        yield Shop(stock(seed, clock().date()), store, clock)
    finally:
        store.close()
