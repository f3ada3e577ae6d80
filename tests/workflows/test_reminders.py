"""Before a deadline whoever should answer is reminded, durably, and only while the visit is open."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio import activity
from temporalio.worker import Worker

from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.protocol import Message, Policy, Route
from mesh.replies import DUE, Due
from mesh.settings import Settings
from mesh.temporal import WORKFLOW_QUEUE, connect
from tests.conftest import until
from tests.fakes import FakeBus, a_message, settings
from tests.workflows.conftest import Mesh
from workers.workflow import Reminder
from workflows.follow_route import FollowRoute

SLOW = Policy(timeout=30, deadline=30, attempts=1, state="waiting for a person")


class Reminded(Mesh):
    """A mesh that remembers whom it was told to remind; `broken` reminders fail."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self.reminded: list[str] = []
        self.broken = False

    @activity.defn(name="remind")
    async def remind(self, message: Message) -> None:
        self.reminded.append(message.message_id)
        if self.broken:
            raise Unavailable("NATS is away")


@pytest.fixture
async def reminded(temporal_target: str) -> AsyncIterator[Reminded]:
    found = Reminded(await connect(settings(temporal_address=temporal_target)))
    activities = [found.bury, found.remind]
    async with Worker(found.client, task_queue=WORKFLOW_QUEUE, workflows=[FollowRoute], activities=activities):
        yield found


def slowly(message_id: str, remind_after: float | None) -> Message:
    policy = SLOW.model_copy(update={"remind_after": remind_after})
    return a_message(route=Route(steps=("slow_one",), policies={"slow_one": policy}), message_id=message_id)


async def test_a_visit_that_is_still_open_is_reminded_of_and_shown_as_due_soon(reminded: Reminded) -> None:
    answered = asyncio.Event()

    async def slow_one(_: Any) -> dict[str, Any]:
        await answered.wait()
        return {"enrichment": {"note": "done"}}

    async def due() -> bool:
        query = "State = 'waiting for a person: due soon'"
        return "remind-1" in [found.id async for found in reminded.client.list_workflows(query)]

    async with reminded.serving(slow_one=slow_one):
        await reminded.journeys.start(slowly("remind-1", 0.3))
        await until(due)
        assert reminded.reminded == ["remind-1"]
        answered.set()
        end = await reminded.handle(slowly("remind-1", 0.3)).result()
    assert end.payload.note == "done"  # type: ignore[attr-defined]


async def test_a_visit_that_was_answered_or_wants_no_reminder_gets_none(reminded: Reminded) -> None:
    async def slow_one(message: dict[str, Any]) -> None:
        await asyncio.sleep(0.6 if message["message_id"] == "remind-3" else 0)

    async def after_it(_: Any) -> None:
        await asyncio.sleep(2)

    quick = slowly("remind-2", 0.5)
    async with reminded.serving(slow_one=slow_one, after_it=after_it):
        await reminded.travel(quick.with_route(quick.route.then("after_it")))
        await reminded.travel(slowly("remind-3", None))
    assert reminded.reminded == []


async def test_when_nobody_can_be_reminded_the_message_goes_on(reminded: Reminded) -> None:
    reminded.broken = True

    async def slow_one(_: Any) -> None:
        while not reminded.reminded:
            await asyncio.sleep(0.05)

    async with reminded.serving(slow_one=slow_one):
        await reminded.travel(slowly("remind-4", 0.1))
    assert reminded.reminded


async def test_the_desk_hears_of_it_without_personal_data(bus: Bus, ports_settings: Settings) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def take(delivery: Any) -> None:
        heard.put_nowait(delivery.data)

    async with Bus.open(ports_settings, "desk") as other:
        await other._client.subscribe(DUE, cb=take)
        await other._client.flush()
        message = a_message().enriched({"sentiment": {"urgency": "high"}, "context": {"customer": {"tier": "vip"}}})
        await Reminder(bus).remind(message)
        async with asyncio.timeout(10):
            data = await heard.get()
    assert Due.model_validate_json(data) == Due(
        message_id="m-1", session_id="s-1", actor="somebody", urgency="high", tier="vip"
    )
    assert b"@" not in data


async def test_a_reminder_that_nats_did_not_take_is_tried_again() -> None:
    class Away(FakeBus):
        async def tell(self, subject: str, data: bytes) -> None:
            raise Unavailable("NATS did not take the event")

    with pytest.raises(Unavailable):
        await Reminder(Away()).remind(a_message())
