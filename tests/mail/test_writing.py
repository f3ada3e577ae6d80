"""A reply as a mail: all of it is in the text, and nothing of it is markup."""

from datetime import UTC, date, datetime

from mesh.mail.writing import written
from mesh.parts import Goods, HandoffPart, OrderPart, TrackingPart

EVIL = "<script>alert(1)</script>"


def test_the_text_stays_as_it_was_said() -> None:
    assert written("One.\n\n- two\n- three").text == "One.\n\n- two\n- three"


def test_paragraphs_lines_and_lists_are_those_of_the_text() -> None:
    html = written("Hello Ann,\n\nyour orders:\n- the lamp\n- the kettle\n\nBye\nShop").html
    assert "<p>Hello Ann,</p><p>your orders:</p><ul><li>the lamp</li><li>the kettle</li></ul><p>Bye<br>Shop</p>" in html


def test_a_list_with_words_behind_it_is_no_list() -> None:
    assert "<ul>" not in written("- one\nand so on").html


def test_nothing_is_markup_whoever_wrote_it() -> None:
    parts = (
        OrderPart(order_id=EVIL, status=EVIL, currency=EVIL, items=(Goods(name=EVIL, variant=EVIL),)),
        TrackingPart(order_id=EVIL, tracking_number=EVIL, status=EVIL, carrier=EVIL, location=EVIL),
    )
    assert "<script" not in written(EVIL, parts).html


def test_orders_and_parcels_are_cards_and_other_parts_are_none() -> None:
    order = OrderPart(
        order_id="ORD-1", status="in_transit", total=12.5, items=(Goods(name="Lamp", quantity=2, variant="red"),),
        expected=date(2026, 11, 22),
    )  # fmt: skip
    parcel = TrackingPart(
        order_id="ORD-2", tracking_number="1Z", status="delivered", carrier="UPS",
        delivered_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )  # fmt: skip
    html = written("Hello", (order, parcel, HandoffPart(within_minutes=5))).html
    assert html.count("<strong>") == 2
    for fact in ("ORD-1 · in transit", "2 × Lamp (red)", "12.50 EUR", "2026-11-22", "UPS · 1Z", "2026-11-20"):
        assert fact in html
