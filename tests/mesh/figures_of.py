"""A small history, made by hand, of which every figure can be counted on one's fingers."""

from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from mesh.store import Row, Sender, Status

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
PERSON = "human_agent"


def asked(message_id: str, session_id: str, at: datetime, email: str = "polly@example.com") -> Row:
    return Row(
        row_id=f"{message_id}:customer",
        message_id=message_id,
        session_id=session_id,
        timestamp=at,
        sender="customer",
        content="secret words",
        status="received",
        payload={"customer_email": email},
    )


def said(  # noqa: PLR0913 - what a row may say
    question: Row,
    seconds: float,
    status: Status = "resolved",
    *,
    hop: int = 6,
    sender: Sender = "agent",
    intent: str = "order_status",
    orders: tuple[str, ...] = (),
    mood: str = "NEUTRAL",
    urgency: str = "low",
    kind: str = "answer",
    visits: tuple[tuple[str, str, float], ...] = (),
    **slots: JsonValue,
) -> Row:
    """An answer so many seconds after the question; `visits` are actor, kind and seconds."""
    return Row(
        row_id=f"{question.message_id}:{hop}",
        message_id=question.message_id,
        session_id=question.session_id,
        timestamp=question.timestamp + timedelta(seconds=seconds),
        sender=sender,
        content="secret answer",
        status=status,
        route_trace=[
            {"actor": actor, "hop": place, "kind": what, "seconds": took, "at": question.timestamp.isoformat()}
            for place, (actor, what, took) in enumerate(visits)
        ],
        payload={
            **(question.payload or {}),
            "intent": {"intent": intent, "language": "en", "order_ids": list(orders)},
            "sentiment": {"sentiment": mood, "urgency": urgency},
            "response": {"kind": kind, "text": "secret answer"},
            **slots,
        },
    )


def action(name: str, outcome: str, amount: float | None = None) -> dict[str, JsonValue]:
    receipt: dict[str, JsonValue] = {} if amount is None else {"amount": amount}
    return {"action": {"name": name, "order_id": "ORD-1"}, "outcome": outcome, "receipt": receipt}


def week() -> list[Row]:
    """Monday to Wednesday: eleven messages in nine sessions of eight customers."""
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    where = asked("m-where", "s-1", MONDAY)
    thanks = asked("m-thanks", "s-1", MONDAY + timedelta(minutes=5))
    refund = asked("m-refund", "s-2", MONDAY + timedelta(hours=1), "rita@example.com")
    again = asked("m-again", "s-3", tuesday, "Rita@example.com")
    late = asked("m-late", "s-4", tuesday, "lars@example.com")
    furious = asked("m-furious", "s-5", tuesday + timedelta(hours=2), "fred@example.com")
    unclear = asked("m-unclear", "s-6", wednesday, "ulla@example.com")
    silent = asked("m-silent", "s-7", wednesday, "sven@example.com")
    waiting = asked("m-waiting", "s-8", wednesday, "wanda@example.com")
    first = asked("m-first", "s-9", wednesday, "ann@example.com")
    second = asked("m-second", "s-9", wednesday + timedelta(seconds=1), "ann@example.com")
    results: JsonValue = {
        "results": [action("process_refund", "done", 40.0), action("issue_store_credit", "refused", 5.0)]
    }
    refunded: JsonValue = {"results": [action("process_refund", "done", 2.5)]}
    return [
        where, said(where, 0.5, visits=(("decision_router", "visited", 0.1),)),
        thanks, said(thanks, 0.25, intent="smalltalk", mood="POSITIVE"),
        refund, said(refund, 1.0, intent="refund_request", orders=("ORD-1",), mood="NEGATIVE",
                     execution_result=results),
        again, said(again, 2.0, intent="refund_request", mood="NEGATIVE", urgency="medium", execution_result=refunded,
                    visits=((PERSON, "visited", 1.5),)),
        late, said(late, 1.0, "escalated", hop=5, urgency="high", kind="holding"),
        said(late, 4000.0, "apologised", hop=9, urgency="high", kind="apology", visits=((PERSON, "failed", 3600.0),)),
        furious, said(furious, 1.0, "escalated", hop=5, urgency="critical", mood="NEGATIVE", kind="holding"),
        said(furious, 601.0, hop=7, sender="human", urgency="critical", mood="NEGATIVE",
             visits=((PERSON, "visited", 600.0),)),
        unclear, said(unclear, 0.75, intent="", kind="clarification"),
        silent,
        waiting, said(waiting, 1.0, "escalated", hop=5, urgency="medium", kind="holding"),
        first, said(first, 2.0, "superseded", answered_by="m-second"),
        second, said(second, 1.0),
    ]  # fmt: skip
