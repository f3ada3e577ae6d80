"""`/v0/threads` and `/v0/inboxes/{inbox_id}/threads`. A thread is shown with its messages, oldest first."""

from fastapi import APIRouter, Response

from mock_services.agentmail import lists
from mock_services.agentmail.lists import Filtered, Paged
from mock_services.agentmail.mailbox import inbox_of, thread_of
from mock_services.agentmail.models import Message, Thread
from mock_services.agentmail.office import Office, Open

router = APIRouter(tags=["threads"])


class Whole(Thread):
    """A thread with all its messages on one page."""

    count: int
    messages: tuple[Message, ...]


def whole(office: Office, thread: Thread) -> Whole:
    messages = tuple(office.store.all(Message, parent=thread.thread_id))
    return Whole(**dict(thread), count=len(messages), messages=messages)


@router.get("/threads")
async def list_threads(office: Open, wanted: Paged, sifted: Filtered) -> Response:
    return lists.page("threads", sifted.keep(office.store.all(Thread)), wanted)


@router.get("/threads/{thread_id}")
async def get_thread(thread_id: str, office: Open) -> Response:
    return lists.one(whole(office, thread_of(office.store, thread_id)))


@router.get("/inboxes/{inbox_id}/threads")
async def list_threads_of_inbox(inbox_id: str, office: Open, wanted: Paged, sifted: Filtered) -> Response:
    inbox = inbox_of(office.store, inbox_id)
    return lists.page("threads", sifted.keep(office.store.all(Thread, inbox=inbox.inbox_id)), wanted)


@router.get("/inboxes/{inbox_id}/threads/{thread_id}")
async def get_thread_of_inbox(inbox_id: str, thread_id: str, office: Open) -> Response:
    return lists.one(whole(office, thread_of(office.store, thread_id, inbox_id)))
