"""What comes back to the customer: replies, kept, and progress, fleeting."""

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from mesh.parts import NO_PARTS, Parts
from mesh.protocol import Id
from mesh.route import Wire, spared


class Source(Wire):
    """The article and the section that an answer rests on."""

    title: str
    section: str


class Reply(Wire):
    """One answer to one message. A message may get two: a holding reply, then the answer of a person.

    Attributes:
        reply_id: `<message_id>:<hop>`, the same when a visit is repeated: drop what you have seen.
        status: resolved, escalated (a person will answer) or apologised.
        sequence: place in the reply stream, known once it was stored; resume after it.
        parts: facts of the reply that a page may draw; its text is complete without them.
        tier: the customer's, where it is known: for the gateways, which tell nobody.
    """

    reply_id: str
    message_id: Id
    session_id: Id
    text: str
    status: Literal["resolved", "escalated", "apologised"]
    author: str = "rules"
    at: datetime
    action_plan: JsonValue = None
    sources: tuple[Source, ...] = ()
    parts: Parts = NO_PARTS
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    sequence: int | None = None
    tier: str | None = spared(None)


class Progress(Wire):
    """Which actor works on a message now: at which step, for the how manieth time.

    `by`: the person who has joined or left, in the states of that name.
    """

    message_id: Id
    session_id: Id
    actor: str
    state: str = "working"
    answered_by: Id | None = None
    hop: int | None = spared(None)
    attempt: int = spared(1)
    by: str | None = spared(None)


DUE = "ecommerce.support.desk.due"
"""Where the desk is reminded, on core NATS."""


class Due(Wire):
    """A message that has waited for most of the time that its visit has."""

    message_id: Id
    session_id: Id
    actor: str
    urgency: str | None = None
    tier: str | None = None
