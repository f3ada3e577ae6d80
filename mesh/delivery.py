"""How a message's answer becomes lasting: into the history first, then onto the reply stream."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from mesh.attachments import ATTACHMENTS
from mesh.bus import Bus
from mesh.desk import Desk
from mesh.errors import Transient
from mesh.parts import NO_PARTS, Parts
from mesh.protocol import JsonValue, Message
from mesh.replies import Progress, Reply, Source
from mesh.route import Wire
from mesh.store import History, Row, Status, utc
from mesh.streams import REPLIES
from mesh.together import ANSWERED_BY, Answerers

Ending = Literal["resolved", "escalated", "apologised"]

EARLIEST = 2000

PLAIN_APOLOGY = (
    "We are sorry: something went wrong on our side and we could not finish your request. "
    "Your message is kept, our team has been told, and nothing that you wrote is lost. "
    "Please write to us again if it is urgent."
)

TOGETHER = "This is answered together with a later message."

PLAIN_APOLOGIES = {
    "de": (
        "Es tut uns leid: Auf unserer Seite ist etwas schiefgegangen, und wir konnten Ihr Anliegen nicht abschließen. "
        "Ihre Nachricht ist gespeichert, unser Team weiß davon, und nichts, was Sie geschrieben haben, ist verloren. "
        "Bitte schreiben Sie uns noch einmal, wenn es eilt."
    ),
    "es": (
        "Lo sentimos: algo falló por nuestra parte y no pudimos terminar lo que nos pidió. "
        "Su mensaje queda guardado, nuestro equipo está avisado y no se ha perdido nada de lo que escribió. "
        "Por favor, escríbanos de nuevo si es urgente."
    ),
    "fr": (
        "Nous sommes désolés : quelque chose a échoué de notre côté et nous n'avons pas pu terminer votre demande. "
        "Votre message est conservé, notre équipe est prévenue et rien de ce que vous avez écrit n'est perdu. "
        "Écrivez-nous de nouveau si c'est urgent."
    ),
}
"""The same in other languages, by their codes."""

TAKEOVERS = 5
"""How often a conversation may change hands while one reply is delivered, before the visit is tried again."""


class Answer(Wire):
    """The words that go out, how that leaves the message, and who wrote them."""

    text: str
    status: Ending
    author: str = "rules"
    sources: tuple[Source, ...] = ()
    parts: Parts = NO_PARTS


def plain_apology(message: Message) -> str:
    """The apology in the language that the message was found to be in, else in English."""
    found = message.payload.intent
    language = found.get("language") if isinstance(found, dict) else None
    return PLAIN_APOLOGIES.get(str(language), PLAIN_APOLOGY)


async def deliver(message: Message, answer: Answer, *, history: History, bus: Bus, suffix: str = "") -> bool:
    """Record and send an answer; False when it was held back: a person has taken over, or a later message answers.

    Repeating it writes and sends nothing twice: rows and replies carry fixed ids. What a person wrote always goes out.

    `suffix` keeps the id apart from that of an actor's reply at the same step.

    Raises:
        Transient: the history cannot be written, or the conversation changes hands all the time.
        Unavailable: NATS did not confirm the reply.
    """
    reply = _reply(message, answer, message.reply_id + suffix, datetime.now(UTC))
    other = await Answerers(bus).another(message)
    if answer.author == "human":
        await history.add(_rows(message, answer.status, reply))
        await bus.reply(reply)
        return True
    if other:
        await _leave_to(other, message, reply, history, bus)
        return False
    for _ in range(TAKEOVERS):
        # In this order: who takes over writes the claim first and raises the fence after it.
        fence = await bus.fence(REPLIES, message.session_id)
        if await Desk(bus).taken(message.session_id):
            return await _held_back(message, reply, history, bus)
        await _record(message, answer.status, reply, history)
        if await bus.reply_behind(reply, fence):
            return True
    raise Transient("the conversation changes hands all the time")


async def _held_back(message: Message, reply: Reply, history: History, bus: Bus) -> bool:
    """Keep what would have been said. True when an earlier attempt of this visit had sent it before the takeover."""
    if reply.reply_id in {sent.reply_id for sent in await bus.replies_after(message.session_id, 0)}:
        return True
    await _record(message, "superseded", reply, history)
    return False


async def _leave_to(other: str, message: Message, reply: Reply, history: History, bus: Bus) -> None:
    """End a message that a later one answers; whoever waits for it is told which."""
    words = reply.model_copy(update={"text": TOGETHER})
    asked, ended = _rows(message, "superseded", words)
    await history.add((asked, ended.model_copy(update={"payload": {**(ended.payload or {}), ANSWERED_BY: other}})))
    await bus.progress(
        Progress(
            message_id=message.message_id,
            session_id=message.session_id,
            actor="+".join(message.route.here),
            state="superseded",
            answered_by=other,
        )
    )


async def _record(message: Message, status: Status, reply: Reply, history: History) -> None:
    known = await history.add(_rows(message, status, reply))
    if reply.reply_id in known:
        # An earlier attempt wrote it, perhaps before or after somebody took the conversation over.
        await history.amend(reply.reply_id, status)


def _reply(message: Message, answer: Answer, reply_id: str, now: datetime) -> Reply:
    return Reply(
        reply_id=reply_id,
        message_id=message.message_id,
        session_id=message.session_id,
        text=answer.text,
        status=answer.status,
        author=answer.author,
        at=now,
        action_plan=message.payload.action_plan,
        sources=answer.sources,
        parts=answer.parts,
        metadata=_metadata(message),
        tier=message.facets("").get("Tier"),
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
        payload={"customer_email": message.payload.customer_email, **_attached(message)},
    )


def _attached(message: Message) -> dict[str, JsonValue]:
    """The references of what came with the message; the files themselves lie elsewhere."""
    found = getattr(message.payload, ATTACHMENTS, None)
    return {ATTACHMENTS: found} if found else {}


def _rows(message: Message, status: Status, reply: Reply) -> tuple[Row, Row]:
    answered = Row(
        row_id=reply.reply_id,
        message_id=message.message_id,
        session_id=message.session_id,
        timestamp=reply.at,
        sender="human" if reply.author == "human" else "agent",
        content=reply.text,
        status=status,
        route_trace=[entry.model_dump(mode="json", exclude_none=True) for entry in message.route.trace],
        payload=message.payload.model_dump(mode="json"),
    )
    return acceptance(message, reply.at), answered


def _asked_at(message: Message, now: datetime) -> datetime:
    """When the customer asked, as far as anybody noted it; before the answer in any case."""
    visited = (entry.at for entry in message.route.trace if entry.at)
    noted = _accepted_at(message) or next(visited, now)
    return min(utc(noted), now - timedelta(microseconds=1))


def _accepted_at(message: Message) -> datetime | None:
    stamp = message.metadata.get("accepted_at")
    try:
        at = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
    except ValueError:
        return None
    # Anybody may stamp a message: a year that no calendar can turn into UTC must not stop the intake.
    return at if at and at.year >= EARLIEST else None


def _metadata(message: Message) -> dict[str, JsonValue]:
    facets = message.facets("")
    visited: list[JsonValue] = [entry.actor for entry in message.route.trace if entry.kind == "visited"]
    return {"intent": facets.get("Intent"), "urgency": facets.get("Urgency"), "visited": visited}
