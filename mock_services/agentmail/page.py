"""The page: every thread with its messages, as text. Nothing of a mail is ever markup here."""

from pathlib import Path
from typing import Final

import jinja2
from fastapi import APIRouter, Response

from mock_services.agentmail.models import Inbox, Message, Thread
from mock_services.agentmail.office import Open

router: Final = APIRouter(include_in_schema=False)
SHOWN: Final = 100
"""Threads of an inbox that the page lists."""
POLICY: Final = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"  # noqa: E501
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
pages: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


@router.get("/")
async def show(office: Open, inbox: str | None = None, thread: str | None = None) -> Response:
    """The threads of an inbox, newest first, and the messages of one of them."""
    inboxes = office.store.all(Inbox)
    chosen = next((found for found in inboxes if found.inbox_id == (inbox or "").lower()), None)
    current = chosen or (inboxes[0] if inboxes else None)
    threads = office.store.newest(Thread, SHOWN, inbox=current.inbox_id) if current else ()
    opened = office.store.get(Thread, thread) if thread else None
    messages = office.store.all(Message, parent=opened.thread_id) if opened else ()
    body = pages.get_template("threads.html").render(
        inboxes=inboxes, current=current, threads=threads, opened=opened, messages=messages, asked=thread
    )
    return Response(body, 404 if thread and not opened else 200, HEADERS, "text/html")
