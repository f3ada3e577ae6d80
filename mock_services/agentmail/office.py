"""Everything that is open while the service runs, and who may come in."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import httpx
from fastapi import Depends, Header, Request

from mock_services.agentmail.courier import Courier
from mock_services.agentmail.models import Inbox, Webhook, fresh, now
from mock_services.agentmail.problems import Refusal
from mock_services.agentmail.store import Store


@dataclass(frozen=True)
class Office:
    """A key of None lets every bearer of any key in."""

    store: Store
    courier: Courier
    key: str | None = None

    def inbox(self, address: str, display_name: str | None = None) -> Inbox:
        """The inbox of an address, made when there is none."""
        at = now()
        found = self.store.get(Inbox, address.lower())
        made = found or Inbox(
            inbox_id=address.lower(), email=address.lower(), display_name=display_name, updated_at=at, created_at=at
        )
        if found is None:
            self.store.put(made, made.inbox_id, at)
        return made

    def subscribe(self, url: str, event_types: tuple[str, ...], secret: str, client_id: str) -> Webhook:
        """A webhook of somebody who brings a secret; the one of the same client is changed, not doubled."""
        at = now()
        known = next((found for found in self.store.all(Webhook) if found.client_id == client_id), None)
        webhook = Webhook(
            webhook_id=known.webhook_id if known else fresh("ep"),
            url=url,
            event_types=event_types,
            secret=secret,
            client_id=client_id,
            updated_at=at,
            created_at=known.created_at if known else at,
        )
        self.store.put(webhook, webhook.webhook_id, webhook.created_at)
        return webhook


@asynccontextmanager
async def opened(
    directory: Path | None = None,
    *,
    key: str | None = None,
    time_scale: float = 1.0,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Office]:
    """An office over a data folder; without one, all is forgotten at the end. `transport` replaces the network."""
    store = Store(directory)
    try:
        # What a proxy of this machine would say is no answer of the receiver.
        async with (
            httpx.AsyncClient(transport=transport, trust_env=False, timeout=None) as client,  # noqa: S113 - the courier ends it
            Courier(store, client, time_scale) as courier,
        ):
            yield Office(store, courier, key)
    finally:
        store.close()


async def _office(request: Request) -> Office:
    return cast("Office", request.app.state.office)


Open = Annotated[Office, Depends(_office)]


async def admitted(office: Open, authorization: Annotated[str | None, Header()] = None) -> None:
    """Let a request with the key in.

    Raises:
        Refusal: it has none, or another.
    """
    kind, _, key = (authorization or "").partition(" ")
    if kind != "Bearer" or not key:
        raise Refusal(401, "missing_authorization", "Send the API key as Authorization: Bearer <api_key>")
    if office.key and not hmac.compare_digest(key.encode(), office.key.encode()):
        raise Refusal(401, "unknown_api_key", "Unknown API key")
