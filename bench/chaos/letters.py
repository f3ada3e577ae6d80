"""Customers who write mails: each in a thread of its own, until the answer lies in it."""

import asyncio
import contextlib
from collections import Counter
from typing import Any
from urllib.parse import quote

import httpx

from bench.chaos.customers import Budget, Conversation, Doors
from mesh.mail.composing import message_id_of

LOOK = 0.25
"""Seconds between two looks into a thread."""


async def by_mail(doors: Doors, budget: Budget, conversation: Conversation) -> None:
    """Write mails one after the other, each when the last one was answered; then see that no answer came twice."""
    conversation.channel = "mail"
    threads: dict[str, str] = {}
    async with httpx.AsyncClient(base_url=f"{doors.mail}/_mock", timeout=20, trust_env=False) as http:
        while budget.next():
            message_id, thread_id = await _written(http, conversation)
            threads[message_id] = thread_id
            while not (found := await _answers(http, thread_id)):  # noqa: ASYNC110 - only the mailbox knows
                await asyncio.sleep(LOOK)
            conversation.hear(message_id, found[0])
        for message_id, thread_id in threads.items():
            if max(Counter(await _answers(http, thread_id)).values(), default=0) > 1:
                conversation.given_twice.append(message_id)


async def _written(http: httpx.AsyncClient, conversation: Conversation) -> tuple[str, str]:
    """Send a mail; the id of the message that it becomes, and its thread."""
    mail = {"from": conversation.email, "subject": "My order", "text": conversation.text, "authenticated": True}
    answer = await http.post("/incoming", json=mail)
    kept: dict[str, str] = answer.raise_for_status().json()
    return conversation.say(message_id_of(kept["event_id"])), kept["thread_id"]


async def _answers(http: httpx.AsyncClient, thread_id: str) -> list[str]:
    """The texts of what the shop wrote in this thread."""
    with contextlib.suppress(httpx.HTTPError, ValueError):
        answer = await http.get(f"/threads/{quote(thread_id, safe='')}")
        letters: list[dict[str, Any]] = answer.json()["messages"] if answer.is_success else []
        return [str(letter["text"]) for letter in letters if "sent" in letter["labels"]]
    return []
