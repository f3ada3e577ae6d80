"""Generated customers: every tier, up to six orders each, orders in every state, support history."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, cycle
from typing import get_args

from mock_services.models import (
    ONE_SIZE,
    Address,
    Carrier,
    Charge,
    Currency,
    Customer,
    Item,
    OrderStatus,
    Refund,
    Return,
    ShippingMethod,
    SupportTicket,
    Tier,
)
from mock_services.seed.catalogue import PRODUCTS, item
from mock_services.seed.journeys import Purchase, Stock, documents, moment

CUSTOMERS = 400
FIRST = "Ada Ben Chloe David Elena Felix Grace Henry Irene Jonas Klara Leo Maria Nils Olga Paul Rosa Sam Tara Victor"
LAST = "Adams Bauer Costa Dubois Evans Fischer Garcia Hansen Ivanov Jensen Kowalski Lopez Moreau Nielsen Rossi Smith"
CITIES = (
    ("Vienna", "1010", "AT"),
    ("Madrid", "28001", "ES"),
    ("Milan", "20121", "IT"),
    ("Lyon", "69001", "FR"),
    ("Frankfurt", "60311", "DE"),
    ("Utrecht", "3511", "NL"),
    ("Leeds", "LS1 4AP", "GB"),
    ("Denver", "80202", "US"),
)
CURRENCIES: dict[str, Currency] = {"GB": "GBP", "US": "USD"}
RARELY = 0.1
STREETS = ("Market Street", "Station Road", "Park Avenue", "Church Lane", "Harbour Street", "Garden Row")
HUBS = ("Leipzig hub", "Cologne hub", "Liege hub", "Madrid hub", "Memphis hub")
# Days ago an order of each status was placed, days ago it got there, and days until it is due.
TIMES: dict[OrderStatus, tuple[int, int, int | None]] = {
    "pending": (1, 1, 5),
    "processing": (2, 1, 4),
    "shipped": (3, 1, 3),
    "in_transit": (5, 1, 2),
    "out_for_delivery": (6, 1, 0),
    "delivered": (9, 5, -5),
    "delayed": (12, 4, -3),
    "lost": (25, 8, -15),
    "cancelled": (14, 12, None),
    "returned": (40, 15, -34),
}
SUBJECTS = (
    ("Where is my order?", "The tracking link was sent."),
    ("The parcel came damaged", "A replacement was sent."),
    ("Question about an invoice", "The invoice was sent again."),
    ("Wrong size", "The item was exchanged."),
    ("Cannot log in", "The password was reset."),
)


def people(seed: int, today: date) -> Stock:
    statuses, numbers = cycle(get_args(OrderStatus)), count(1)
    found: list[Customer] = []
    purchases: list[Purchase] = []
    tickets: dict[str, tuple[SupportTicket, ...]] = {}
    for number in range(1, CUSTOMERS + 1):
        dice = random.Random(f"{seed} {number}")
        customer = _customer(number, dice)
        found.append(customer)
        tickets[customer.customer_id] = tuple(_tickets(number, dice, today))
        purchases += [
            _purchase(next(numbers), customer, next(statuses), today, dice) for _ in range(dice.randint(0, 6))
        ]
    bought = (document for purchase in purchases for document in documents(purchase, today))
    return Stock((*found, *bought), tickets)


def _customer(number: int, dice: random.Random) -> Customer:
    first, last = dice.choice(FIRST.split()), dice.choice(LAST.split())
    city, postal_code, country = dice.choice(CITIES)
    street = f"{dice.choice(STREETS)} {dice.randint(1, 150)}"
    return Customer(
        customer_id=f"CUST-{1000 + number:06d}",
        email=f"{first}.{last}{number}@example.com".lower(),
        name=f"{first} {last}",
        # 555-01xx is kept free for examples.
        phone=f"+1 {dice.randint(201, 989)} 555 01{number % 100:02d}",
        tier=dice.choices(get_args(Tier), weights=(60, 22, 13, 5))[0],
        since=date(2018, 1, 1) + timedelta(days=dice.randint(0, 2500)),
        verified=dice.random() >= RARELY,
        address=Address(street=street, postal_code=postal_code, city=city, country=country),
        store_credit=dice.choice((0.0, 0.0, 0.0, 5.0, 12.5)),
    )


def _purchase(number: int, customer: Customer, status: OrderStatus, today: date, dice: random.Random) -> Purchase:
    placed, ended, due = TIMES[status]
    # Delivered orders reach back beyond the return window, the others are what is going on now.
    older = dice.randint(0, 60) if status in {"delivered", "cancelled", "returned"} else 0
    method = dice.choice(get_args(ShippingMethod))
    items = tuple(_items(dice))
    extras = _extras(method, customer.tier, items)
    return Purchase(
        order_id=f"ORD-{10_000_000 + number * 137}",
        customer=customer,
        items=items,
        status=status,
        placed=placed + older,
        ended=ended + older,
        due=None if due is None else due - older,
        carrier=dice.choice(get_args(Carrier)),
        hub=dice.choice(HUBS),
        shipping_method=method,
        payment_method=dice.choice(("card", "paypal", "invoice")),
        currency=CURRENCIES.get(customer.address.country, "EUR"),
        extras=extras,
        returns=_returns(number, status, ended + older, today),
        refunds=_refunds(number, status, _total(items, extras), ended + older, today=today),
    )


def _items(dice: random.Random) -> Iterator[Item]:
    for product in dice.sample(list(PRODUCTS.values()), k=dice.choice((1, 1, 2, 3))):
        size = None if ONE_SIZE in product.sizes else dice.choice(list(product.sizes))
        color = dice.choice(product.colors) if product.colors else None
        yield item(product.sku, size, color, quantity=dice.choice((1, 1, 1, 2)))


def _extras(method: ShippingMethod, tier: Tier, items: tuple[Item, ...]) -> tuple[Charge, ...]:
    goods = _total(items, ())
    shipping = Charge(description=f"{method.capitalize()} shipping", amount=12.90 if method == "express" else 4.90)
    if tier == "standard":
        return (shipping,)
    return shipping, Charge(description=f"{tier.capitalize()} discount", amount=-round(goods * 0.05, 2))


def _total(items: tuple[Item, ...], extras: tuple[Charge, ...]) -> float:
    goods = sum(item.quantity * item.unit_price for item in items)
    return round(goods + sum(charge.amount for charge in extras), 2)


def _returns(number: int, status: OrderStatus, ended: int, today: date) -> tuple[Return, ...]:
    if status != "returned":
        return ()
    sent_back = Return(
        return_id=f"RET-{number}",
        status="closed",
        sku=None,
        reason="Not as expected",
        label_url=f"https://shop.example.com/labels/RET-{number}.pdf",
        created_at=moment(today, ended + 3),
    )
    return (sent_back,)


def _refunds(number: int, status: OrderStatus, total: float, ended: int, *, today: date) -> tuple[Refund, ...]:
    if status not in {"cancelled", "returned"}:
        return ()
    given_back = Refund(
        refund_id=f"REF-{number}",
        amount=total,
        status="paid",
        reason=f"The order was {status}.",
        created_at=moment(today, ended),
        expected_by=today - timedelta(days=ended - 5),
    )
    return (given_back,)


def _tickets(number: int, dice: random.Random, today: date) -> Iterator[SupportTicket]:
    for nth in range(dice.choice((0, 0, 1, 1, 2, 3))):
        subject, resolution = dice.choice(SUBJECTS)
        days_ago = dice.randint(5, 300)
        open_still = dice.random() < RARELY
        yield SupportTicket(
            ticket_id=f"TCK-{number * 10 + nth:06d}",
            opened_at=moment(today, days_ago),
            closed_at=None if open_still else moment(today, days_ago - 2),
            subject=subject,
            resolution=None if open_still else resolution,
        )
