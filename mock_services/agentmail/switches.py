"""What AgentMail itself does not offer: mail from outside, fates, trouble on demand, and a look at deliveries."""

import base64
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from http import HTTPStatus
from typing import Annotated, Final, cast

from fastapi import APIRouter, Query, Request, Response

from mock_services.agentmail import fates, lists
from mock_services.agentmail.incoming import LetIn, let_in
from mock_services.agentmail.mailbox import key_of, message_of, thread_of
from mock_services.agentmail.models import Content, Delivery, Fate, Frozen, Inbox, Message
from mock_services.agentmail.office import Office, Open
from mock_services.agentmail.problems import unknown
from mock_services.agentmail.threads import whole
from mock_services.agentmail.webhooks import webhook_of
from mock_services.agentmail.wishes import Incoming, Pace
from mock_services.faults import Fault, Faults

router: Final = APIRouter(prefix="/_mock", tags=["testing"])
trouble: Final = APIRouter(tags=["testing"])


class Journey(Frozen):
    """A mail from outside: when its webhook was first tried, in seconds since 1970, and when it was replied to."""

    message_id: str
    told_at: tuple[float, ...]
    statuses: tuple[int | None, ...]
    replied_at: tuple[float, ...]


@router.post("/incoming")
async def take_in(wish: Incoming, office: Open) -> LetIn:
    return let_in(office.store, office.courier, wish)


@router.get("/messages/{message_id}")
async def find_message(message_id: str, office: Open) -> Response:
    for inbox in office.store.all(Inbox):
        if found := office.store.get(Message, key_of(inbox.inbox_id, message_id)):
            return lists.one(found)
    raise unknown("Message")


@router.get("/threads/{thread_id}")
async def show_thread(thread_id: str, office: Open) -> Response:
    return lists.one(whole(office, thread_of(office.store, thread_id)))


@router.get("/raw/{inbox_id}/{message_id}")
async def download_raw(inbox_id: str, message_id: str, office: Open) -> Response:
    return Response(_eml(office, message_of(office.store, inbox_id, message_id)), media_type="message/rfc822")


@router.get("/files/{attachment_id}")
async def download_attachment(attachment_id: str, office: Open) -> Response:
    content = office.store.get(Content, attachment_id)
    if content is None:
        raise unknown("Attachment")
    # Never shown: what a stranger sent is no page of ours.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return Response(base64.b64decode(content.content), headers=headers, media_type="application/octet-stream")


@router.put("/fates")
async def set_fate(fate: Fate, office: Open) -> Fate:
    fates.decree(office.store, fate)
    return fate


@router.get("/pace")
async def read_pace(office: Open) -> Pace:
    return Pace(time_scale=office.courier.time_scale)


@router.put("/pace")
async def set_pace(pace: Pace, office: Open) -> Pace:
    office.courier.time_scale = pace.time_scale
    return pace


@router.post("/webhooks/{webhook_id}/rotate")
async def rotate_secret(webhook_id: str, office: Open) -> Response:
    return lists.one(office.courier.rotate(webhook_of(office, webhook_id)), frozenset({"headers"}))


@router.get("/deliveries")
async def list_deliveries(
    office: Open, event_id: str | None = None, event_type: Annotated[list[str] | None, Query()] = None
) -> list[Delivery]:
    """Oldest first, with every attempt."""
    return [
        found
        for found in office.store.all(Delivery)
        if event_id in (None, found.event_id) and (event_type is None or found.event_type in event_type)
    ]


@router.post("/deliveries/{svix_id}/resend", status_code=HTTPStatus.ACCEPTED)
async def resend(svix_id: str, office: Open) -> None:
    """Send it once more under the same id, whether it has arrived or not."""
    found = office.store.get(Delivery, svix_id)
    if found is None:
        raise unknown("Delivery")
    office.courier.again(found)


@router.get("/tries")
async def count_tries(office: Open) -> dict[str, int]:
    """How often each status answered a try to deliver, of whatever event; "none" where nobody answered."""
    attempts = (attempt for found in office.store.all(Delivery) for attempt in found.attempts)
    return Counter("none" if attempt.status is None else str(attempt.status) for attempt in attempts)


@router.get("/journeys")
async def list_journeys(office: Open, inbox_id: str) -> list[Journey]:
    """How long every mail of an inbox took, oldest first."""
    return list(_journeys(office, inbox_id.lower()))


def _journeys(office: Office, inbox_id: str) -> Iterator[Journey]:
    messages = office.store.all(Message, inbox=inbox_id)
    replies: dict[str, list[float]] = {}
    for message in messages:
        if "sent" in message.labels and message.in_reply_to:
            replies.setdefault(message.in_reply_to, []).append(message.timestamp.timestamp())
    tries = {
        found.message_id: found.attempts
        for found in office.store.all(Delivery, inbox=inbox_id)
        if found.event_type.startswith("message.received")
    }
    for message in messages:
        if "sent" not in message.labels:
            attempts = tries.get(message.message_id, ())
            yield Journey(
                message_id=message.message_id,
                told_at=tuple(attempt.at.timestamp() for attempt in attempts),
                statuses=tuple(attempt.status for attempt in attempts),
                replied_at=tuple(replies.get(message.message_id, ())),
            )


def _eml(office: Office, message: Message) -> bytes:
    mail = EmailMessage()
    named = {"Message-ID": message.message_id, "From": message.sender, "To": ", ".join(message.to)}
    more = {"Subject": message.subject, "In-Reply-To": message.in_reply_to, **(message.headers or {})}
    for name, value in (named | more).items():
        if value and name.lower() not in {"content-type", "content-transfer-encoding", "mime-version"}:
            mail[name] = " ".join(value.split())
    mail.set_content(message.text or "")
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    for attachment in message.attachments or ():
        if content := office.store.get(Content, attachment.attachment_id):
            kind, _, subkind = (attachment.content_type or "application/octet-stream").partition("/")
            data = base64.b64decode(content.content)
            mail.add_attachment(data, maintype=kind, subtype=subkind or "octet-stream", filename=attachment.filename)
    return mail.as_bytes()


def _faults(request: Request) -> Faults:
    return cast("Faults", request.app.state.faults)


@trouble.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok", "service": "agentmail"}


@trouble.get("/_faults")
async def read_fault(request: Request) -> Fault:
    return _faults(request).current


@trouble.put("/_faults")
async def set_fault(request: Request, fault: Fault) -> Fault:
    """Trouble for requests: `{"mode": "fail", "status": 429, "retry_after": 2, "times": 3, "path": "/reply"}`."""
    _faults(request).set(fault)
    return fault
