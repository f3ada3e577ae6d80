"""AgentMail in this process, its official library as the client, and a webhook that keeps what it is sent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from agentmail import AgentMailEnvironment, AsyncAgentMail
from agentmail.messages import Message
from fastapi import FastAPI, Request, Response
from starlette.types import Receive, Scope, Send
from svix.webhooks import Webhook

from mock_services.agentmail.app import service
from mock_services.agentmail.courier import Courier
from mock_services.agentmail.office import Office, opened
from mock_services.agentmail.store import Store
from mock_services.faults import Fault

INBOX = "support@shop.example.com"
ANA = "ana.torres@example.com"
KEY = "am_0123456789"
HOOK = "http://mesh.test/webhook"
AWAY = 0
"""A status of a receiver that cannot be reached."""
ONCE = {"max_retries": 0}
"""Options of a call that the library must not try again by itself."""


@dataclass
class Receiver:
    """A webhook's receiver; it answers with `statuses` in their order, then with 200."""

    statuses: list[int] = field(default_factory=list)
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.seen.append((dict(request.headers), await request.body()))
        status = self.statuses.pop(0) if self.statuses else 200
        if status == AWAY:
            raise httpx.ConnectError("nobody is there")
        await Response(status_code=status)(scope, receive, send)

    def verified(self, number: int, secret: str) -> None:
        """Let Svix's own library judge what came.

        Raises:
            WebhookVerificationError: it is not signed with this secret.
        """
        headers, body = self.seen[number]
        Webhook(secret).verify(body, headers)

    def ids(self) -> list[str]:
        return [headers["svix-id"] for headers, _ in self.seen]


@dataclass
class Bureau:
    office: Office
    api: httpx.AsyncClient
    mail: AsyncAgentMail
    receiver: Receiver

    async def written(self, **more: object) -> dict[str, str]:
        """A mail of Ana's from outside: its inbox, thread, message and event."""
        wish = {"from": f"Ana <{ANA}>", "subject": "My order", "text": "Where is it?", **more}
        answer = await self.api.post("/_mock/incoming", json=wish)
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    async def message(self, message_id: str) -> Message:
        found: Message = await self.mail.inboxes.messages.get(INBOX, message_id)
        return found

    async def deliveries(self, *event_types: str) -> list[dict[str, Any]]:
        answer = await self.api.get("/_mock/deliveries", params={"event_type": event_types} if event_types else None)
        found: list[dict[str, Any]] = answer.json()
        return found

    async def settled(self) -> list[dict[str, Any]]:
        """The deliveries when none is under way any more."""
        return await self.when(lambda found: all(one["state"] != "pending" for one in found))

    async def when(self, true: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        async with asyncio.timeout(10):
            while not true(found := await self.deliveries()):
                await asyncio.sleep(0.002)
        return found

    async def told(self) -> list[str]:
        """The events that were sent to webhooks, in the order of their deliveries."""
        return [delivery["event_type"] for delivery in await self.settled()]

    async def fail(self, status: int, **more: object) -> None:
        """Trouble for what is asked of `/v0`."""
        await self.api.put("/_faults", json={"mode": "fail", "status": status, "path": "/v0", **more})


@asynccontextmanager
async def open_bureau(directory: Path | None = None, receiver: Receiver | None = None) -> AsyncIterator[Bureau]:
    """With our inbox and no webhook yet. Retries come at once."""
    receiver = receiver or Receiver()
    async with opened(directory, key=KEY, time_scale=0, transport=httpx.ASGITransport(receiver)) as office:
        office.inbox(INBOX, "Support")
        transport = httpx.ASGITransport(_served(office))
        async with httpx.AsyncClient(transport=transport, base_url="http://mail.test") as api:
            environment = AgentMailEnvironment(http="http://mail.test", websockets="")
            yield Bureau(office, api, AsyncAgentMail(environment=environment, api_key=KEY, httpx_client=api), receiver)


def _served(office: Office) -> FastAPI:
    """The application, built once for all tests, over this office and without trouble."""
    app = _application()
    app.state.office = office
    app.state.faults.set(Fault())
    return app


@cache
def _application() -> FastAPI:
    return service(Office(Store(), Courier(Store(), httpx.AsyncClient(), 0)))
