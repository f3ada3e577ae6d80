"""What was said before: from the session, or from the history when the session is lost."""

from itertools import takewhile
from typing import NamedTuple

from pydantic import ValidationError

from activities.intent_analyzer import Intent
from mesh.errors import Transient, Unavailable
from mesh.protocol import Enrichment, Message, Payload
from mesh.sessions import KEPT_TURNS, Session, Sessions, SessionState, SessionTurn
from mesh.store import History, Row


class Reply(Enrichment, slot="response"):
    """As much of an earlier reply as counts here; its own module reads the context, so it cannot be imported."""

    kind: str = "answer"


class Past(NamedTuple):
    """The session before this message, and whether nothing of it was out of reach."""

    session: Session | None
    reachable: bool


async def past_of(message: Message, sessions: Sessions, history: History) -> Past:
    """Look back. A session that another customer began is nobody's: knowing its id opens nothing."""
    try:
        if found := await sessions.load(message.session_id):
            return Past(_own(found, message), reachable=True)
    except Unavailable:
        return await _from_history(message, history, reachable=False)
    past = await _from_history(message, history, reachable=True)
    return past if past.session is None or await _saved(past.session, sessions) else past._replace(reachable=False)


def _own(session: Session, message: Message) -> Session | None:
    if not _may_read(message, session.state.customer_email):
        return None
    return Session(session.state, tuple(turn for turn in session.turns if turn.message_id != message.message_id))


async def _saved(session: Session, sessions: Sessions) -> bool:
    try:
        await sessions.save(*session)
    except Unavailable:
        return False
    return True


async def _from_history(message: Message, history: History, *, reachable: bool) -> Past:
    try:
        rows = await history.of_session(message.session_id)
    except Transient:
        return Past(None, reachable=False)
    earlier = _earlier(message, rows)
    told = tuple(row for row in rows if row.message_id in earlier and row.status != "superseded")
    return Past(_rebuilt(message, told, tuple(reversed(earlier.values()))) if told else None, reachable)


def _earlier(message: Message, rows: tuple[Row, ...]) -> dict[str, Message]:
    """The finished messages of this customer by id, oldest first. Only a payload proves whose a message was."""
    found: dict[str, Message] = {}
    for row in rows:
        payload = _payload(row)
        if payload and row.message_id != message.message_id and _may_read(message, payload.customer_email):
            found[row.message_id] = message.model_copy(update={"payload": payload})
    return found


def _rebuilt(message: Message, told: tuple[Row, ...], newest_first: tuple[Message, ...]) -> Session:
    intents = [intent for earlier in newest_first if (intent := earlier.get(Intent))]
    state = SessionState(
        session_id=message.session_id,
        customer_email=message.payload.customer_email,
        turns=len(newest_first),
        clarifications=sum(1 for _ in takewhile(_asked_back, newest_first)),
        last_intent=next((intent.intent for intent in intents), None),
        last_order_id=next((number for intent in intents for number in intent.entities.order_ids), None),
        status=told[-1].status,
        updated_at=told[-1].timestamp,
    )
    return Session(state, tuple(map(_turn, told[-KEPT_TURNS:])))


def _may_read(message: Message, owner: str | None) -> bool:
    reader = message.payload.customer_email
    return owner is None or (reader is not None and reader.lower() == owner.lower())


def _asked_back(message: Message) -> bool:
    reply = message.get(Reply)
    return reply is not None and reply.kind == "clarification"


def _payload(row: Row) -> Payload | None:
    try:
        return Payload.model_validate(row.payload) if row.payload else None
    except ValidationError:
        return None


def _turn(row: Row) -> SessionTurn:
    return SessionTurn(sender=row.sender, text=row.content, message_id=row.message_id, at=row.timestamp)
