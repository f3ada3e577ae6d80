"""`/v0/inboxes`. An inbox's id is its address, in any case."""

import secrets
from http import HTTPStatus

from fastapi import APIRouter, Response

from mock_services.agentmail import lists
from mock_services.agentmail.lists import Paged
from mock_services.agentmail.mailbox import inbox_of
from mock_services.agentmail.models import Inbox, now
from mock_services.agentmail.office import Open
from mock_services.agentmail.problems import Refusal
from mock_services.agentmail.wishes import InboxChange, NewInbox

router = APIRouter(prefix="/inboxes", tags=["inboxes"])


@router.get("")
async def list_inboxes(office: Open, wanted: Paged) -> Response:
    return lists.page("inboxes", office.store.all(Inbox), wanted)


@router.post("")
async def create_inbox(office: Open, wish: NewInbox | None = None) -> Response:
    wish = wish or NewInbox()
    known = (found for found in office.store.all(Inbox) if wish.client_id and found.client_id == wish.client_id)
    if earlier := next(known, None):
        return lists.one(earlier)
    address = f"{wish.username or secrets.token_hex(6)}@{wish.domain}".lower()
    if office.store.get(Inbox, address):
        raise Refusal(403, "resource_taken", f"{address} is taken", fix="Choose another username.")
    at = now()
    made = Inbox(
        inbox_id=address,
        email=address,
        display_name=wish.display_name,
        client_id=wish.client_id,
        updated_at=at,
        created_at=at,
    )
    office.store.put(made, address, at)
    return lists.one(made)


@router.get("/{inbox_id}")
async def get_inbox(inbox_id: str, office: Open) -> Response:
    return lists.one(inbox_of(office.store, inbox_id))


@router.patch("/{inbox_id}")
async def update_inbox(inbox_id: str, wish: InboxChange, office: Open) -> Response:
    found = inbox_of(office.store, inbox_id)
    changed = found.model_copy(update={"display_name": wish.display_name, "updated_at": now()})
    office.store.put(changed, changed.inbox_id, changed.created_at)
    return lists.one(changed)


@router.delete("/{inbox_id}", status_code=HTTPStatus.NO_CONTENT)
async def delete_inbox(inbox_id: str, office: Open) -> None:
    found = inbox_of(office.store, inbox_id)
    with office.store.together():
        office.store.forget_inbox(found.inbox_id)
        office.store.forget(Inbox, found.inbox_id)
