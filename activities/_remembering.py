"""How a session stands after a message was answered: the same from the message at hand as from the history."""

from datetime import datetime
from typing import Final

from activities._entities import Entities
from activities._turn import IDLE, TOPICS
from mesh.protocol import Enrichment, Message
from mesh.questions import Choice, Question
from mesh.route import Wire
from mesh.sessions import SessionState

OVER: Final = frozenset({"holding", "apology"})
"""After these a person speaks: what we had asked is theirs."""


class Answered(Wire):
    answer: str | None = None


class Wanted(Enrichment, slot="intent"):
    """As much of an intent as counts here; its own module looks back with this one, so it cannot be imported."""

    intent: str
    entities: Entities = Entities()
    follows: Answered | None = None
    language: str = ""


class Reply(Enrichment, slot="response"):
    """As much of a reply as counts here; its own module reads the context, so it cannot be imported."""

    kind: str = "answer"
    author: str = "rules"
    asks: Question | None = None
    about: tuple[Choice, ...] = ()


def remembered(state: SessionState, message: Message, at: datetime) -> SessionState:
    """The session after this answered message; turns are counted elsewhere."""
    wanted, reply = message.get(Wanted), message.get(Reply)
    asked_back = reply is not None and reply.kind == "clarification"
    about = reply.about if reply else ()
    clear = wanted is not None and not asked_back and wanted.intent in TOPICS
    return state.model_copy(
        update={
            "clarifications": state.clarifications + 1 if asked_back else 0,
            "last_intent": wanted.intent if wanted else state.last_intent,
            "last_order_id": _order(wanted, about) or state.last_order_id,
            "topic": wanted.intent if wanted and clear else state.topic,
            "pending": _pending(state, wanted, reply, at),
            "told": about or state.told,
            "language": (wanted.language if wanted else "") or state.language,
            "updated_at": at,
        }
    )


def _order(wanted: Wanted | None, about: tuple[Choice, ...]) -> str | None:
    """The order that was named first, else the only one that was told of."""
    told = [choice.order_id for choice in about]
    return next(iter(wanted.entities.order_ids if wanted else ()), told[0] if len(told) == 1 else None)


def _pending(state: SessionState, wanted: Wanted | None, reply: Reply | None, at: datetime) -> Question | None:
    if reply is not None and (reply.author == "human" or reply.kind in OVER):
        return None
    if reply is not None and reply.asks is not None:
        return reply.asks.model_copy(update={"at": at})
    if wanted is None or state.pending is None or (wanted.follows and wanted.follows.answer):
        return None
    # Thanks end nothing; another matter does not make us forget, but a yes after it must not act.
    return state.pending if wanted.intent in IDLE else state.pending.model_copy(update={"stale": True})
