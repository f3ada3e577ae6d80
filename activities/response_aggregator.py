"""Deliver the answer: history, session, reply to the customer."""

import logging
from datetime import UTC, datetime
from typing import Literal

from activities._conservative import shown
from activities._in_turn import in_turn
from activities._remembering import remembered
from activities._session_context import past_of
from activities._together import earlier_in, left_to
from activities.context_retriever import Context
from activities.human_agent import human_agent
from activities.response_generator import Response, response_generator
from mesh.actor import actor
from mesh.bus import Bus
from mesh.delivery import Answer, Ending, deliver, plain_apology
from mesh.errors import Permanent, Unavailable
from mesh.protocol import Enrichment, Message
from mesh.sessions import Session, Sessions, SessionState, SessionTurn
from mesh.store import History
from mesh.together import Answerers

log = logging.getLogger(__name__)

STATUS: dict[str, Ending] = {
    "answer": "resolved",
    "clarification": "resolved",
    "holding": "escalated",
    "fallback": "apologised",
    "safe": "apologised",
    "apology": "apologised",
}


class Delivery(Enrichment, slot="delivery"):
    """What was sent to the customer, and how that leaves the message.

    Superseded: a person speaks instead of us, or the message `answered_by` answers this one too.
    """

    reply_id: str
    status: Literal["resolved", "escalated", "apologised", "superseded"]
    answered_by: str | None = None


@actor("response_aggregator", delivers=True)
async def response_aggregator(message: Message, *, history: History, bus: Bus, sessions: Sessions) -> Delivery:
    answer, reply_id = _answer(message), message.reply_id
    if answer.author != "human":
        await in_turn(message, bus=bus, history=history)
    if not await deliver(message, answer, history=history, bus=bus):
        if other := await Answerers(bus).another(message):
            return left_to(other, message, Delivery(reply_id=reply_id, status="superseded", answered_by=other))
        return _held_back(message, Delivery(reply_id=reply_id, status="superseded"))
    await _remember(message, answer, sessions, history)
    return Delivery(reply_id=reply_id, status=answer.status)


def _held_back(message: Message, delivery: Delivery) -> Delivery:
    """A person has the conversation. They get this message too, unless it is on its way to them or waited in vain."""
    if human_agent.name in message.route.ahead or message.failures(human_agent.name):
        return delivery
    raise Permanent("a person has taken this conversation over and answers instead", delivery)


def _answer(message: Message) -> Answer:
    """The response that was generated, or the plain apology when there is none."""
    response = message.get(Response)
    if response is None or _outdated(message, response):
        handed_on = human_agent.name in message.route.ahead
        return Answer(text=plain_apology(message), status="escalated" if handed_on else "apologised")
    text = shown(response, message)
    return Answer(
        text=text,
        status=STATUS[response.kind],
        author=response.author,
        sources=response.sources,
        # What a check took out of the words must not come back as a picture.
        parts=response.parts if text == response.text else (),
    )


def _outdated(message: Message, response: Response) -> bool:
    """Whether it is a draft, or a text that failed its check, because writing the reply anew failed."""
    error = message.payload.error
    return error is not None and error.actor == response_generator.name and response.author != "human"


def _has_past(message: Message) -> bool:
    """Whether anything was said before this message, as far as anybody looked."""
    context = message.get(Context)
    return context is None or context.session.turns > 0


async def _remember(message: Message, answer: Answer, sessions: Sessions, history: History) -> None:
    """Bring the session up to date. Without its server we go on: sessions are rebuilt from the history."""
    try:
        session = await sessions.load(message.session_id)
        if session is None and _has_past(message):
            # Lost, perhaps while this message waited for a person.
            session = (await past_of(message, sessions, history)).session
        if session is None or session.state.customer_email not in {None, message.payload.customer_email}:
            # New, or begun by somebody else: what they said is not this customer's.
            session = Session(SessionState(session_id=message.session_id), ())
        state, turns = _next(message, answer, session)
        await sessions.save(state, turns)
    except Unavailable as error:
        log.warning("session %s is not up to date: %s", message.session_id, error)


def _next(message: Message, answer: Answer, session: Session) -> Session:
    """The session after this answer; the same when the visit is repeated."""
    said = [
        *(SessionTurn(sender="customer", text=one.text, message_id=one.message_id) for one in earlier_in(message)),
        SessionTurn(sender="customer", text=message.payload.customer_message, message_id=message.message_id),
        SessionTurn(
            sender="human" if answer.author == "human" else "agent", text=answer.text, message_id=message.message_id
        ),
    ]
    new = [turn for turn in said if turn not in session.turns]
    if not new:
        return session
    state = remembered(session.state, message, datetime.now(UTC)).model_copy(
        update={
            "customer_email": message.payload.customer_email,
            "turns": session.state.turns + any(turn.sender == "customer" for turn in new),
            "status": answer.status,
        }
    )
    return Session(state, (*session.turns, *new))
