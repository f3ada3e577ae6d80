"""What callers may ask for: the bodies of POST, PATCH and PUT. Names that we do not know are passed over."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from mock_services.agentmail.models import Frozen

Some = Annotated[tuple[str, ...], BeforeValidator(lambda found: (found,) if isinstance(found, str) else found)]
"""One string or a list of them."""
Word = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class NewInbox(Frozen):
    username: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._+-]+$", max_length=64)] | None = None
    domain: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]+$", max_length=253)] = "agentmail.to"
    display_name: str | None = None
    client_id: Word | None = None


class InboxChange(Frozen):
    display_name: str | None = None


class NewAttachment(Frozen):
    filename: str | None = None
    content_type: str | None = None
    content_disposition: str | None = None
    content_id: str | None = None
    content: str


class Reply(Frozen):
    labels: tuple[str, ...] = ()
    reply_to: Some | None = None
    to: Some | None = None
    cc: Some | None = None
    bcc: Some | None = None
    reply_all: bool = False
    text: str | None = None
    html: str | None = None
    attachments: tuple[NewAttachment, ...] = ()
    headers: dict[str, str] | None = None


class Send(Reply):
    subject: str | None = None


class Labelling(Frozen):
    add_labels: Some = ()
    remove_labels: Some = ()


class NewWebhook(Frozen):
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2048)]
    event_types: tuple[str, ...] | None = None
    inbox_ids: tuple[str, ...] | None = None
    client_id: Word | None = None
    headers: dict[str, str] | None = None


class WebhookChange(Frozen):
    event_types: tuple[str, ...] | None = None
    add_inbox_ids: tuple[str, ...] = ()
    remove_inbox_ids: tuple[str, ...] = ()
    enabled: bool | None = None


class HeaderChange(Frozen):
    headers: dict[str, str] | None = None
    remove_headers: tuple[str, ...] | None = None


class Incoming(Frozen):
    """A mail from outside. Without `to` it goes to the oldest inbox; `in_reply_to` names a message of the inbox.

    `authenticated` false: it came without SPF, DKIM and DMARC headers. What the provider knows to be spam or blocked
    is let in as that.
    """

    sender: Annotated[str, StringConstraints(min_length=3, max_length=320)] = Field(alias="from")
    to: Some = ()
    cc: Some | None = None
    reply_to: Some | None = None
    subject: Annotated[str, StringConstraints(max_length=998)] | None = None
    text: str | None = None
    html: str | None = None
    extracted_text: str | None = None
    extracted_html: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] | None = None
    headers: dict[str, str] | None = None
    attachments: tuple[NewAttachment, ...] = ()
    message_id: str | None = None
    authenticated: bool = True
    spam: bool = False
    blocked: bool = False


class Pace(Frozen):
    """How much faster than AgentMail everything goes that waits: 0.001 makes of five seconds five milliseconds."""

    time_scale: float = Field(ge=0, le=1000, allow_inf_nan=False)
