"""Mail that our side sends: checked, kept in its thread, and met by the fate that was set for its address."""

import secrets
from typing import NamedTuple

from mock_services.agentmail import fates, mailbox
from mock_services.agentmail.addresses import bare, shown
from mock_services.agentmail.courier import Courier
from mock_services.agentmail.models import Inbox, Message, Refused, Sent, fresh, now
from mock_services.agentmail.problems import Refusal, invalid
from mock_services.agentmail.store import Store
from mock_services.agentmail.wishes import Reply, Send


class Envelope(NamedTuple):
    to: tuple[str, ...]
    subject: str | None
    answered: Message | None = None


def send(store: Store, courier: Courier, inbox_id: str, wish: Send) -> Sent:
    inbox = mailbox.inbox_of(store, inbox_id)
    return _go(store, courier, wish, _message(inbox, wish, Envelope(wish.to or (), wish.subject)))


def reply(store: Store, courier: Courier, inbox_id: str, message_id: str, wish: Reply) -> Sent:
    answered = mailbox.message_of(store, inbox_id, message_id)
    inbox = mailbox.inbox_of(store, inbox_id)
    to = wish.to or _back_to(answered, inbox, everybody=wish.reply_all)
    envelope = Envelope(to, mailbox.answer_to(answered.subject), answered)
    return _go(store, courier, wish, _message(inbox, wish, envelope))


def _back_to(answered: Message, inbox: Inbox, *, everybody: bool) -> tuple[str, ...]:
    ours = bare(answered.sender) == inbox.email
    first = answered.to if ours else answered.reply_to or (answered.sender,)
    others = (*answered.to, *(answered.cc or ())) if everybody else ()
    found = {bare(address) or address: address for address in (*first, *others)}
    return tuple(address for key, address in found.items() if key != inbox.email)


def _go(store: Store, courier: Courier, wish: Reply, message: Message) -> Sent:
    contents = mailbox.contents(wish.attachments)
    message = message.model_copy(update={"attachments": tuple(one.attachment for one in contents) or None})
    message = message.model_copy(update={"size": mailbox.weight(message)})
    addresses = _checked(store, message)
    with store.together():
        for content in contents:
            store.put(content, content.attachment.attachment_id, message.timestamp, inbox=message.inbox_id)
        mailbox.keep(store, message)
        fates.meet(store, courier, message, addresses)
    return Sent(message_id=message.message_id, thread_id=message.thread_id)


def _message(inbox: Inbox, wish: Reply, envelope: Envelope) -> Message:
    at, answered = now(), envelope.answered
    return Message(
        inbox_id=inbox.inbox_id,
        thread_id=answered.thread_id if answered else fresh("thd"),
        message_id=f"<{secrets.token_hex(16)}@agentmail.to>",
        labels=("sent", *wish.labels),
        timestamp=at,
        sender=shown(inbox.email, inbox.display_name),
        reply_to=wish.reply_to,
        to=envelope.to,
        cc=wish.cc,
        bcc=wish.bcc,
        subject=envelope.subject,
        preview=mailbox.preview(wish.text),
        text=wish.text,
        html=wish.html,
        in_reply_to=answered.message_id if answered else None,
        references=(*(answered.references or ()), answered.message_id) if answered else None,
        headers=wish.headers,
        size=0,
        updated_at=at,
        created_at=at,
    )


def _checked(store: Store, message: Message) -> list[str]:
    """The addresses alone.

    Raises:
        Refusal: there is none, one is none, or one is sent nothing any more.
    """
    if not message.recipients:
        raise Refusal(422, "unprocessable", "At least one recipient is needed in to, cc or bcc")
    found = []
    for number, given in enumerate(message.recipients):
        address = bare(given)
        if address is None:
            raise invalid(f"to.{number}", f"{given} is no e-mail address")
        if refused := store.get(Refused, address):
            fix = f"It {refused.reason} before: leave it out."
            raise Refusal(403, "message_rejected", f"Recipient is on the send block list: {address}", fix=fix)
        found.append(address)
    return found
