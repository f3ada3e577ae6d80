"""What a message means in the light of the session: an answer to our question, a correction, "the other one".

Pure: from what the message says by itself and from the session comes the intent of the whole. What is clear by itself
stays as it is.
"""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from activities._follow import Follow
from activities._short_answers import content_of, other_meant, place_in, points, without_rejected, words_of
from activities._turn import IDLE, SHORT, Reading, Turn
from activities._which_one import answer, chosen
from activities._yes_or_no import confirmation
from mesh.sessions import Session, SessionState

if TYPE_CHECKING:
    from activities.intent_analyzer import Intent

NO_MATTER_OF_ORDERS: Final = frozenset({"human_agent_request", "feedback", "complaint", *IDLE})

_ABOUT: Final = re.compile(
    r"^\W*(?:and|what about|how about|also|then)\b|^\W*(?:the|my)\s+[\w-]+\W*$|\bi mean\b", re.IGNORECASE
)
_WHERE: Final = frozenset({"where", "when", "come", "coming", "arrive", "will", "then", "doe", "do", "got", "get"})

_ELLIPSIS: Final = re.compile(
    r"^\W*(?:and|what about|how about|also)\s+(?:(?:the|my|a|an|for|is|its|where|when)\s+)*(?P<noun>[a-z]+)"
    r"(?:\s+(?:for|of|on|from)\s+.{1,30})?\W*$",
    re.IGNORECASE,
)
_NOUNS: Final = {
    "refund": "refund_status", "money": "refund_status", "invoice": "billing_invoice", "receipt": "billing_invoice",
    "bill": "billing_invoice", "parcel": "order_status", "package": "order_status", "delivery": "order_status",
    "shipping": "order_status", "return": "return_request", "exchange": "exchange_request",
    "address": "change_address", "cancellation": "cancel_order",
}  # fmt: skip


def leans(found: "Intent", text: str) -> bool:
    """Whether a message may need what was said before to be understood."""
    return not found.clear or len(text.split()) <= SHORT


def in_context(
    found: "Intent", text: str, session: Session | None, *, now: datetime, valid: timedelta = timedelta(minutes=30)
) -> "Intent":
    """The intent of the whole.

    Args:
        found: what the message says by itself.
        text: the message.
        session: what was said before.
        now: when the message is read.
        valid: how long a yes to a question counts.
    """
    if session is None or not session.state.turns:
        return _left_alone(Turn(found, text, SessionState(session_id=""), fresh=False)) or found
    asked = session.state.pending
    fresh = asked is not None and not asked.stale and asked.at is not None and now - asked.at <= valid
    turn = Turn(found, text, session.state, fresh)
    return next((whole for reading in READINGS if (whole := reading(turn)) is not None), found)


def _correction(turn: Turn) -> "Intent | None":
    """Only another number, or "not the jacket, the shoes": the last matter, about something else."""
    topic = turn.topic
    if topic is None:
        return None
    if turn.numbers and (turn.bare or (turn.idle and not turn.thanks)):
        words = turn.state.pending.words if turn.state.pending else ""
        return turn.meaning(topic, Follow(words=f"{words}\n{turn.text}".strip()))
    kept, rejected = without_rejected(turn.text)
    told = words_of(" ".join(choice.words for choice in turn.state.told))
    named = rejected & told and content_of(kept) and points(kept)
    if named and not turn.numbers and turn.lead.answer != "yes":
        return turn.meaning(topic, Follow(words=kept))
    return None


def _ellipsis(turn: Turn) -> "Intent | None":
    """And the refund?"""
    found = _ELLIPSIS.match(turn.text)
    noun = found["noun"].lower().removesuffix("s") if found else ""
    if noun not in _NOUNS or turn.state.topic is None:
        return None
    other = turn.state.last_order_id if other_meant(turn.text) else None
    last = () if other or turn.state.last_order_id is None else (turn.state.last_order_id,)
    return turn.meaning(_NOUNS[noun], Follow(words=turn.text, other_than=other), *last)


def _thing(turn: Turn) -> "Intent | None":
    """And the kettle? A thing that they name, and nothing new about it: the last matter, about that."""
    goods = words_of(" ".join(turn.found.entities.products))
    said = content_of(turn.text)
    pointed = (
        goods and _ABOUT.search(turn.text) and len({word.removesuffix("s") for word in said} - goods - _WHERE) <= 1
    )
    if turn.state.topic is None or turn.numbers or not (turn.short and pointed):
        return None
    return turn.meaning(turn.state.topic, Follow(words=turn.text)) if _aimless(turn) else None


def _aimless(turn: Turn) -> bool:
    """Nothing is wanted that can be told without what was said before."""
    return turn.idle or turn.found.intent in {"product_inquiry", turn.state.topic}


def _pointing(turn: Turn) -> "Intent | None":
    """The second one, the blue one, my other order: one of the orders that were told of."""
    _state, own = turn.state, None if turn.idle or turn.bare else turn.found.intent
    if turn.numbers or not turn.short or (own in NO_MATTER_OF_ORDERS):
        return None
    pointed = place_in(turn.text) is not None or other_meant(turn.text)
    if not pointed and (own or not re.search(r"\bones?\b", turn.text, re.IGNORECASE)):
        return None
    return _pointed(turn, own or turn.topic or "order_status")


def _pointed(turn: Turn, intent: str) -> "Intent | None":
    choice = chosen(turn.text, turn.state.told, turn.state.last_order_id)
    if choice and choice.order_id:
        return turn.meaning(intent, Follow(words=turn.text), choice.order_id)
    if other_meant(turn.text) and turn.state.last_order_id:
        return turn.meaning(intent, Follow(words=turn.text, other_than=turn.state.last_order_id))
    return None


def _left_alone(turn: Turn) -> "Intent | None":
    """A no to nothing in particular."""
    if turn.lead.answer != "no" or turn.lead.rest or (_UNWANTED.search(turn.text) and not turn.idle):
        return None
    return turn.meaning("smalltalk", Follow(answer="no", words=turn.text))


_UNWANTED: Final = re.compile(r"\b(?:do\s+not|don['\u2019]?t)\s+want\b(?!\s+to\b)", re.IGNORECASE)
"""Says what somebody wants to be rid of, where we asked nothing: "I don't want the newsletter"."""

READINGS: Final[tuple[Reading, ...]] = (confirmation, answer, _correction, _ellipsis, _thing, _pointing, _left_alone)
