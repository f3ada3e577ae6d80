"""What a language needs beside its templates: how it writes days, sums and lists, and its words for the shop's.

One file for each language, `activities/_tongue_<code>.py`, in the polite form. Tables of our own
instead of a library: it is four languages, a dozen words each, and a library would bring all the world's.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from activities._intent_names import IntentName
from activities._reply import Action, ActionName
from mesh.shop import Order

SIGNS = {"EUR": "\u20ac", "USD": "$", "GBP": "\u00a3"}


@dataclass(frozen=True)
class Tongue:
    """The words of a language.

    Attributes:
        status: what an order does: "is on its way". `other` is said of any status that is not here.
        states: the same for refunds and returns.
        ways: payment methods.
        goods: what stands for the items of an order when none is named.
        why: why a person takes over.
        terms: what a yes would mean, by action, with `order`, `count` and `sum`.
        units: minute, minutes, hour, hours.
        dated: how a day is put together from `weekday`, `day` and `month`; `year` joins another year to it.
    """

    both: str
    status: dict[str, str]
    states: dict[str, str]
    other: str
    ways: dict[str, str]
    deeds: dict[ActionName, str]
    services: dict[str, str]
    matters: dict[IntentName, str]
    quoted: str
    goods: str
    why: dict[str, str]
    terms: dict[str, str]
    units: tuple[str, str, str, str]
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    dated: str
    year: str

    def listed(self, names: list[str] | tuple[str, ...], last: str = "") -> str:
        *first, end = list(dict.fromkeys(names)) or [""]
        return f"{', '.join(first)} {last or self.both} {end}" if first else end

    def money(self, amount: float, currency: str) -> str:
        return f"{amount:.2f} {SIGNS.get(currency, currency)}".replace(".", ",")

    def day(self, value: date | datetime | str) -> str:
        """What is no date stays as the shop wrote it."""
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return str(value)
        said = self.dated.format(
            weekday=self.weekdays[found.weekday()], day=found.day, month=self.months[found.month - 1]
        )
        return said if found.year == datetime.now(UTC).year else f"{said}{self.year}{found.year}"

    def in_words(self, status: str) -> str:
        return self.status.get(status) or self.other.format(status=status.replace("_", " "))

    def state(self, status: str) -> str:
        return self.states.get(status) or self.in_words(status)

    def spoken(self, name: str) -> str:
        return self.ways.get(name) or name.replace("_", " ")

    def hidden(self, services: frozenset[str]) -> tuple[str, ...]:
        return tuple(self.services[name] for name in sorted(services) if name in self.services)

    def deed(self, name: ActionName) -> str:
        return self.deeds[name]

    def item(self, action: Action, order: Order | None) -> str:
        items = order.items if order else ()
        return next((self.quoted.format(name=item.name) for item in items if item.sku == action.sku), self.goods)

    def term(self, action: Action, order: Order) -> str:
        """What a yes to this action would mean, with its sum."""
        count = sum(item.quantity for item in order.items)
        amount = order.paid - order.refunded if action.name == "cancel_order" else action.amount or 0
        said = self.terms[action.name if action.name in self.terms else "issue_store_credit"]
        return said.format(order=order.order_id, count=count, sum=self.money(round(amount, 2), order.currency))

    def within(self, minutes: int) -> str:
        count, place = (minutes, 0) if minutes % 60 else (minutes // 60, 2)
        return f"{count} {self.units[place + (count != 1)]}" if count else ""
