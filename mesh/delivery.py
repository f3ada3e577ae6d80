"""How a message's answer becomes lasting: into the history first, then onto the reply stream."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from mesh.bus import Bus
from mesh.protocol import JsonValue, Message
from mesh.replies import Reply
from mesh.route import Wire
from mesh.store import History, Row

Ending = Literal["resolved", "escalated", "apologised"]

EARLIEST = 2000

PLAIN_APOLOGY = (
    "We are sorry: something went wrong on our side and we could not finish your request. "
    "Your message is kept, our team has been told, and nothing that you wrote is lost. "
    "Please write to us again if it is urgent."
)


class Answer(Wire):
    """The words that go out, how that leaves the message, and who wrote them."""

    text: str
    status: Ending
    author: str = "rules"


async def deliver(message: Message, answer: Answer, *, history: History, bus: Bus, suffix: str = "") -> None:
    """Record and send an answer. Repeating it writes and sends nothing twice: rows and replies carry fixed ids.

    `suffix` keeps the id apart from that of an actor's reply at the same step.

    Raises:
        Transient: the history cannot be written.
        Unavailable: NATS did not confirm the reply.
    """
    reply_id = message.reply_id + suffix
    now = datetime.now(UTC)
    await history.add(_rows(message, answer, reply_id, now))
    await bus.reply(
        Reply(
            reply_id=reply_id,
            message_id=message.message_id,
            session_id=message.session_id,
            text=answer.text,
            status=answer.status,
            author=answer.author,
            at=now,
            action_plan=message.payload.action_plan,
            metadata=_metadata(message),
        )
    )


def acceptance(message: Message, now: datetime) -> Row:
    """The row that says that a message was accepted: the same whoever writes it first."""
    return Row(
        row_id=f"{message.message_id}:customer",
        message_id=message.message_id,
        session_id=message.session_id,
        timestamp=_asked_at(message, now),
        sender="customer",
        content=message.payload.customer_message,
        status="received",
        payload={"customer_email": message.payload.customer_email},
    )


def _rows(message: Message, answer: Answer, reply_id: str, now: datetime) -> tuple[Row, Row]:
    answered = Row(
        row_id=reply_id,
        message_id=message.message_id,
        session_id=message.session_id,
        timestamp=now,
        sender="human" if answer.author == "human" else "agent",
        content=answer.text,
        status=answer.status,
        route_trace=[entry.model_dump(mode="json", exclude_none=True) for entry in message.route.trace],
        payload=message.payload.model_dump(mode="json"),
    )
    return acceptance(message, now), answered


def _asked_at(message: Message, now: datetime) -> datetime:
    """When the customer asked, as far as anybody noted it; before the answer in any case."""
    visited = (entry.at for entry in message.route.trace if entry.at)
    noted = _accepted_at(message) or next(visited, now)
    return min(_aware(noted), now - timedelta(microseconds=1))


def _accepted_at(message: Message) -> datetime | None:
    stamp = message.metadata.get("accepted_at")
    try:
        at = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
    except ValueError:
        return None
    # Anybody may stamp a message: a year that no calendar can turn into UTC must not stop the intake.
    return at if at and at.year >= EARLIEST else None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _metadata(message: Message) -> dict[str, JsonValue]:
    facets = message.facets("")
    visited: list[JsonValue] = [entry.actor for entry in message.route.trace if entry.kind == "visited"]
    return {"intent": facets.get("Intent"), "urgency": facets.get("Urgency"), "visited": visited}
