"""The fixed customers of the demo; `mock_services.seed` lists them."""

from datetime import date, timedelta

from mock_services.models import Address, Charge, Customer, Refund, Return, SupportTicket, Tier
from mock_services.seed.catalogue import item
from mock_services.seed.journeys import Purchase, Stock, documents, moment


def demo(today: date) -> Stock:
    purchases = (
        *_frank(),
        *_polly(),
        *_vera(),
        *_jack(),
        *_connie(today),
        *_oscar(),
        *_carl(),
        *_lou(),
    )
    found = tuple(document for purchase in purchases for document in documents(purchase, today))
    return Stock((*CUSTOMERS.values(), *found), {CUSTOMERS["frank"].customer_id: (_complaint(today),)})


def _customer(number: int, email: str, name: str, tier: Tier, address: tuple[str, str, str, str]) -> Customer:
    street, postal_code, city, country = address
    return Customer(
        customer_id=f"CUST-{number:06d}",
        email=f"{email}@example.com",
        name=name,
        # Numbers that the German regulator keeps free for films and examples.
        phone=f"+49 30 23125{number:03d}",
        tier=tier,
        since=date(2019 + number % 6, number, 10),
        verified=True,
        address=Address(street=street, postal_code=postal_code, city=city, country=country),
    )


CUSTOMERS = {
    customer.name.split()[0].lower(): customer
    for customer in (
        _customer(1, "furious.frank", "Frank Keller", "standard", ("Kastanienallee 12", "10435", "Berlin", "DE")),
        _customer(2, "polly.inquirer", "Polly Hart", "silver", ("Lister Meile 8", "30161", "Hanover", "DE")),
        _customer(3, "vera.vip", "Vera Lindqvist", "vip", ("Storgatan 3", "11455", "Stockholm", "SE")),
        _customer(4, "jack.jacket", "Jack Miller", "gold", ("Mill Lane 21", "D02 X285", "Dublin", "IE")),
        _customer(5, "connie.confused", "Connie Duarte", "standard", ("Rua do Ouro 40", "1100-063", "Lisbon", "PT")),
        _customer(6, "oscar.old", "Oscar Brandt", "standard", ("Lange Reihe 5", "20099", "Hamburg", "DE")),
        _customer(7, "nora.new", "Nora Novak", "standard", ("Vodni 9", "60200", "Brno", "CZ")),
        _customer(8, "carl.cancel", "Carl Weber", "standard", ("Ringstrasse 77", "80331", "Munich", "DE")),
        _customer(9, "lou.lost", "Lou Martin", "silver", ("Rue Haute 18", "1000", "Brussels", "BE")),
    )
}


def _frank() -> tuple[Purchase, ...]:
    machine = Purchase(
        order_id="ORD-00012345",
        customer=CUSTOMERS["frank"],
        items=(item("ESP-MACHINE"),),
        status="delayed",
        placed=13,
        ended=7,
        due=-6,
        hub="Leipzig hub",
    )
    return (machine,)


def _polly() -> tuple[Purchase, ...]:
    dress = Purchase(
        order_id="ORD-00067890",
        customer=CUSTOMERS["polly"],
        items=(item("DRS-LINEN", "M"), item("BAG-TOTE")),
        status="in_transit",
        placed=4,
        ended=1,
        due=2,
        carrier="UPS",
        hub="Cologne",
        extras=(Charge(description="Standard shipping", amount=4.90),),
    )
    lamp = Purchase(
        order_id="ORD-00061234",
        customer=CUSTOMERS["polly"],
        items=(item("LMP-DESK"),),
        status="delivered",
        placed=45,
        ended=40,
        due=-40,
    )
    return dress, lamp


def _vera() -> tuple[Purchase, ...]:
    watch = Purchase(
        order_id="ORD-00055501",
        customer=CUSTOMERS["vera"],
        items=(item("WCH-FIELD"), item("SCF-SILK", color="green")),
        status="delivered",
        placed=9,
        ended=5,
        due=-5,
        carrier="FedEx",
        shipping_method="express",
        extras=(Charge(description="Premium handling fee", amount=49.90),),
    )
    return (watch,)


def _jack() -> tuple[Purchase, ...]:
    jacket = Purchase(
        order_id="ORD-00077701",
        customer=CUSTOMERS["jack"],
        items=(item("JKT-TRAIL", "M"),),
        status="delivered",
        placed=8,
        ended=4,
        due=-4,
    )
    return (jacket,)


def _connie(today: date) -> tuple[Purchase, ...]:
    sweater = item("SWT-MERINO", "S")
    sent_back = Return(
        return_id="RET-33301",
        status="received",
        sku=sweater.sku,
        reason="Too small",
        label_url="https://shop.example.com/labels/RET-33301.pdf",
        created_at=moment(today, 8),
    )
    owed = Refund(
        refund_id="REF-33301",
        amount=sweater.unit_price,
        status="pending",
        reason="Returned: Merino sweater",
        created_at=moment(today, 2),
        expected_by=today + timedelta(days=3),
    )
    connie = CUSTOMERS["connie"]
    delivered = Purchase(
        order_id="ORD-00033301",
        customer=connie,
        items=(sweater, item("MUG-SET")),
        status="delivered",
        placed=16,
        ended=11,
        due=-11,
        returns=(sent_back,),
        refunds=(owed,),
    )
    shoes, kettle = (item("SHO-RUN", "39"),), (item("KTL-GOOSE"),)
    travelling = Purchase(
        order_id="ORD-00033302", customer=connie, items=shoes, status="in_transit", placed=5, ended=1, due=1
    )
    prepared = Purchase(
        order_id="ORD-00033303", customer=connie, items=kettle, status="processing", placed=2, ended=1, due=4
    )
    return delivered, travelling, prepared


def _oscar() -> tuple[Purchase, ...]:
    pack = Purchase(
        order_id="ORD-00060601",
        customer=CUSTOMERS["oscar"],
        items=(item("BAG-PACK"),),
        status="delivered",
        placed=65,
        ended=60,
        due=-60,
    )
    return (pack,)


def _carl() -> tuple[Purchase, ...]:
    blanket = Purchase(
        order_id="ORD-00080001",
        customer=CUSTOMERS["carl"],
        items=(item("BLK-WOOL"),),
        status="processing",
        placed=2,
        ended=1,
        due=4,
        payment_method="paypal",
    )
    return (blanket,)


def _lou() -> tuple[Purchase, ...]:
    headphones = Purchase(
        order_id="ORD-00044401",
        customer=CUSTOMERS["lou"],
        items=(item("HDP-WIRE"),),
        status="lost",
        placed=21,
        ended=6,
        due=-14,
        carrier="FedEx",
        hub="Liege hub",
    )
    return (headphones,)


def _complaint(today: date) -> SupportTicket:
    return SupportTicket(
        ticket_id="TCK-000001",
        opened_at=moment(today, 4),
        closed_at=moment(today, 3),
        subject="Where is my espresso machine?",
        resolution="Told that the carrier was asked; no answer from the carrier.",
    )
