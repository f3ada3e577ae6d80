"""What the provider tells us, as far as we read it: strict where we need a field, blind to whatever else is there."""

from email.utils import parseaddr
from typing import Annotated, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from mesh.tokens import EMAIL

RECEIVED: Final = "message.received"
REFUSED: Final = frozenset({"message.received.spam", "message.received.blocked"})
RETURNED: Final = frozenset({"message.bounced", "message.complained", "message.rejected"})
UNPROVEN: Final = "message.received.unauthenticated"
KNOWN: Final = frozenset({RECEIVED, UNPROVEN, *REFUSED, *RETURNED, "message.sent", "message.delivered"})
MOST_TEXT: Final = 1_000_000
"""Characters of a body that are looked at: more than the provider sends."""


def _text(found: object) -> object:
    return found[:MOST_TEXT] if isinstance(found, str) else None


def _texts(found: object) -> object:
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list | tuple) else ()


def _headers(found: object) -> object:
    """Names in lower case; a header that came several times is one text."""
    if not isinstance(found, dict):
        return {}
    lines = ((str(name).lower(), value) for name, value in found.items())
    return {name: "\n".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in lines}


def _address(found: object) -> object:
    """The bare address of a sender: `a@b.c`, `Ann <a@b.c>`, {"name", "email"}, or the first of a list of such."""
    if isinstance(found, list | tuple):
        return _address(found[0]) if found else None
    if isinstance(found, dict):
        return _address(found.get("email") or found.get("address"))
    return parseaddr(found)[1].lower() if isinstance(found, str) else None


def _addresses(found: object) -> object:
    """Bare addresses; what is none is left out."""
    several = found if isinstance(found, list | tuple) else (found,)
    return tuple(one for one in map(_address, several) if isinstance(one, str) and one)


def _number(found: object) -> object:
    return found if isinstance(found, int) and found >= 0 else 0


def _files(found: object) -> object:
    return tuple(one for one in found if isinstance(one, dict)) if isinstance(found, list | tuple) else ()


Name = Annotated[str, Field(min_length=1, max_length=1_000)]
Words = Annotated[str | None, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Sender = Annotated[str, BeforeValidator(_address), Field(pattern=EMAIL)]
Addresses = Annotated[tuple[str, ...], BeforeValidator(_addresses)]
Size = Annotated[int, BeforeValidator(_number)]


class Read(BaseModel):
    """A part of an event: what we do not know of it does not matter."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class File(Read):
    """What is told of an attachment; its name is the sender's word."""

    filename: Words = None
    content_type: Words = None
    size: Size = 0


class Mail(Read):
    """A mail that came in. `size` in bytes; `headers` by names in lower case; addresses bare and in lower case."""

    inbox_id: Name
    thread_id: Name
    message_id: Name
    sender: Sender = Field(validation_alias=AliasChoices("from", "from_"))
    to: Addresses = ()
    labels: Texts = ()
    subject: Words = None
    preview: Words = None
    text: Words = None
    html: Words = None
    extracted_text: Words = None
    extracted_html: Words = None
    in_reply_to: Words = None
    headers: Annotated[dict[str, str], BeforeValidator(_headers)] = {}
    attachments: Annotated[tuple[File, ...], BeforeValidator(_files)] = ()
    size: Size = 0

    @property
    def omitted(self) -> bool:
        """Whether the provider left the body out, because it is too large for an event."""
        return self.size > MOST_TEXT // 2 and not (self.text or self.html or self.extracted_text or self.extracted_html)


class Returned(Read):
    """A mail of ours that did not arrive, or was not welcome; why, in the provider's words."""

    inbox_id: Name
    thread_id: Name
    message_id: Name
    type: Words = None
    sub_type: Words = None
    reason: Words = None
    recipients: Addresses = ()


class Event(Read):
    """What every event says: what it is, and which one."""

    event_type: Name
    event_id: Name | None = None


class Arrival(Event):
    message: Mail


class Return(Event):
    """One of the three is there, named as the type of the event has it."""

    bounce: Returned | None = None
    complaint: Returned | None = None
    reject: Returned | None = None

    @property
    def returned(self) -> Returned | None:
        return self.bounce or self.complaint or self.reject


def mail_of(found: JsonValue) -> Mail:
    """A mail as the provider's API gives it.

    Raises:
        ValidationError: a field that we need is missing.
    """
    return Mail.model_validate(found)
