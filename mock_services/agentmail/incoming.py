"""Mail from outside: it finds its inbox and its thread, and the webhooks hear of it."""

import secrets
from collections.abc import Iterator
from http import HTTPStatus

from mock_services.agentmail import mailbox
from mock_services.agentmail.addresses import bare
from mock_services.agentmail.courier import LARGEST, Courier
from mock_services.agentmail.models import BODIES, EventType, Frozen, Inbox, Message, Thread, fresh, now
from mock_services.agentmail.problems import Refusal, invalid, unknown
from mock_services.agentmail.store import Store
from mock_services.agentmail.wishes import Incoming


class LetIn(Frozen):
    inbox_id: str
    thread_id: str
    message_id: str
    event_id: str
    event_type: EventType


def let_in(store: Store, courier: Courier, wish: Incoming) -> LetIn:
    """Take a mail from outside in.

    Raises:
        Refusal: nobody here has such an address, the sender has none, or the message was here before.
    """
    event_type, label = _judged(wish)
    inbox = _recipient(store, wish)
    contents = mailbox.contents(wish.attachments)
    message = _message(store, inbox, wish, label)
    message = message.model_copy(update={"attachments": tuple(one.attachment for one in contents) or None})
    message = message.model_copy(update={"size": mailbox.weight(message)})
    with store.together():
        for content in contents:
            store.put(content, content.attachment.attachment_id, message.timestamp, inbox=inbox.inbox_id)
        thread = mailbox.keep(store, message)
        event_id = courier.tell(event_type, inbox.inbox_id, message.message_id, **_told(message, thread))
    return LetIn(
        inbox_id=inbox.inbox_id,
        thread_id=thread.thread_id,
        message_id=message.message_id,
        event_id=event_id,
        event_type=event_type,
    )


def _judged(wish: Incoming) -> tuple[EventType, str]:
    if wish.spam:
        return "message.received.spam", "spam"
    if wish.blocked:
        return "message.received.blocked", "blocked"
    if not wish.authenticated:
        return "message.received.unauthenticated", "unauthenticated"
    return "message.received", "received"


def _recipient(store: Store, wish: Incoming) -> Inbox:
    if not wish.to:
        inboxes = store.all(Inbox)
        if not inboxes:
            raise unknown("Inbox")
        return inboxes[0]
    for address in (*wish.to, *(wish.cc or ())):
        if found := store.get(Inbox, bare(address) or ""):
            return found
    raise Refusal(404, "not_found", f"No inbox takes mail for {', '.join(wish.to)}")


def _message(store: Store, inbox: Inbox, wish: Incoming, label: str) -> Message:
    at = now()
    sender = bare(wish.sender)
    if sender is None:
        raise invalid("from", f"{wish.sender} is no e-mail address")
    message_id = wish.message_id or f"<{secrets.token_hex(12)}@{sender.partition('@')[2]}>"
    if store.get(Message, mailbox.key_of(inbox.inbox_id, message_id)):
        raise Refusal(HTTPStatus.CONFLICT, "conflict", f"{message_id} was received before")
    answered = _answered(store, inbox, wish)
    subject = wish.subject
    if subject is None and answered:
        subject = mailbox.answer_to(answered.subject)
    return Message(
        inbox_id=inbox.inbox_id,
        thread_id=answered.thread_id if answered else fresh("thd"),
        message_id=message_id,
        labels=(label,),
        timestamp=at,
        sender=wish.sender,
        reply_to=wish.reply_to,
        to=wish.to or (inbox.email,),
        cc=wish.cc,
        subject=subject,
        preview=mailbox.preview(wish.extracted_text or wish.text),
        text=wish.text,
        html=wish.html,
        extracted_text=wish.extracted_text,
        extracted_html=wish.extracted_html,
        in_reply_to=answered.message_id if answered else wish.in_reply_to,
        references=wish.references or _references(answered),
        headers=wish.headers,
        size=0,
        updated_at=at,
        created_at=at,
    )


def _references(answered: Message | None) -> tuple[str, ...] | None:
    return (*(answered.references or ()), answered.message_id) if answered else None


def _answered(store: Store, inbox: Inbox, wish: Incoming) -> Message | None:
    """The message that this one answers, as far as we have it."""
    for found in _named(wish):
        message_id = found if found.startswith("<") else f"<{found}>"
        if message := store.get(Message, mailbox.key_of(inbox.inbox_id, message_id)):
            return message
    return None


def _named(wish: Incoming) -> Iterator[str]:
    if wish.in_reply_to:
        yield wish.in_reply_to.strip()
    yield from reversed(wish.references or ())


def _told(message: Message, thread: Thread) -> dict[str, str]:
    words = message.to_json()
    if len(words.encode()) + len(thread.to_json().encode()) > LARGEST:
        words = message.to_json(BODIES)
    return {"message": words, "thread": thread.to_json()}
