"""What ended badly is found and buried; what is replayed ends well and is a dead letter no more. On real servers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from mesh.bus import Bus
from mesh.dead import DeadLetter
from mesh.letters import Letters
from mesh.protocol import Message, Outcome, Policy, Route
from mesh.replay import Repair
from mesh.revival import Busy, Revival
from mesh.settings import Settings
from mesh.store import History, migrate
from mesh.temporal import WORKFLOW_QUEUE, connect
from tests.conftest import until
from tests.fakes import a_message
from tests.workflows.conftest import Mesh
from workers.burial import Burial
from workers.replaying import Replaying
from workers.watcher import Watcher
from workflows.follow_route import FollowRoute

SHORT = Policy(timeout=5, attempts=1, deadline=10, queue_wait=5, backoff=0.01)


def a_trip(*steps: str, error_handler: str | None = None, **fields: Any) -> Message:
    policies = dict.fromkeys([*steps, error_handler or "x"], SHORT)
    route = Route.model_validate({"steps": steps, "error_handler": error_handler, "policies": policies, **fields})
    return a_message(route=route, message_id=uuid4().hex, session_id=uuid4().hex)


class Yard(Mesh):
    """A mesh whose dead are really buried."""

    def __init__(self, client: Any, bus: Bus, history: History) -> None:
        super().__init__(client)
        self.bus, self.history = bus, history
        self.revival, self.letters, self.burial = Revival(client), Letters(bus), Burial(bus, history)
        self.watcher = Watcher(self.letters, self.revival, self.burial)

    async def about(self, message: Message) -> list[DeadLetter]:
        return [letter async for letter in self.letters.after() if letter.message_id == message.message_id]

    async def replies(self, message: Message) -> list[str]:
        return [reply.reply_id for reply in await self.bus.replies_after(message.session_id, 0)]

    async def replay(self, message: Message, repair: Repair | None = None, wait: float = 20) -> tuple[str, str]:
        letters = await self.about(message)
        work = Replaying(self.letters, self.revival, repair or Repair(), {}, wait)
        found: list[tuple[str, str]] = []
        await work.all(letters[-1:], lambda result: found.append((result.end, result.why)))
        return found[0]


@pytest.fixture
async def yard(temporal_target: str, bus: Bus, ports_settings: Settings) -> AsyncIterator[Yard]:
    await migrate(ports_settings)
    async with History.open(ports_settings) as history:
        found = Yard(
            await connect(ports_settings.model_copy(update={"temporal_address": temporal_target})), bus, history
        )
        async with serving(found):
            yield found


@asynccontextmanager
async def serving(yard: Yard) -> AsyncIterator[None]:
    """A workflow worker; what it leaves running is terminated, for the server is shared."""
    worker = Worker(yard.client, task_queue=WORKFLOW_QUEUE, workflows=[FollowRoute], activities=[yard.burial.bury])
    async with worker:
        yield


async def nothing(_: dict[str, Any]) -> None: ...


async def broken(_: dict[str, Any]) -> None:
    raise ApplicationError("the shop is down", non_retryable=True)


async def die(yard: Yard, trip: Message) -> None:
    with pytest.raises(WorkflowFailureError):
        await yard.travel(trip)


async def test_a_replay_goes_on_where_it_failed_and_takes_the_letter_out(yard: Yard) -> None:
    trip, visits = a_trip("first", "second", "third"), []

    async def first(message: dict[str, Any]) -> None:
        visits.append(message["route"]["current_step"])

    async with yard.serving(first=first, second=broken):
        await die(yard, trip)
    (letter,) = await yard.about(trip)
    assert (letter.actor, letter.failure, letter.session_id) == ("second", "permanent", trip.session_id)
    async with yard.serving(first=first, second=nothing, third=nothing):
        assert (await yard.replay(trip))[0] == "well"
        message = await yard.handle(trip).result()
    assert visits == [0]
    assert [entry.actor for entry in message.route.trace if entry.kind == "visited"] == ["first", "second", "third"]
    assert await yard.about(trip) == []


async def test_a_replay_that_fails_again_leaves_one_letter_and_the_newer_one(yard: Yard) -> None:
    trip = a_trip("first", "second")
    async with yard.serving(first=broken):
        await die(yard, trip)
        (old,) = await yard.about(trip)
        end, why = await yard.replay(trip)
    (new,) = await yard.about(trip)
    assert (end, new.sequence > old.sequence) == ("failed", True)
    assert "no error handler, and first failed: the shop is down" in why
    assert len(new.message().payload.recovery_log) == 1


async def test_an_apology_does_not_swallow_the_answer_of_a_replay_at_the_same_step(yard: Yard) -> None:
    from mesh.delivery import Answer, deliver  # noqa: PLC0415 - only here

    trip = a_trip("teller")

    async def teller(raw: dict[str, Any]) -> None:
        answer = Answer(text="Here it is.", status="resolved")
        await deliver(Message.model_validate(raw), answer, history=yard.history, bus=yard.bus)

    async with yard.serving(teller=broken):
        await die(yard, trip)
    async with yard.serving(teller=teller):
        assert (await yard.replay(trip))[0] == "well"
    name = trip.message_id
    assert await yard.replies(trip) == [f"{name}:0:sorry", f"{name}:0:r1"]
    rows = await yard.history.of_message(name)
    assert [row.content for row in rows][-1] == "Here it is."


async def test_a_terminated_journey_is_found_and_buried_once_with_all_it_had_found(yard: Yard) -> None:
    stop = asyncio.Event()

    async def finder(_: dict[str, Any]) -> Outcome:
        return Outcome(enrichment={"found": 1})

    async def slow(_: dict[str, Any]) -> None:
        await stop.wait()

    trip = a_trip("finder", "slow")
    async with yard.serving(finder=finder, slow=slow):
        await yard.journeys.start(trip)

        async def at_slow() -> bool:
            message = await yard.journeys.message(trip.message_id)
            return message is not None and message.route.here == ("slow",)

        await until(at_slow)
        await yard.handle(trip).terminate(reason="an operator did it")
        stop.set()

        async def found() -> list[DeadLetter]:
            await yard.watcher.sweep()
            return await yard.about(trip)

        (letter,) = await until(found)
        await yard.watcher.sweep()
        assert len(await yard.about(trip)) == 1
        assert (letter.failure, letter.actor) == ("terminated", "slow")
        assert letter.message().payload.model_extra == {"found": 1}
        assert await yard.replies(trip) == [f"{trip.message_id}:1:sorry"]
        ended = await yard.history.of_message(trip.message_id)
        assert [(row.sender, row.status) for row in ended] == [("customer", "received"), ("agent", "apologised")]
        assert await yard.history.unended() == ()
        assert (await yard.replay(trip))[0] == "well"
        await yard.watcher.sweep()
    assert await yard.about(trip) == []


async def test_a_message_that_is_under_way_is_not_replayed(yard: Yard) -> None:
    go_on = asyncio.Event()

    async def slow(_: dict[str, Any]) -> None:
        await go_on.wait()

    trip = a_trip("slow")
    async with yard.serving(slow=broken):
        await die(yard, trip)
    async with yard.serving(slow=slow):
        assert (await yard.replay(trip, wait=0.5))[0] == "under way"
        assert (await yard.replay(trip, wait=0.5))[0] == "under way"
        with pytest.raises(Busy):
            await yard.revival.restart(trip)
        assert len(await yard.about(trip)) == 1
        go_on.set()
        await yard.handle(trip).result()
    assert await yard.replay(trip) == ("well", "had ended well already")
    assert await yard.about(trip) == []


async def test_a_message_that_ends_in_an_apology_again_stays_and_can_be_replayed(yard: Yard) -> None:
    trip, status = a_trip("teller"), ["apologised", "resolved"]

    async def teller(_: dict[str, Any]) -> Outcome:
        return Outcome(enrichment={"delivery": {"status": status.pop(0)}})

    async with yard.serving(teller=broken):
        await die(yard, trip)
    async with yard.serving(teller=teller):
        assert (await yard.replay(trip))[0] == "apologised"
        assert len(await yard.about(trip)) == 1
        assert (await yard.replay(trip))[0] == "well"
    assert await yard.about(trip) == []


async def test_a_journey_tells_how_it_began(yard: Yard) -> None:
    trip = a_trip("first", "second")
    async with yard.serving(first=nothing, second=nothing):
        await yard.travel(trip)
    assert await yard.revival.accepted(trip.message_id) == trip
    assert await yard.revival.accepted("nobody") is None
    assert await yard.revival.finished(trip.message_id) == "well"
    assert await yard.revival.finished("nobody") == "unknown"
