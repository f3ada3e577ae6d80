"""Where one message's time goes, from stamps that exist: the gateway's, Temporal's history, and what NATS carries.

Whoever asks also listens on NATS, where he sees a message arrive before it is on disk. All clocks are one machine's.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx
import nats
from nats.aio.msg import Msg
from temporalio.api.history.v1 import HistoryEvent

from bench.chat import QUESTIONS
from bench.figures.results import Part
from bench.stack import Stack
from mesh.protocol import Message
from mesh.replies import Reply

LISTENED: Final = ("ecommerce.support.*", "ecommerce.support.gateway.response.*")


@dataclass(frozen=True)
class Stretch:
    """Something that took from `begin` to `end`, in seconds since the epoch."""

    name: str
    kind: str
    begin: float
    end: float


class Listener:
    """When NATS first carried a message, and when its reply; and when whoever wrote that reply began to keep it."""

    def __init__(self) -> None:
        self.published: dict[str, float] = {}
        self.replied: dict[str, float] = {}
        self.written: dict[str, float] = {}
        self.accepted: dict[str, float] = {}

    async def hear(self, delivery: Msg) -> None:
        now = time.time()
        if ".response." in delivery.subject:
            reply = Reply.model_validate_json(delivery.data)
            self.replied[reply.message_id] = now
            self.written[reply.message_id] = reply.at.timestamp()
            return
        message = Message.model_validate_json(delivery.data)
        self.published[message.message_id] = now
        self.accepted[message.message_id] = datetime.fromisoformat(str(message.metadata["accepted_at"])).timestamp()


async def measured(stack: Stack, messages: int, question: tuple[str, str] = QUESTIONS[0]) -> tuple[Part, ...]:
    """Ask one question many times, one after the other, and take the median of each part."""
    client = await nats.connect(stack.settings.nats_target)
    listener = Listener()
    for subject in LISTENED:
        await client.subscribe(subject, cb=listener.hear)
    await client.flush()
    async with httpx.AsyncClient(base_url=stack.url, timeout=60, trust_env=False) as http:
        found = [await _one(stack, http, listener, question) for _ in range(messages)]
    await client.close()
    return medians(found)


async def _one(stack: Stack, http: httpx.AsyncClient, listener: Listener, question: tuple[str, str]) -> list[Stretch]:
    email, text = question
    begin = time.time()
    answer = await http.post("/api/chat", json={"message": text, "customer_email": email})
    end, message_id = time.time(), answer.raise_for_status().json()["message_id"]
    await stack.end(message_id)
    # What it heard comes in its own time.
    await asyncio.sleep(0.02)
    events = (await (await stack.client()).get_workflow_handle(message_id).fetch_history()).events
    return [
        Stretch("gateway takes the request", "gateway", begin, listener.accepted[message_id]),
        Stretch("gateway publishes", "gateway", listener.accepted[message_id], listener.published[message_id]),
        Stretch("stored, taken by intake, noted", "intake", listener.published[message_id], _at(events[0])),
        *visits(events, listener.written[message_id], listener.replied[message_id]),
        Stretch("reply stored, gateway answers", "gateway", listener.replied[message_id], end),
    ]


def visits(events: Sequence[HistoryEvent], written: float, replied: float) -> Iterator[Stretch]:
    """What the workflow did until the reply was on its way: decide, wait for a worker, work.

    The last visit ends where its reply appears on NATS; `written` is when it began to write the history.
    """
    hops = list(_hops(events))
    decided = [_at(events[0]), *(hop.end for hop in hops[:-1])]
    for hop, before in zip(hops, decided, strict=True):
        yield Stretch(
            "workflow goes on" if before != decided[0] else "workflow starts", "workflow", before, hop.scheduled
        )
        yield Stretch(f"{hop.name}: taken", "queue", hop.scheduled, hop.started)
        if hop is not hops[-1]:
            yield Stretch(f"{hop.name}: works", "actor", hop.started, hop.end)
    last = hops[-1]
    yield Stretch(f"{last.name}: works", "actor", last.started, written)
    yield Stretch("history is written", "history", written, replied)


@dataclass(frozen=True)
class Hop:
    """One visit: scheduled, first taken, last answered."""

    name: str
    scheduled: float
    started: float
    end: float


def _hops(events: Sequence[HistoryEvent]) -> Iterator[Hop]:
    """The visits in their order; the activities of a group were scheduled by one workflow task."""
    started = {one.activity_task_started_event_attributes.scheduled_event_id: _at(one) for one in events}
    ended = {one.activity_task_completed_event_attributes.scheduled_event_id: _at(one) for one in events}
    groups: dict[int, list[HistoryEvent]] = {}
    for one in events:
        if one.HasField("activity_task_scheduled_event_attributes"):
            task = one.activity_task_scheduled_event_attributes.workflow_task_completed_event_id
            groups.setdefault(task, []).append(one)
    for group in groups.values():
        ids = [one.event_id for one in group]
        yield Hop(
            name=" + ".join(one.activity_task_scheduled_event_attributes.activity_type.name for one in group),
            scheduled=_at(group[0]),
            started=min(started[one] for one in ids),
            end=max(ended[one] for one in ids),
        )


def _at(event: HistoryEvent) -> float:
    return float(event.event_time.ToNanoseconds() / 1e9)


def medians(messages: Sequence[Sequence[Stretch]]) -> tuple[Part, ...]:
    """Each part's median over the messages, one after the other from the moment of the request."""
    parts, begin = [], 0.0
    for same in zip(*messages, strict=True):
        took = statistics.median(1000 * (one.end - one.begin) for one in same)
        parts.append(Part(name=same[0].name, kind=same[0].kind, begin_ms=begin, ms=took))
        begin += took
    return tuple(parts)
