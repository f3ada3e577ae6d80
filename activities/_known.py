"""What a reply may quote: the numbers, sums, days and addresses that shop, articles or customer have named.

What stands in a text of the shop that speaks like an instruction vouches for nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from pydantic import JsonValue

from activities._clauses import plain
from activities._deeds import Backing, backings
from activities._figures import Figures, Span
from activities._policies import instructs
from activities._together import asked
from mesh.parts import HandoffPart, parts_in
from mesh.protocol import Message

ID: Final = re.compile(r"\b(?P<letters>[A-Z]{2,5})-(?P<digits>\d{3,})\b", re.IGNORECASE)
NUMBER: Final = re.compile(r"\d[\d.,]*")
PARCEL: Final = re.compile(
    r"(?<![\w-])(?:1Z[0-9A-Z]{16}|JD\d{16,20}|[A-Z]{2}\d{9}[A-Z]{2}|\d{12,22})(?![\w-])", re.IGNORECASE
)
EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE: Final = re.compile(
    r"(?<![\w-])(?:(?:\+|00)[1-9](?:[\s().-]?\d){7,14}|\(?0?\d{2,4}\)?[\s./-]\d{3,4}[\s.-]\d{3,5})(?![\w-])"
)
MONEY_FIELD: Final = re.compile(r"(?:^|_)(?:amount|total|paid|refunded|price|credit|left|fee)$")
QUOTED_SUM: Final = re.compile(r"(\d[\d.,]*) (?:EUR|USD|GBP)\b")
CENTS: Final = re.compile(r"[.,](\d{1,2})$")
CENTS_IN: Final = re.compile(r"[.,]\d")
"""Where a number is no whole one. Most texts of the shop hold none: dates, names, states."""

ISO_DAY: Final = re.compile(r"\b20\d\d-\d\d-\d\d")
SHORTEST_PHONE: Final = 7
HOUR: Final = 60


@dataclass(frozen=True)
class Known:
    """What is known about the case.

    Attributes:
        told: the days and times that the shop or an article names: only these may be promised.
        heard: those of the customer as well: they may be spoken of.
        articles: the words of the shop's articles that were found.
        receipts: the words of what was done, where `tomorrow morning` is no guess.
    """

    ids: frozenset[str]
    words: frozenset[str]
    parcels: frozenset[str]
    amounts: frozenset[float]
    emails: frozenset[str]
    phones: frozenset[str]
    text: str
    shown: tuple[Backing, ...]
    articles: str
    told: Figures
    heard: Figures
    receipts: str
    today: date

    @classmethod
    def of(cls, message: Message, today: date | None = None) -> "Known":
        facts, said = _facts(message), asked(message)
        told = json.dumps(facts, ensure_ascii=False)
        text = f"{told}\n{said}\n{message.payload.customer_email or ''}"
        today, waits, dates = today or datetime.now(UTC).date(), tuple(_waits(message)), _dates(told)
        named = [f"ORD-{number}" for number in re.findall(r"\d{3,8}", said)]
        figures = Figures.of(plain(told), dates, today, waits)
        theirs = Figures.of(plain(f"{said}\n{message.payload.customer_email or ''}"), (), today, ())
        return cls(
            ids=frozenset(map(canonical, [*(found[0] for found in ID.finditer(text)), *named])),
            words=frozenset(re.findall(r"\w+", text.upper())),
            parcels=frozenset(re.findall(r"\d{12,22}", told)),
            amounts=frozenset((*_sums(facts), *_numbers(said), *_quoted_sums(message))),
            emails=frozenset(found.lower() for found in EMAIL.findall(text)),
            phones=frozenset(map(significant, PHONE.findall(text))),
            text=" ".join(text.lower().split()),
            shown=backings(message),
            articles=plain("\n".join(_strings(facts[-1]))),
            told=figures,
            heard=figures.joined(theirs),
            receipts=plain(json.dumps(message.payload.execution_result, ensure_ascii=False)),
            today=today,
        )


def canonical(identifier: str) -> str:
    """`ord-12345` and `ORD-00012345` are one order."""
    letters, _, digits = identifier.upper().partition("-")
    return f"{letters}-{digits.lstrip('0')}"


def significant(phone: str) -> str:
    """The digits that are the same with and without the country code."""
    return re.sub(r"\D", "", phone)[-SHORTEST_PHONE:]


def amount(number: str) -> float:
    """`1,299.00`, `1.299,00` and `49,9` as numbers."""
    cleaned = number.rstrip(".,")
    cents = CENTS.search(cleaned)
    whole = re.sub(r"\D", "", cleaned[: cents.start()] if cents else cleaned)
    return float(f"{whole or 0}.{cents[1]}") if cents else float(whole or 0)


def _facts(message: Message) -> list[JsonValue]:
    slots = message.payload
    told = (slots.context, slots.api_data, slots.execution_result, slots.intent, _articles(message))
    return [_vouching(value) for value in told]


def _articles(message: Message) -> JsonValue:
    """What was found in the shop's articles, as it travels."""
    found: JsonValue = (message.payload.model_extra or {}).get("knowledge")
    return found


def _strings(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        yield from (text for part in parts for text in _strings(part))


def _vouching(value: JsonValue) -> JsonValue:
    """The same without texts that speak like an instruction."""
    if isinstance(value, dict):
        return {name: _vouching(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_vouching(part) for part in value]
    return "" if isinstance(value, str) and instructs(value) else value


def _dates(told: str) -> tuple[date, ...]:
    found = []
    for written in ISO_DAY.findall(told):
        with suppress(ValueError):
            found.append(date.fromisoformat(written))
    return tuple(found)


def _waits(message: Message) -> Iterator[Span]:
    """How long the route lets the customer wait for a person, and how long most wait, where that was measured."""
    waits = [round(message.route.policy("human_agent").timeout / 60)] if "human_agent" in message.route.policies else []
    parts = parts_in(message.payload.response)
    waits += [part.usually_minutes for part in parts if isinstance(part, HandoffPart) and part.usually_minutes]
    for minutes in waits:
        yield from ((minutes, "minute"), (minutes // HOUR, "hour"))


def _quoted_sums(message: Message) -> Iterator[float]:
    """The sums in the shop's articles; the days and percentages beside them are none."""
    return map(amount, QUOTED_SUM.findall(json.dumps(_articles(message))))


def _numbers(text: str) -> Iterator[float]:
    return (amount(found) for found in NUMBER.findall(text))


def _sums(value: JsonValue) -> Iterator[float]:
    """Every sum of money in the facts, with what follows from two of them."""
    if isinstance(value, dict):
        yield from _money_of(value)
        yield from _all_sums(value.values())
    elif isinstance(value, list):
        yield from _all_sums(value)
    elif isinstance(value, str) and CENTS_IN.search(value):
        yield from (number for number in _numbers(value) if number % 1)


def _all_sums(values: Iterable[JsonValue]) -> Iterator[float]:
    for value in values:
        yield from _sums(value)


def _money_of(fields: dict[str, JsonValue]) -> Iterator[float]:
    sums = {name: float(value) for name, value in fields.items() if isinstance(value, int | float)}
    yield from (round(abs(value), 2) for name, value in sums.items() if MONEY_FIELD.search(name))
    if {"paid", "refunded"} <= sums.keys():
        yield round(sums["paid"] - sums["refunded"], 2)
    if {"quantity", "unit_price"} <= sums.keys():
        yield round(sums["quantity"] * sums["unit_price"], 2)
