"""What crosses the edge by HTTP. Strict: an unknown field is an error, so that a typing mistake is seen."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

from mesh.attachments import Reference
from mesh.parts import Parts
from mesh.protocol import Id
from mesh.replies import Source

MAX_TEXT = 8_000
MAX_EMAIL = 254
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
VISIBLE = r"[^\s\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


def _email(text: str) -> str:
    if len(text) > MAX_EMAIL or not EMAIL.fullmatch(text):
        raise ValueError("must be an e-mail address such as name@example.com, at most 254 characters")
    return text


def _printable(value: object) -> object:
    # PostgreSQL refuses a NUL in a text, and no other control character means anything in a message.
    return UNPRINTABLE.sub("", value) if isinstance(value, str) else value


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(_email),
    Field(json_schema_extra={"pattern": f"^{EMAIL.pattern}$", "maxLength": MAX_EMAIL}),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    BeforeValidator(_printable),
    Field(json_schema_extra={"pattern": VISIBLE}),
]
"""What somebody wrote, stripped. Its length is checked by hand: too long is 413, not 422."""


MOST_ATTACHED = 5
Attached = Annotated[tuple[Id, ...], Field(max_length=MOST_ATTACHED, description="Ids of files sent before.")]


def written_like(example: str, pattern: str) -> BeforeValidator:
    """Text of this form only: pydantic takes a bare number for seconds since 1970."""
    form = re.compile(pattern)

    def written(given: object) -> object:
        if isinstance(given, str) and not form.fullmatch(given):
            raise ValueError(f"must be written like {example}")
        return given

    return BeforeValidator(written)


DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
Day = Annotated[date, written_like("2026-06-30", DATE)]
Instant = Annotated[AwareDatetime, written_like("2026-11-20T12:00:00Z", f"{DATE}.+")]
"""A point in time with its zone."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChatRequest(Strict):
    """What a customer says. Repeat it with the same `message_id` after an error: it is then handled once."""

    message: Text = Field(description="At most 8,000 characters.", examples=["Where is my order ORD-10000001?"])
    customer_email: Email | None = Field(
        default=None,
        examples=["polly.inquirer@example.com"],
        description="Who you are: believed in demo mode alone, else the identity token says it.",
    )
    session_id: Id | None = Field(default=None, description="Continue this conversation; a new one when left out.")
    message_id: Id | None = Field(default=None, description="Makes a repetition safe; generated when left out.")
    attachments: Attached = ()


class AnswerMetadata(BaseModel):
    """How the answer came about. `visited`: the actors in the order of their visits."""

    reply_id: str
    author: str
    at: datetime
    intent: str | None = None
    urgency: str | None = None
    visited: list[str] = Field(default_factory=list)


class Answer(BaseModel):
    """A reply. `processing_time` in seconds, from acceptance to delivery; `sources`: the articles it quotes.

    `parts`: the same facts in a form that a page may draw; the words are complete without them.
    `session_secret`: what an anonymous customer sends as `X-Session-Secret` to go on in this session.
    """

    message_id: str
    session_id: str
    response: str
    status: Literal["resolved", "escalated", "apologised", "dead_lettered", "superseded"]
    action_plan: JsonValue = None
    sources: list[Source] = Field(default_factory=list)
    parts: Parts = ()
    processing_time: float
    metadata: AnswerMetadata
    session_secret: str | None = None


class SupersededAnswer(Answer):
    """Nothing was said to this message alone: the answer to `answered_by`, a later one, answers it too."""

    answered_by: str


class StoredAnswer(Answer):
    """The newest reply to a message, and all of them in order: a holding reply may precede a person's answer.

    `answered_by`: the later message whose answer is this one's too, when the status is superseded.
    """

    answered_by: str | None = None
    replies: list[SupersededAnswer | Answer]


class Pending(BaseModel):
    """The message is in the mesh and its answer is not there yet."""

    message_id: str
    session_id: str | None = None
    status: Literal["pending"] = "pending"
    location: str
    session_secret: str | None = None


class Line(BaseModel):
    """One line of a conversation. `line_id`: of an answer the `reply_id` under which it was sent."""

    model_config = ConfigDict(from_attributes=True)

    line_id: str
    message_id: str
    sender: Literal["customer", "agent", "human"]
    content: str
    status: Literal["received", "resolved", "escalated", "apologised", "dead_lettered", "superseded"]
    timestamp: datetime
    sources: list[Source] = Field(default_factory=list)
    parts: Parts = ()
    attachments: list[Reference] = Field(default_factory=list)


class Conversation(BaseModel):
    """The newest lines of a session, oldest first.

    `earlier`: whether older lines were left out; `handled_by`: the person who has the conversation now.
    """

    session_id: str
    messages: list[Line]
    earlier: bool = False
    handled_by: str | None = None


class DeskReply(Strict):
    """What a person answers."""

    text: Text


class Answered(BaseModel):
    message_id: str
    status: Literal["answered"] = "answered"


class Waiting(BaseModel):
    """A conversation that waits for a person. Facts are null while its workflow cannot be asked.

    Attributes:
        kind: an approval request waits for a verdict on its `action_plan`, anything else for a reply.
        held_back: what would have been answered, had nobody taken the conversation over.
        skill: it was passed on to people of this skill, by `transferred_by`.
        sender: who wrote the mail, where nobody vouches for the address; `enclosed` names its attachments.
        currency: of the sums in the plan, when all are of orders in one.
        overdue_soon: most of the time until `due_at` has passed; then the customer gets an apology and a callback.
        offered_to: who is asked to take it, until `offered_until`, and `offered_why` they were chosen.
        reserved: until then only they, or a supervisor, may take it.
    """

    message_id: str
    session_id: str | None = None
    urgency: str | None = None
    intent: str | None = None
    tier: str | None = None
    customer_email: str | None = None
    customer_name: str | None = None
    customer_message: str | None = None
    waiting_since: datetime | None = None
    why: str | None = None
    holding_reply: str | None = None
    held_back: str | None = None
    kind: Literal["reply", "approval"] = "reply"
    action_plan: JsonValue = None
    currency: str | None = None
    due_at: datetime | None = None
    overdue_soon: bool = False
    skill: str | None = None
    transferred_by: str | None = None
    offered_to: str | None = None
    offered_until: datetime | None = None
    offered_why: list[str] = Field(default_factory=list)
    reserved: bool = False
    state: Literal["waiting", "claimed"] = "waiting"
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    channel: str | None = None
    subject: str | None = None
    sender: str | None = None
    enclosed: list[str] = []
