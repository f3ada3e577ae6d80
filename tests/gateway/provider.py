"""AgentMail as the webhook sees it: events made here, signed, and delivered in process."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

import httpx
from fastapi import FastAPI
from svix.webhooks import Webhook

from gateway.edge import Edge
from mesh.delivery import acceptance
from mesh.errands import errand_of
from tests.fakes import FakeBus
from tests.gateway.indoors import an_app, an_edge, browser, open_settings
from tests.troubled import Departures

SIGNED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
RENEWED = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
FOREIGN = "whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
INBOX = "support@shop.example.com"
POLLY = "polly.inquirer@example.com"
NUMBERS = count(1)

Event = dict[str, Any]


def a_mail(text: str | None = "Where is my order 67890?", **changes: Any) -> Event:
    """An event of a mail that came in; `changes` are fields of the mail, None leaves one out."""
    number = next(NUMBERS)
    event_type = changes.pop("event_type", "message.received")
    mail = {
        "inbox_id": INBOX,
        "thread_id": f"thd_{number}",
        "message_id": f"<mail-{number}@mail.example.com>",
        "labels": ["received"],
        "timestamp": "2026-11-20T10:00:00Z",
        "from": f"Polly Inquirer <{POLLY}>",
        "to": [INBOX],
        "subject": "A parcel",
        "text": text,
        "size": 2_000,
        **changes,
    }
    found = {name: value for name, value in mail.items() if value is not None}
    return {"type": "event", "event_type": event_type, "event_id": f"evt_{number}", "message": found, "thread": {}}


def a_return(mail: Event, event_type: str = "message.bounced", **changes: Any) -> Event:
    """Our reply to this mail came back."""
    name = {"message.bounced": "bounce", "message.complained": "complaint", "message.rejected": "reject"}[event_type]
    about = {key: mail["message"][key] for key in ("inbox_id", "thread_id")}
    told = {**about, "message_id": "<ours@agentmail.to>", "timestamp": "2026-11-20T10:01:00Z", **changes}
    return {"type": "event", "event_type": event_type, "event_id": f"evt_{next(NUMBERS)}", name: told}


def delivery(event: Event | bytes, *, secret: str = SIGNED, age: float = 0, svix_id: str = "") -> tuple[bytes, Any]:
    """The body of a delivery, and its headers as the provider signs them; `age` in seconds."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    named = svix_id or (f"msg_{event['event_id']}" if isinstance(event, dict) else f"msg_{next(NUMBERS)}")
    at = int(time.time() - age)
    signature = Webhook(secret).sign(named, datetime.fromtimestamp(at, UTC), body.decode("utf-8", "surrogateescape"))
    return body, {"svix-id": named, "svix-timestamp": str(at), "svix-signature": signature}


@cache
def _app() -> FastAPI:
    """One for all doors: what differs is in the edge."""
    return an_app(open_settings())


class Door:
    """The gateway with its webhook, and a mesh behind it that starts what was published, each id once."""

    def __init__(self, edge: Edge, http: httpx.AsyncClient) -> None:
        self.edge = edge
        self.http = http
        self.journeys = Departures()
        self._seen = 0

    @property
    def bus(self) -> FakeBus:
        bus = self.edge.bus
        assert isinstance(bus, FakeBus)
        return bus

    async def tell(self, event: Event | bytes, **how: Any) -> httpx.Response:
        body, headers = delivery(event, **how)
        return await self.send(body, headers)

    async def send(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return await self.http.post("/webhook/agentmail", content=body, headers=headers)

    async def taken_in(self) -> list[str]:
        """The ids of everything that was started, after intake has taken what was published."""
        for message in self.bus.published[self._seen :]:
            if errand_of(message) is None:
                await self.edge.history.add([acceptance(message, datetime.now(UTC))])
            await self.journeys.start(message)
        self._seen = len(self.bus.published)
        return [*self.journeys.open]

    async def status(self, event: Event | bytes, **how: Any) -> tuple[int, str]:
        answer = await self.tell(event, **how)
        return answer.status_code, answer.json().get("status")

    def counted(self) -> dict[tuple[str, str], float]:
        """`webhook_requests_total` by event type and status."""
        found = self.edge.metrics.webhooks.collect()
        return {
            (sample.labels["event_type"], sample.labels["status"]): sample.value
            for metric in found
            for sample in metric.samples
            if sample.name == "webhook_requests_total"
        }


@asynccontextmanager
async def a_door(secrets: str = SIGNED, bus: FakeBus | None = None, **changes: Any) -> AsyncIterator[Door]:
    """A gateway that knows these secrets; `changes` are settings."""
    settings = open_settings(agentmail_webhook_secrets=secrets, **changes)
    edge = an_edge(settings, bus=bus or FakeBus())
    async with browser(_app(), edge) as http:
        yield Door(edge, http)
