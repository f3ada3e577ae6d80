"""What rides is one activity of the journey, survives what happens to it, and replays. On a real Temporal server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowFailureError
from temporalio.worker import Replayer, Worker

from mesh.actor import Actor, Result
from mesh.effects import effect
from mesh.errors import Permanent
from mesh.protocol import Message, Policy, Route, queue_of
from mesh.riding import riding
from mesh.route import Stop
from mesh.temporal import PLUGIN, activity_of
from tests.conftest import until
from tests.fakes import FakeBus, a_message
from tests.workers.riders import an_actor, filling
from tests.workflows.conftest import Mesh
from workers.riding import Carriage, Patience, patience
from workflows.follow_route import FollowRoute

QUICK = {"timeout": 2, "attempts": 2, "deadline": 40, "queue_wait": 30, "backoff": 0.01}


def a_ride(message_id: str, *stops: Stop, handler: Actor | None = None, **fields: object) -> Message:
    route = Route.of(*stops, error_handler=handler)
    message = a_message(route=route.model_copy(update=fields), message_id=message_id)
    return riding(message, allowed=True)


def quick(actor: Actor, **policy: object) -> Actor:
    declared = Policy.model_validate({**actor.policy.model_dump(), **QUICK, **policy})
    return Actor(name=actor.name, policy=declared, work=actor.work, needs={}, kind="processor")


@asynccontextmanager
async def serving(mesh: Mesh, actors: Sequence[Actor], patience: Patience = patience) -> AsyncIterator[FakeBus]:
    """Serve these actors in one process, as the actor worker does."""
    bus = FakeBus()
    carriage = Carriage(actors, {}, bus, patience)
    async with AsyncExitStack() as stack:
        for one in actors:
            serve = activity_of(one, carriage.visit(one.name), bus)
            worker = Worker(mesh.client, task_queue=queue_of(one.name), activities=[serve])
            await stack.enter_async_context(worker)
        yield bus


async def activities(mesh: Mesh, message: Message) -> list[str]:
    """The ids of all activities of the journey, which replays besides."""
    history = await mesh.handle(message).fetch_history()
    await Replayer(workflows=[FollowRoute], plugins=[PLUGIN]).replay_workflow(history)
    scheduled = (event.activity_task_scheduled_event_attributes for event in history.events)
    return [one.activity_id for one in scheduled if one.activity_id]


def lines(message: Message) -> list[tuple[str, int, str]]:
    return [(entry.actor, entry.hop, entry.did or entry.kind) for entry in message.route.trace]


async def test_a_stretch_that_only_thinks_is_one_activity_that_shows_every_step(mesh: Mesh) -> None:
    actors = [quick(filling(name)) for name in ("ra", "rb", "rc", "rd", "rlast")]
    message = a_ride("ride-1", (actors[0], actors[1]), actors[2], actors[3], actors[4])
    async with serving(mesh, actors) as bus:
        end = await mesh.travel(message)
        found = await mesh.handle(message).query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert await activities(mesh, message) == ["0-ra", "3-rlast"]
    assert lines(end) == [(name, hop, "visited") for name, hop in zip(
        ("ra", "rb", "rc", "rd", "rlast"), (0, 0, 1, 2, 3), strict=True
    )]  # fmt: skip
    assert set(end.payload.model_extra or {}) == {"ra", "rb", "rc", "rd", "rlast"}
    assert "2. rc: done in the visit of ra" in found.current_details
    assert {event.actor for event in bus.events} == {"ra", "rb", "rc", "rd", "rlast"}


async def test_a_neighbour_that_is_served_elsewhere_is_visited_by_itself(mesh: Mesh) -> None:
    actors = [quick(filling(name)) for name in ("na", "nb", "nc", "nd", "nlast")]
    message = a_ride("ride-2", tuple(actors[:3]), actors[3], actors[4])
    async with serving(mesh, [one for one in actors if one.name != "nb"]), serving(mesh, [actors[1]]):
        end = await mesh.travel(message)
    assert await activities(mesh, message) == ["0-na", "0-nb", "1-nd", "2-nlast"]
    assert [entry.actor for entry in end.route.trace] == ["na", "nb", "nc", "nd", "nlast"]


async def test_a_process_that_dies_with_a_rider_repeats_what_thinks_and_no_effect(mesh: Mesh) -> None:
    visits: list[str] = []

    async def change(message: Message) -> Result:
        effect("change the shop")
        visits.append("changes")
        return None

    async def deadly(message: Message) -> Result:
        visits.append("deadly")
        if visits.count("deadly") == 1:
            # No answer ever comes from a process that died: Temporal hears of it when the attempt's time is over.
            await asyncio.sleep(60)
        return None

    def thorough() -> float:
        return 100.0 if patience() else 0.0

    actors = [
        quick(an_actor("changes", change, rides=False)), quick(filling("da")), quick(filling("db")),
        quick(an_actor("deadly", deadly), timeout=100), quick(filling("dlast")),
    ]  # fmt: skip
    message = a_ride("ride-3", *actors)
    async with serving(mesh, actors, thorough):
        end = await mesh.travel(message)
    assert await activities(mesh, message) == ["0-changes", "1-da", "2-db", "4-dlast"]
    assert visits == ["changes", "deadly", "deadly"]
    assert end.payload.recovery_log == ()


async def test_a_rider_that_fails_is_visited_with_attempts_of_its_own_and_then_goes_to_the_handler(mesh: Mesh) -> None:
    async def broken(message: Message) -> Result:
        raise Permanent("it broke")

    actors = [quick(one) for one in (filling("fa"), an_actor("fb", broken), filling("fhandler"), filling("flast"))]
    message = a_ride("ride-4", actors[0], actors[1], actors[3], handler=actors[2])
    async with serving(mesh, actors):
        end = await mesh.travel(message)
    assert await activities(mesh, message) == ["0-fa", "1-fb", "2-fhandler"]
    assert end.payload.error is not None
    assert (end.payload.error.actor, end.payload.error.kind, end.payload.error.hop) == ("fb", "permanent", 1)
    assert set(end.payload.model_extra or {}) == {"fa", "fhandler"}


async def test_a_visit_that_an_operator_started_anew_carries_nobody(mesh: Mesh) -> None:
    begun: list[int] = []

    async def hangs_once(message: Message) -> Result:
        begun.append(activity.info().attempt)
        await asyncio.sleep(60 if len(begun) == 1 else 0)
        return None

    actors = [quick(one, timeout=60) for one in (an_actor("oa", hangs_once), filling("ob"), filling("olast"))]
    message = a_ride("ride-5", (actors[0], actors[1]), actors[2])

    async def open_() -> bool:
        return bool(begun)

    async with serving(mesh, actors):
        await mesh.journeys.start(message)
        await until(open_)
        await mesh.handle(message).execute_update("retry_now", {"by": "kim"})
        end = await mesh.handle(message).result()
    assert await activities(mesh, message) == ["0-oa", "0-oa~1", "0-ob~1", "1-olast"]
    assert lines(end)[0] == ("oa+ob", 0, "retry_now")


async def test_a_circle_that_rides_ends_at_the_hop_cap_as_any_other(mesh: Mesh) -> None:
    async def circling(message: Message) -> Result:
        return message.route.insert_next("round", why="once more")

    actors = [quick(an_actor("round", circling)), quick(filling("clast"))]
    message = a_ride("ride-6", *actors, hop_cap=7)
    async with serving(mesh, actors):
        await mesh.journeys.start(message)
        with pytest.raises(WorkflowFailureError):
            await mesh.handle(message).result()
    assert [one.payload.error and one.payload.error.kind for one in mesh.buried] == ["hop_cap"]
    assert [line for line in lines(mesh.buried[0]) if line[2] == "visited"] == [
        ("round", hop, "visited") for hop in range(7)
    ]
    assert (await activities(mesh, message))[0] == "0-round"
    assert "6-round" not in await activities(mesh, message)
