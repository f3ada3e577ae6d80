from datetime import UTC, datetime

from mesh.parts import HandoffPart, OrderPart, parts_in
from mesh.replies import Reply

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def a_reply(**more: object) -> Reply:
    fields = {"reply_id": "m-1:5", "message_id": "m-1", "session_id": "s-1", "text": "Hello", "status": "resolved"}
    return Reply.model_validate({**fields, "at": NOW, **more})


def test_a_reply_without_parts_looks_on_the_wire_as_it_always_did() -> None:
    assert "parts" not in a_reply().model_dump_json()
    assert Reply.model_validate_json(a_reply().model_dump_json()).parts == ()


def test_parts_come_back_from_the_wire_as_what_they_are() -> None:
    told = (OrderPart(order_id="ORD-1", status="shipped"), HandoffPart(within_minutes=15))
    assert Reply.model_validate_json(a_reply(parts=told).model_dump_json()).parts == told


def test_a_part_that_this_version_cannot_read_is_left_out_and_the_others_stay() -> None:
    found = parts_in({"parts": [{"kind": "hologram"}, {"kind": "order"}, 7, {"kind": "handoff", "within_minutes": 5}]})
    assert found == (HandoffPart(within_minutes=5),)


def test_what_holds_no_parts_has_none() -> None:
    assert [parts_in(found) for found in (None, "text", {}, {"parts": "many"}, {"parts": None})] == [()] * 5
