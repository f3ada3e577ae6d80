"""What the echo says to some words: an answer with each kind of part."""

from datetime import UTC, date, datetime, timedelta

from mesh.delivery import Answer
from mesh.parts import Goods, HandoffPart, Option, OrderPart, QuickRepliesPart, Stop, TrackingPart
from mesh.replies import Source

NOW = datetime.now(UTC)
SOON = date.today() + timedelta(days=2)  # noqa: DTZ011 - a day as the shop names it

HOLDING = Answer(
    text="A colleague will answer you.", status="escalated", parts=(HandoffPart(within_minutes=60, usually_minutes=15),)
)

TOLD = {
    "policy": Answer(
        text="You have 30 days.\n\nSource: Returns, How long do I have?",
        status="resolved",
        sources=(Source(title="Returns", section="How long do I have?"),),
    ),
    "parcel": Answer(
        text="Your order ORD-00067890 (Linen dress, Tote bag) is on its way. It is expected in two days.",
        status="resolved",
        parts=(
            TrackingPart(
                order_id="ORD-00067890",
                tracking_number="1Z999AA10123456784",
                status="in_transit",
                carrier="UPS",
                location="Cologne",
                expected=SOON,
                items=(Goods(name="Linen dress", variant="blue, M"), Goods(name="Tote bag", quantity=2)),
                stops=(
                    Stop(at=NOW - timedelta(hours=5), location="Cologne", description="Arrived at the hub"),
                    Stop(at=NOW - timedelta(days=1), location="Rotterdam", description="Picked up by the carrier"),
                ),
            ),
        ),
    ),
    "cancel": Answer(
        text="Shall I cancel order ORD-00080001 (1 item, 79.00 EUR)? Reply yes or no.",
        status="resolved",
        parts=(
            OrderPart(
                order_id="ORD-00080001",
                status="processing",
                placed_at=NOW - timedelta(days=2),
                expected=SOON,
                total=79.0,
                items=(Goods(name="Wool blanket", variant="grey"),),
            ),
            QuickRepliesPart(options=(Option(label="Yes", text="Yes"), Option(label="No", text="No"))),
        ),
    ),
}
