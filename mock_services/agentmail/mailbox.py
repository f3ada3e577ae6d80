"""How a message joins a thread, whichever way it goes."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from typing import Final

from mock_services.agentmail.models import BODIES, HIDDEN, Attachment, Content, Inbox, Message, Thread, fresh
from mock_services.agentmail.problems import invalid, unknown
from mock_services.agentmail.store import Store
from mock_services.agentmail.wishes import NewAttachment

PREVIEW: Final = 120
"""Characters of a preview."""
ANSWERED: Final = re.compile(r"^(?:re|aw|sv|antw)\s*:", re.IGNORECASE)


def key_of(inbox_id: str, message_id: str) -> str:
    return f"{inbox_id} {message_id}"


def inbox_of(store: Store, inbox_id: str) -> Inbox:
    found = store.get(Inbox, inbox_id.lower())
    if found is None:
        raise unknown("Inbox")
    return found


def message_of(store: Store, inbox_id: str, message_id: str) -> Message:
    found = store.get(Message, key_of(inbox_of(store, inbox_id).inbox_id, message_id))
    if found is None:
        raise unknown("Message")
    return found


def thread_of(store: Store, thread_id: str, inbox_id: str | None = None) -> Thread:
    found = store.get(Thread, thread_id)
    if found is None or (inbox_id is not None and found.inbox_id != inbox_id.lower()):
        raise unknown("Thread")
    return found


def keep(store: Store, message: Message) -> Thread:
    """Put a message into its thread, and the thread above all others."""
    known = store.get(Thread, message.thread_id)
    thread = _longer(known, message) if known else _begun(message)
    key = key_of(message.inbox_id, message.message_id)
    store.put(message, key, message.timestamp, inbox=message.inbox_id, parent=message.thread_id)
    store.put(thread, thread.thread_id, thread.timestamp, inbox=thread.inbox_id)
    return thread


def relabel(store: Store, message: Message, labels: Sequence[str]) -> Message:
    changed = message.model_copy(update={"labels": tuple(labels)})
    key = key_of(message.inbox_id, message.message_id)
    store.put(changed, key, message.timestamp, inbox=message.inbox_id, parent=message.thread_id)
    return changed


def contents(found: Sequence[NewAttachment]) -> list[Content]:
    return [_content(number, one) for number, one in enumerate(found)]


def preview(text: str | None) -> str | None:
    return " ".join(text.split())[:PREVIEW] if text else None


def weight(message: Message) -> int:
    """Bytes of a message with its attachments."""
    words = sum(len(str(getattr(message, name) or "").encode()) for name in BODIES)
    return words + len((message.subject or "").encode()) + sum(one.size for one in message.attachments or ())


def answer_to(subject: str | None) -> str:
    """The subject of a reply."""
    return subject if subject and ANSWERED.match(subject) else f"Re: {subject or ''}".rstrip()


def _content(number: int, given: NewAttachment) -> Content:
    try:
        size = len(base64.b64decode(given.content, validate=True))
    except binascii.Error as error:
        raise invalid(f"attachments.{number}.content", "The content is not base64") from error
    attachment = Attachment(
        attachment_id=fresh("att"),
        filename=given.filename,
        size=size,
        content_type=given.content_type,
        content_disposition="inline" if given.content_disposition == "inline" else "attachment",
        content_id=given.content_id,
    )
    return Content(attachment=attachment, content=given.content)


def _begun(message: Message) -> Thread:
    sent = "sent" in message.labels
    return Thread(
        inbox_id=message.inbox_id,
        thread_id=message.thread_id,
        labels=message.labels,
        timestamp=message.timestamp,
        received_timestamp=None if sent else message.timestamp,
        sent_timestamp=message.timestamp if sent else None,
        senders=(message.sender,),
        recipients=message.recipients,
        subject=message.subject,
        preview=message.preview,
        attachments=message.attachments,
        last_message_id=message.message_id,
        message_count=1,
        size=message.size,
        updated_at=message.timestamp,
        created_at=message.timestamp,
    )


def _longer(thread: Thread, message: Message) -> Thread:
    labels = (*thread.labels, *message.labels)
    # A thread is hidden only as long as every message in it is.
    shown = not set(HIDDEN) & set(message.labels)
    return thread.model_copy(
        update={
            "labels": _once(label for label in labels if not (shown and label in HIDDEN)),
            "timestamp": message.timestamp,
            ("sent_timestamp" if "sent" in message.labels else "received_timestamp"): message.timestamp,
            "senders": _once((*thread.senders, message.sender)),
            "recipients": _once((*thread.recipients, *message.recipients)),
            "preview": message.preview or thread.preview,
            "attachments": (*(thread.attachments or ()), *(message.attachments or ())) or None,
            "last_message_id": message.message_id,
            "message_count": thread.message_count + 1,
            "size": thread.size + message.size,
            "updated_at": message.timestamp,
        }
    )


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
