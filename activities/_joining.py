"""What messages mean that are answered together: each is read in the light of those before it."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from activities._entities import entities_in
from activities._follow import Follow
from activities._remembering import remembered
from activities._short_answers import content_of, lead_of, numbers_in
from activities._turn import IDLE, SURE
from mesh.protocol import Message, Payload
from mesh.sessions import Session, SessionState

if TYPE_CHECKING:
    from activities.intent_analyzer import Intent

MEANT: Final = re.compile(r"\b(?:meant?|sorry|correction|typo|wrong|instead|actually|rather|not|oops)\b", re.IGNORECASE)
REJECTED: Final = re.compile(r"\bnot\s+(?:order\s+)?(?:(?:number|no\.?)\s+)?#?(?:ORD-)?\d+", re.IGNORECASE)


class Said(NamedTuple):
    """One of the messages, and what it says by itself."""

    text: str
    found: "Intent"


class Whole(NamedTuple):
    """What everything up to a message means, and where what still counts begins."""

    intent: "Intent"
    since: int


InContext = Callable[[Said, Session | None], "Intent"]


def joined(said: Sequence[Said], message: Message, session: Session | None, read: InContext) -> Whole:
    """The meaning of all of them, in order; `message` is whose they are, `session` what was said before the first."""
    whole = Whole(read(said[0], session), since=0)
    for place, later in enumerate(said[1:], start=1):
        whole = _with(whole, place, said, read(_unrejected(later), _after(whole, said[place - 1], message, session)))
    return whole


def _with(whole: Whole, place: int, said: Sequence[Said], later: "Intent") -> Whole:
    own, before = said[place], whole.intent
    if _takes_back(own, before):
        return Whole(_declined(own), since=place)
    if corrected := _corrects(own, later, before):
        return Whole(_numbered(later, own), since=place if corrected == "instead" else whole.since)
    if _adds_nothing(later, before):
        return whole
    if before.intent in IDLE or not before.clear:
        return Whole(_among(later, said[whole.since : place + 1], before), whole.since)
    return Whole(_both(before, later, said[whole.since : place + 1]), whole.since)


def _unrejected(said: Said) -> Said:
    """Without the number that is not meant: "it is 222, not 111"."""
    rejected = set(numbers_in(" ".join(REJECTED.findall(said.text))))
    kept = tuple(number for number in said.found.entities.order_ids if number not in rejected)
    entities = said.found.entities.model_copy(update={"order_ids": kept})
    main = tuple(number for number in said.found.order_ids if number not in rejected)
    found = said.found.model_copy(update={"entities": entities, "order_ids": main})
    return Said(REJECTED.sub("", said.text), found)


def _takes_back(own: Said, before: "Intent") -> bool:
    """Never mind; no, do not cancel it."""
    lead = lead_of(own.text)
    if lead.answer != "no" or not _numbers(own) <= set(before.entities.order_ids):
        return False
    return not lead.rest or own.found.intent in {*IDLE, before.intent} or not own.found.clear


def _corrects(own: Said, later: "Intent", before: "Intent") -> str:
    """Whether it only names a number: one that was missing, or one instead of another."""
    meant = _unrejected(own)
    bare = not content_of(meant.text) and bool(later.entities.order_ids)
    if not _numbers(meant) or not (bare or later.intent == before.intent):
        return ""
    if bare and not before.entities.order_ids:
        return "missing"
    new = not _numbers(meant) <= set(before.entities.order_ids)
    return "instead" if new and (MEANT.search(own.text) or lead_of(own.text).answer == "no") else ""


def _numbers(said: Said) -> set[str]:
    return set(entities_in(said.text).order_ids or numbers_in(said.text))


def _numbered(later: "Intent", own: Said) -> "Intent":
    """A correction that names a number by itself may be too short for it to count as one of an order."""
    if later.entities.order_ids:
        return later
    orders = tuple(sorted(_numbers(_unrejected(own))))
    entities = later.entities.model_copy(update={"order_ids": orders})
    return later.model_copy(update={"entities": entities, "order_ids": orders})


def _adds_nothing(later: "Intent", before: "Intent") -> bool:
    """Thanks, hello?, or the same once more."""
    if later.intent in IDLE and not later.secondary:
        return before.intent not in IDLE
    return set(later.wanted) <= set(before.wanted) and set(later.entities.order_ids) <= set(before.entities.order_ids)


def _declined(own: Said) -> "Intent":
    update = {
        "intent": "smalltalk",
        "confidence": SURE,
        "secondary": (),
        "follows": Follow(answer="no", words=own.text),
    }
    return own.found.model_copy(update=update)


def _both(before: "Intent", later: "Intent", said: Sequence[Said]) -> "Intent":
    """The matters of both, those of the first message first."""
    more = {"intent": later.intent, "confidence": later.confidence, "order_ids": later.order_ids}
    further = [other.model_dump() for other in (*before.secondary, *later.secondary)]
    # Through validation, for the further matters are models of their own.
    whole = type(before).model_validate(before.model_dump() | {"secondary": [more, *further]})
    return _among(whole.model_copy(update={"follows": later.follows or before.follows}), said, before, later)


def _among(whole: "Intent", said: Sequence[Said], *parts: "Intent") -> "Intent":
    """The intent with everything that is named in these messages."""
    words = "\n".join(one.text for one in said)
    orders = tuple(dict.fromkeys(number for one in (*parts, whole) for number in one.entities.order_ids))
    entities = entities_in(words).model_copy(update={"order_ids": orders})
    follows = whole.follows.model_copy(update={"words": words}) if whole.follows else None
    return whole.model_copy(update={"entities": entities, "follows": follows})


def _after(whole: Whole, said: Said, message: Message, session: Session | None) -> Session:
    """The session as it would stand if the message before had been answered."""
    state = session.state if session else SessionState(session_id=message.session_id)
    payload = Payload(customer_message=said.text, customer_email=message.payload.customer_email)
    heard = message.model_copy(update={"payload": payload})
    state = remembered(state, heard.enriched({"intent": whole.intent.model_dump(mode="json")}), datetime.now(UTC))
    return Session(state.model_copy(update={"turns": state.turns + 1}), session.turns if session else ())
