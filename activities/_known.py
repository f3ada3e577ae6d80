"""What a reply may quote: the numbers, sums and addresses that the shop or the customer has named."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from activities._case import Case
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
CENTS: Final = re.compile(r"[.,](\d{1,2})$")
SHORTEST_PHONE: Final = 7


@dataclass(frozen=True)
class Known:
    ids: frozenset[str]
    words: frozenset[str]
    parcels: frozenset[str]
    amounts: frozenset[float]
    emails: frozenset[str]
    phones: frozenset[str]
    text: str
    refunded: bool

    @classmethod
    def of(cls, message: Message) -> "Known":
        facts, said = _facts(message), message.payload.customer_message
        told = json.dumps(facts, ensure_ascii=False)
        text = f"{told}\n{said}\n{message.payload.customer_email or ''}"
        named = [f"ORD-{number}" for number in re.findall(r"\d{3,8}", said)]
        return cls(
            ids=frozenset(map(canonical, [*(found[0] for found in ID.finditer(text)), *named])),
            words=frozenset(re.findall(r"\w+", text.upper())),
            parcels=frozenset(re.findall(r"\d{12,22}", told)),
            amounts=frozenset((*_sums(facts), *_numbers(said))),
            emails=frozenset(found.lower() for found in EMAIL.findall(text)),
            phones=frozenset(map(significant, PHONE.findall(text))),
            text=" ".join(text.lower().split()),
            refunded=_refund_done(message),
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
    return [slots.context, slots.api_data, slots.execution_result, slots.intent]


def _refund_done(message: Message) -> bool:
    executed = Case.of(message).executed
    return executed is not None and any(
        result.outcome == "done" and result.action.name in {"process_refund", "cancel_order"}
        for result in executed.results
    )


def _numbers(text: str) -> Iterator[float]:
    return (amount(found) for found in NUMBER.findall(text))


def _sums(value: JsonValue) -> Iterator[float]:
    """Every sum of money in the facts, with what follows from two of them."""
    if isinstance(value, dict):
        yield from _money_of(value)
        yield from _all_sums(value.values())
    elif isinstance(value, list):
        yield from _all_sums(value)
    elif isinstance(value, str):
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
