"""`/v0/webhooks`, whose secret signs what they are sent, and `/v0/inboxes/{inbox_id}/webhooks` for one inbox."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Response

from mock_services.agentmail import lists
from mock_services.agentmail.lists import Paged
from mock_services.agentmail.mailbox import inbox_of
from mock_services.agentmail.models import Webhook, fresh, now
from mock_services.agentmail.office import Office, Open
from mock_services.agentmail.problems import invalid, unknown
from mock_services.agentmail.signing import new_secret
from mock_services.agentmail.wishes import HeaderChange, NewWebhook, WebhookChange

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
of_inbox = APIRouter(prefix="/inboxes/{inbox_id}/webhooks", tags=["webhooks"])
UNTOLD: Final = frozenset({"headers"})


def webhook_of(office: Office, webhook_id: str) -> Webhook:
    found = office.store.get(Webhook, webhook_id)
    if found is None:
        raise unknown("Webhook")
    return found


def _create(office: Office, wish: NewWebhook) -> Response:
    for known in office.store.all(Webhook):
        if wish.client_id and known.client_id == wish.client_id:
            return lists.one(known, UNTOLD)
    at = now()
    given = wish.model_dump(exclude={"headers"})
    made = Webhook(
        **given, webhook_id=fresh("ep"), secret=new_secret(), headers=wish.headers or {}, updated_at=at, created_at=at
    )
    office.store.put(made, made.webhook_id, at)
    return lists.one(made, UNTOLD)


def _change(office: Office, webhook_id: str, **changes: object) -> Webhook:
    found = webhook_of(office, webhook_id)
    changed = found.model_copy(update={**changes, "updated_at": now()})
    office.store.put(changed, changed.webhook_id, changed.created_at)
    return changed


@router.get("")
async def list_webhooks(office: Open, wanted: Paged) -> Response:
    return lists.page("webhooks", office.store.all(Webhook), wanted, UNTOLD)


@of_inbox.get("")
async def list_webhooks_of_inbox(inbox_id: str, office: Open, wanted: Paged) -> Response:
    inbox = inbox_of(office.store, inbox_id)
    found = [webhook for webhook in office.store.all(Webhook) if webhook.inbox_ids == (inbox.inbox_id,)]
    return lists.page("webhooks", found, wanted, UNTOLD)


@router.post("")
async def create_webhook(wish: NewWebhook, office: Open) -> Response:
    return _create(office, wish)


@of_inbox.post("")
async def create_webhook_of_inbox(inbox_id: str, wish: NewWebhook, office: Open) -> Response:
    inbox = inbox_of(office.store, inbox_id)
    return _create(office, wish.model_copy(update={"inbox_ids": (inbox.inbox_id,)}))


@router.get("/{webhook_id}")
async def get_webhook(webhook_id: str, office: Open) -> Response:
    return lists.one(webhook_of(office, webhook_id), UNTOLD)


@router.patch("/{webhook_id}")
async def update_webhook(webhook_id: str, wish: WebhookChange, office: Open) -> Response:
    found = webhook_of(office, webhook_id)
    inboxes = dict.fromkeys((*(found.inbox_ids or ()), *wish.add_inbox_ids))
    left = tuple(inbox for inbox in inboxes if inbox not in wish.remove_inbox_ids)
    changed = _change(
        office,
        webhook_id,
        # An empty list leaves them as they are, as AgentMail has it.
        event_types=wish.event_types or found.event_types,
        inbox_ids=left or None,
        enabled=found.enabled if wish.enabled is None else wish.enabled,
    )
    return lists.one(changed, UNTOLD)


@router.delete("/{webhook_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete_webhook(webhook_id: str, office: Open) -> None:
    office.store.forget(Webhook, webhook_of(office, webhook_id).webhook_id)


@router.get("/{webhook_id}/headers")
async def get_header_names(webhook_id: str, office: Open) -> dict[str, list[str]]:
    return {"header_names": list(webhook_of(office, webhook_id).headers)}


@router.patch("/{webhook_id}/headers", status_code=HTTPStatus.NO_CONTENT)
async def update_headers(webhook_id: str, wish: HeaderChange, office: Open) -> None:
    gone = {name.lower() for name in wish.remove_headers or ()}
    given = wish.headers or {}
    if not (given or gone) or gone & {name.lower() for name in given}:
        raise invalid("headers", "Give headers to set or names to remove, and no name twice")
    replaced = gone | {name.lower() for name in given}
    kept = {
        name: value for name, value in webhook_of(office, webhook_id).headers.items() if name.lower() not in replaced
    }
    _change(office, webhook_id, headers=kept | given)
