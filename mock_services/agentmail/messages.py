"""`/v0/inboxes/{inbox_id}/messages`: reading, labelling, sending, answering."""

from datetime import timedelta
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from mock_services.agentmail import lists, outgoing
from mock_services.agentmail.idempotency import Sending
from mock_services.agentmail.lists import Filtered, Paged
from mock_services.agentmail.mailbox import inbox_of, message_of, relabel
from mock_services.agentmail.models import BODIES, OF_THE_SYSTEM, Content, Frozen, Message, now
from mock_services.agentmail.office import Open
from mock_services.agentmail.problems import invalid, unknown
from mock_services.agentmail.wishes import Labelling, Reply, Send

router = APIRouter(prefix="/inboxes/{inbox_id}/messages", tags=["messages"])
HOUR = timedelta(hours=1)


class Labelled(Frozen):
    message_id: str
    labels: tuple[str, ...]


@router.get("")
async def list_messages(inbox_id: str, office: Open, wanted: Paged, sifted: Filtered) -> Response:
    inbox = inbox_of(office.store, inbox_id)
    found = sifted.keep(office.store.all(Message, inbox=inbox.inbox_id))
    return lists.page("messages", found, wanted, BODIES | {"reply_to"})


@router.post("/send")
async def send_message(inbox_id: str, wish: Send, office: Open, once: Sending) -> Response:
    return lists.one(once(lambda: outgoing.send(office.store, office.courier, inbox_id, wish)))


@router.post("/{message_id}/reply")
async def reply_to_message(inbox_id: str, message_id: str, wish: Reply, office: Open, once: Sending) -> Response:
    return lists.one(once(lambda: outgoing.reply(office.store, office.courier, inbox_id, message_id, wish)))


@router.post("/{message_id}/reply-all")
async def reply_to_all(inbox_id: str, message_id: str, wish: Reply, office: Open, once: Sending) -> Response:
    everybody = wish.model_copy(update={"reply_all": True})
    return lists.one(once(lambda: outgoing.reply(office.store, office.courier, inbox_id, message_id, everybody)))


@router.get("/{message_id}")
async def get_message(inbox_id: str, message_id: str, office: Open) -> Response:
    return lists.one(message_of(office.store, inbox_id, message_id))


@router.patch("/{message_id}")
async def update_message(inbox_id: str, message_id: str, wish: Labelling, office: Open) -> Response:
    if reserved := OF_THE_SYSTEM & {*wish.add_labels, *wish.remove_labels}:
        raise invalid("add_labels", f"Labels of the system cannot be changed: {', '.join(sorted(reserved))}")
    message = message_of(office.store, inbox_id, message_id)
    labels = dict.fromkeys((*message.labels, *wish.add_labels))
    changed = relabel(office.store, message, [label for label in labels if label not in wish.remove_labels])
    return lists.one(Labelled(message_id=changed.message_id, labels=changed.labels))


@router.get("/{message_id}/raw")
async def get_raw_message(inbox_id: str, message_id: str, request: Request, office: Open) -> dict[str, object]:
    message = message_of(office.store, inbox_id, message_id)
    address = f"{request.base_url}_mock/raw/{quote(message.inbox_id)}/{quote(message.message_id)}"
    until = (now() + HOUR).isoformat()
    return {"message_id": message.message_id, "size": message.size, "download_url": address, "expires_at": until}


@router.get("/{message_id}/attachments/{attachment_id}")
async def get_attachment(
    inbox_id: str, message_id: str, attachment_id: str, request: Request, office: Open
) -> dict[str, object]:
    message = message_of(office.store, inbox_id, message_id)
    content = office.store.get(Content, attachment_id)
    if content is None or content.attachment not in (message.attachments or ()):
        raise unknown("Attachment")
    until = (now() + HOUR).isoformat()
    address = f"{request.base_url}_mock/files/{attachment_id}"
    return {**content.attachment.model_dump(exclude_none=True), "download_url": address, "expires_at": until}
