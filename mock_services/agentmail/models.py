"""What AgentMail keeps and answers with, in its own names. All times are UTC; sizes are bytes."""

import secrets
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

EventType = Literal[
    "message.received",
    "message.received.spam",
    "message.received.blocked",
    "message.received.unauthenticated",
    "message.sent",
    "message.delivered",
    "message.bounced",
    "message.complained",
    "message.rejected",
]
Labels = tuple[str, ...]
Addresses = tuple[str, ...]

ASKED_FOR_BY_NAME: Final = frozenset(
    {"message.received.spam", "message.received.blocked", "message.received.unauthenticated"}
)
"""Events that only those webhooks get that name them."""
HIDDEN: Final = ("spam", "blocked", "unauthenticated", "trash")
"""Labels whose messages lists leave out unless asked."""
OF_THE_SYSTEM: Final = frozenset({"received", "sent", "bounced", "scheduled", *HIDDEN})
BODIES: Final = frozenset({"text", "html", "extracted_text", "extracted_html"})


def now() -> datetime:
    return datetime.now(UTC)


def fresh(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(10)}"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    def to_json(self, without: frozenset[str] = frozenset()) -> str:
        """As it goes over the wire: what is not there is left out, never null."""
        return self.model_dump_json(by_alias=True, exclude_none=True, exclude=set(without))


class Inbox(Frozen):
    pod_id: str = "pod_default"
    inbox_id: str
    email: str
    display_name: str | None = None
    client_id: str | None = None
    updated_at: datetime
    created_at: datetime


class Attachment(Frozen):
    attachment_id: str
    filename: str | None = None
    size: int
    content_type: str | None = None
    content_disposition: Literal["inline", "attachment"] | None = None
    content_id: str | None = None


class Content(Frozen):
    """The bytes of an attachment, in base64."""

    attachment: Attachment
    content: str


class Message(Frozen):
    inbox_id: str
    thread_id: str
    message_id: str
    labels: Labels
    timestamp: datetime
    sender: str = Field(alias="from")
    reply_to: Addresses | None = None
    to: Addresses
    cc: Addresses | None = None
    bcc: Addresses | None = None
    subject: str | None = None
    preview: str | None = None
    text: str | None = None
    html: str | None = None
    extracted_text: str | None = None
    extracted_html: str | None = None
    attachments: tuple[Attachment, ...] | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] | None = None
    headers: dict[str, str] | None = None
    size: int
    updated_at: datetime
    created_at: datetime

    @property
    def recipients(self) -> Addresses:
        return (*self.to, *(self.cc or ()), *(self.bcc or ()))


class Thread(Frozen):
    """What lists and webhooks show of a thread."""

    inbox_id: str
    thread_id: str
    labels: Labels
    timestamp: datetime
    received_timestamp: datetime | None = None
    sent_timestamp: datetime | None = None
    senders: Addresses
    recipients: Addresses
    subject: str | None = None
    preview: str | None = None
    attachments: tuple[Attachment, ...] | None = None
    last_message_id: str
    message_count: int
    size: int
    updated_at: datetime
    created_at: datetime


class Webhook(Frozen):
    """`headers` go out with every delivery; their values are told to nobody."""

    webhook_id: str
    url: str
    event_types: tuple[str, ...] | None = None
    inbox_ids: tuple[str, ...] | None = None
    secret: str
    enabled: bool = True
    client_id: str | None = None
    headers: dict[str, str] = {}
    updated_at: datetime
    created_at: datetime

    def wants(self, event_type: str, inbox_id: str) -> bool:
        if not self.enabled or (self.inbox_ids and inbox_id not in self.inbox_ids):
            return False
        return event_type in self.event_types if self.event_types else event_type not in ASKED_FOR_BY_NAME


class Retired(Frozen):
    """A secret that still signs beside the new one, up to an instant."""

    webhook_id: str
    secret: str
    until: datetime


class Attempt(Frozen):
    """One try to deliver; `status` is None when nobody answered."""

    at: datetime
    status: int | None = None


class Delivery(Frozen):
    """An event on its way to a webhook. `body` is what is signed and sent, the same at every attempt."""

    svix_id: str
    webhook_id: str
    event_id: str
    event_type: str
    inbox_id: str
    message_id: str
    body: str
    attempts: tuple[Attempt, ...] = ()
    state: Literal["pending", "delivered", "given_up"] = "pending"


class Sent(Frozen):
    """What a send is answered with."""

    message_id: str
    thread_id: str


class Remembered(Frozen):
    """The answer that an idempotency key was given."""

    key: str
    fingerprint: str
    sent: Sent
    at: datetime


class Fate(Frozen):
    """What becomes of mail to an address; `*` is every address. `times` None: always."""

    address: str
    fate: Literal["deliver", "bounce", "reject", "complain"]
    times: int | None = Field(default=None, ge=1)


class Refused(Frozen):
    """An address that AgentMail sends nothing to any more."""

    address: str
    reason: Literal["bounced", "complained", "rejected"]
