"""Brings events to webhooks: signed, tried again by Svix's schedule, on disk until they have arrived."""

import asyncio
import contextlib
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

import httpx

from mock_services.agentmail import signing
from mock_services.agentmail.models import Attempt, Delivery, Retired, Webhook, fresh, now
from mock_services.agentmail.store import Store

SCHEDULE: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Seconds before the first, second … attempt, counted from the one before."""
PATIENCE: Final = 15.0
"""Seconds that a receiver has to answer."""
OVERLAP: Final = 86_400
"""Seconds that an old secret signs beside the new one."""
LANES: Final = 64
"""Attempts at the same time."""
LARGEST: Final = 1_000_000
"""Bytes of a body; above it the words of the message stay away."""
SUCCESS: Final = range(200, 300)


class Courier:
    """`time_scale` multiplies every wait of the schedule, also of what is waiting already."""

    def __init__(self, store: Store, client: httpx.AsyncClient, time_scale: float = 1.0) -> None:
        self._store = store
        self._client = client
        self._scale = time_scale
        self._changed = asyncio.Event()
        self._lanes = asyncio.Semaphore(LANES)
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        for delivery in self._store.all(Delivery, parent="pending"):
            self._start(delivery.svix_id)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def time_scale(self) -> float:
        return self._scale

    @time_scale.setter
    def time_scale(self, scale: float) -> None:
        self._scale = scale
        self._changed.set()
        self._changed = asyncio.Event()

    def tell(self, event_type: str, inbox_id: str, message_id: str, **parts: str) -> str:
        """Send an event to everybody who wants it; `parts` are its objects as JSON. Returns the event's id."""
        event_id = fresh("evt")
        body = _body(event_type, event_id, parts)
        for webhook in self._store.all(Webhook):
            if webhook.wants(event_type, inbox_id):
                delivery = Delivery(
                    svix_id=fresh("msg"),
                    webhook_id=webhook.webhook_id,
                    event_id=event_id,
                    event_type=event_type,
                    inbox_id=inbox_id,
                    message_id=message_id,
                    body=body,
                )
                self._keep(delivery)
                self._start(delivery.svix_id)
        return event_id

    def again(self, delivery: Delivery) -> None:
        """Send what was sent before once more, with the same id: a duplicate, or another chance."""
        self._keep(delivery.model_copy(update={"state": "pending", "attempts": ()}))
        self._start(delivery.svix_id)

    def rotate(self, webhook: Webhook) -> Webhook:
        """A new secret; the old one signs beside it for a day."""
        until = now() + timedelta(seconds=OVERLAP * self._scale)
        old = Retired(webhook_id=webhook.webhook_id, secret=webhook.secret, until=until)
        turned = webhook.model_copy(update={"secret": signing.new_secret(), "updated_at": now()})
        with self._store.together():
            self._store.put(old, fresh("old"), until, parent=webhook.webhook_id)
            self._store.put(turned, webhook.webhook_id, webhook.created_at)
        return turned

    def _start(self, svix_id: str) -> None:
        task = asyncio.get_running_loop().create_task(self._bring(svix_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bring(self, svix_id: str) -> None:
        # It is read from disk: what was rolled back in the same breath is not there, and nobody hears of it.
        while (delivery := self._store.get(Delivery, svix_id)) and delivery.state == "pending":
            await self._wait(delivery)
            async with self._lanes:
                webhook = self._store.get(Webhook, delivery.webhook_id)
                if webhook is None or not webhook.enabled:
                    self._keep(delivery.model_copy(update={"state": "given_up"}))
                    return
                self._keep(_after(delivery, await self._attempt(delivery, webhook)))

    async def _wait(self, delivery: Delivery) -> None:
        pause = SCHEDULE[len(delivery.attempts)]
        begun = delivery.attempts[-1].at if delivery.attempts else now()
        while (left := (begun - now()).total_seconds() + pause * self._scale) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)

    async def _attempt(self, delivery: Delivery, webhook: Webhook) -> Attempt:
        at = now()
        retired = self._store.all(Retired, parent=webhook.webhook_id)
        keys = [webhook.secret, *(old.secret for old in retired if old.until > at)]
        headers = {
            **webhook.headers,
            "content-type": "application/json",
            **signing.headers(keys, delivery.svix_id, at, delivery.body),
        }
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._client.post(webhook.url, content=delivery.body.encode(), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return Attempt(at=at, status=None)
        return Attempt(at=at, status=answer.status_code)

    def _keep(self, delivery: Delivery) -> None:
        self._store.put(delivery, delivery.svix_id, now(), inbox=delivery.inbox_id, parent=delivery.state)


def _after(delivery: Delivery, attempt: Attempt) -> Delivery:
    attempts = (*delivery.attempts, attempt)
    over = "given_up" if len(attempts) == len(SCHEDULE) else "pending"
    state = "delivered" if attempt.status in SUCCESS else over
    return delivery.model_copy(update={"attempts": attempts, "state": state})


def _body(event_type: str, event_id: str, parts: dict[str, str]) -> str:
    objects = "".join(f',"{name}":{part}' for name, part in parts.items())
    return f'{{"type":"event","event_type":"{event_type}","event_id":"{event_id}"{objects}}}'
