"""What was said before: from the session, or from the history when the session is lost."""

from typing import NamedTuple

from pydantic import ValidationError

from activities._remembering import remembered
from mesh.errors import Transient, Unavailable
from mesh.protocol import Message, Payload
from mesh.sessions import KEPT_TURNS, Session, Sessions, SessionState, SessionTurn
from mesh.store import History, Row


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


async def conversation(message: Message, sessions: Sessions, history: History, *, needed: bool) -> Session | None:
    """The session before this message; the history is asked for a lost one only when the message needs it."""
    try:
        found = await sessions.load(message.session_id)
    except Unavailable:
        return (await _from_history(message, history, reachable=False)).session if needed else None
    if found:
        return _own(found, message)
    return (await past_of(message, sessions, history)).session if needed else None


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
    return Past(_rebuilt(message, told, earlier) if told else None, reachable)


def _earlier(message: Message, rows: tuple[Row, ...]) -> dict[str, Message]:
    """The finished messages of this customer by id, oldest first. Only a payload proves whose a message was."""
    found: dict[str, Message] = {}
    for row in rows:
        payload = _payload(row)
        if payload and row.message_id != message.message_id and _may_read(message, payload.customer_email):
            found[row.message_id] = message.model_copy(update={"payload": payload})
    return found


def _rebuilt(message: Message, told: tuple[Row, ...], earlier: dict[str, Message]) -> Session:
    at = {row.message_id: row.timestamp for row in told}
    state = SessionState(
        session_id=message.session_id,
        customer_email=message.payload.customer_email,
        turns=len(earlier),
        status=told[-1].status,
    )
    for message_id, answered in earlier.items():
        state = remembered(state, answered, at.get(message_id, told[-1].timestamp))
    return Session(state, tuple(map(_turn, told[-KEPT_TURNS:])))


def _may_read(message: Message, owner: str | None) -> bool:
    reader = message.payload.customer_email
    return owner is None or (reader is not None and reader.lower() == owner.lower())


def _payload(row: Row) -> Payload | None:
    try:
        payload = Payload.model_validate(row.payload) if row.payload else None
    except ValidationError:
        return None
    # What was held back for a person was never said, so it asked nothing.
    held_back = row.status == "superseded" and payload is not None
    return payload.model_copy(update={"response": None}) if payload and held_back else payload


def _turn(row: Row) -> SessionTurn:
    return SessionTurn(sender=row.sender, text=row.content, message_id=row.message_id, at=row.timestamp)
