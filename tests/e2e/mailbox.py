"""A customer's mailbox: writing to the shop, and what came back in the thread."""

import asyncio
from typing import Any
from urllib.parse import quote

from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack

POLLY = "polly.inquirer@example.com"
FRANK = "furious.frank@example.com"
FURIOUS = "This is the worst service ever! My order 12345 is a week late and nobody answers. I want this fixed NOW!"


def write(stack: Stack, text: str, *, sender: str = POLLY, **more: Any) -> dict[str, str]:
    """Send a mail; where it lies: inbox_id, thread_id, message_id, event_id."""
    body = {"from": sender, "to": stack.settings.agentmail_inbox, "subject": "A question", "text": text, **more}
    status, answer = stack.request("POST", "/_mock/incoming", body, base=stack.settings.agentmail_target)
    assert status == 200, answer
    found: dict[str, str] = answer
    return found


def set_fate(stack: Stack, address: str, fate: str) -> None:
    """What becomes of the next mail to this address."""
    body = {"address": address, "fate": fate, "times": 1}
    status, answer = stack.request("PUT", "/_mock/fates", body, base=stack.settings.agentmail_target)
    assert status in {200, 204}, answer


def trouble(stack: Stack, **fault: object) -> None:
    """Let the provider fail like this."""
    status, answer = stack.request("PUT", "/_faults", fault, base=stack.settings.agentmail_target)
    assert status in {200, 204}, answer


def letters(stack: Stack, thread_id: str) -> list[dict[str, Any]]:
    """Every mail of the thread, oldest first."""
    found = stack.get(f"/_mock/threads/{quote(thread_id, safe='')}", stack.settings.agentmail_target)
    return list(found["messages"])


def received(stack: Stack, mail: dict[str, str]) -> list[dict[str, Any]]:
    """What the shop wrote in the thread of this mail."""
    return [one for one in letters(stack, mail["thread_id"]) if "sent" in one["labels"]]


async def answers(stack: Stack, mail: dict[str, str], number: int = 1) -> list[str]:
    """The texts of the first answers in the thread of this mail, when so many are there."""

    async def there() -> bool:
        return len(await asyncio.to_thread(received, stack, mail)) >= number

    await until(there, PATIENCE)
    return [str(one["text"]) for one in received(stack, mail)[:number]]


async def waits(stack: Stack, **what: str) -> dict[str, Any]:
    """The item of the desk with these values, when it is there."""
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        items = await asyncio.to_thread(stack.get, "/api/desk")
        found[:] = [item for item in items if all(item[name] == value for name, value in what.items())]
        return bool(found)

    await until(there, PATIENCE)
    return found[0]
