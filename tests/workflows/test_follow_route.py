"""The workflow follows any route: groups, edits, failures, circles, people. On a real Temporal server."""

import ast
import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from mesh.actor import discover
from mesh.protocol import Message, Outcome, Policy, Route
from tests.conftest import until
from tests.fakes import a_message
from tests.workflows.conftest import Mesh

SHORT = Policy(timeout=2, attempts=2, deadline=40, queue_wait=30, backoff=0.01)


def a_trip(*steps: str | tuple[str, ...], error_handler: str | None = None, **fields: Any) -> Message:
    names = {name for step in steps for name in ([step] if isinstance(step, str) else step)} | {error_handler or "x"}
    route = Route.model_validate(
        {"steps": steps, "error_handler": error_handler, "policies": dict.fromkeys(names, SHORT), **fields}
    )
    return a_message(route=route, message_id=uuid4().hex)


async def nothing(_: dict[str, Any]) -> None: ...


async def broken(_: dict[str, Any]) -> None:
    raise ApplicationError("the shop is down", non_retryable=True)


async def test_every_step_is_visited_in_order_and_a_group_at_the_same_time(mesh: Mesh) -> None:
    together = asyncio.Barrier(2)

    async def left(_: dict[str, Any]) -> dict[str, Any]:
        await together.wait()
        return {"enrichment": {"left": 1}}

    async def right(_: dict[str, Any]) -> dict[str, Any]:
        await together.wait()
        return {"enrichment": {"right": 2}}

    async def last(message: dict[str, Any]) -> dict[str, Any]:
        return {"enrichment": {"seen": [message["payload"]["left"], message["payload"]["right"]]}}

    async with mesh.serving(left=left, right=right, last=last):
        message = await mesh.travel(a_trip(("left", "right"), "last"))
    assert message.payload.model_extra == {"left": 1, "right": 2, "seen": [1, 2]}
    assert [(entry.actor, entry.hop, entry.kind) for entry in message.route.trace] == [
        ("left", 0, "visited"), ("right", 0, "visited"), ("last", 1, "visited"),
    ]  # fmt: skip
    assert all(entry.at and entry.seconds is not None for entry in message.route.trace)


async def test_a_router_edits_the_route_and_the_workflow_follows(mesh: Mesh) -> None:
    async def router(message: dict[str, Any]) -> Outcome:
        route = Route.model_validate(message["route"])
        return Outcome(route=route.only("detour", why="the direct way is closed"))

    async with mesh.serving(router=router, detour=nothing):
        message = await mesh.travel(a_trip("router", "direct"))
    assert [entry.actor for entry in message.route.trace if entry.kind == "visited"] == ["router", "detour"]
    assert [entry.why for entry in message.route.trace if entry.kind == "edited"] == ["the direct way is closed"]


async def test_a_transient_failure_is_retried_until_it_works(mesh: Mesh) -> None:
    async def shaky(_: dict[str, Any]) -> dict[str, Any]:
        if activity.info().attempt < 2:
            raise ApplicationError("not yet", type="Transient")
        return {"enrichment": {"attempt": activity.info().attempt}}

    async with mesh.serving(shaky=shaky):
        message = await mesh.travel(a_trip("shaky"))
    assert message.payload.model_extra == {"attempt": 2}
    assert message.payload.recovery_log == ()


async def tired(_: dict[str, Any]) -> None:
    raise ApplicationError("still down", type="Transient")


async def slow(_: dict[str, Any]) -> None:
    await asyncio.sleep(60)


async def babble(_: dict[str, Any]) -> list[str]:
    return ["not", "an", "outcome"]


async def thief(_: dict[str, Any]) -> dict[str, Any]:
    return {"enrichment": {"customer_message": "mine now"}}


@pytest.mark.parametrize(
    ("actor", "kind", "reason"),
    [
        (broken, "permanent", "the shop is down"),
        (tired, "exhausted", "still down"),
        (slow, "deadline", "did not answer in time"),
        (babble, "protocol", "not an outcome"),
        (thief, "protocol", "customer_message"),
    ],
)
async def test_a_visit_that_fails_goes_to_the_error_handler_with_the_reason(
    mesh: Mesh, actor: Any, kind: str, reason: str
) -> None:
    async with mesh.serving(fails=actor, handler=nothing):
        message = await mesh.travel(a_trip("fails", "never", error_handler="handler"))
    error = message.payload.error
    assert error is not None
    assert (error.actor, error.kind) == ("fails", kind)
    assert reason in error.reason
    assert message.payload.recovery_log == (error,)
    assert message.route.steps == ("fails", "handler")
    assert message.payload.customer_message == "Where is my order?"


async def test_nobody_serving_an_actor_ends_its_wait_and_says_so(mesh: Mesh) -> None:
    trip = a_trip("nobody", error_handler="handler")
    async with mesh.serving(handler=nothing):
        message = await mesh.travel(trip.with_route(trip.route.tune("nobody", queue_wait=1)))
    assert message.payload.error is not None
    assert message.payload.error.kind == "unserved"
    assert "no worker took nobody from ecommerce.support.nobody" in message.payload.error.reason


async def test_what_an_actor_found_before_it_gave_up_and_what_its_neighbours_found_is_kept(mesh: Mesh) -> None:
    async def checker(_: dict[str, Any]) -> None:
        raise ApplicationError("bad words", {"check": {"passed": False}}, non_retryable=True)

    async def neighbour(_: dict[str, Any]) -> dict[str, Any]:
        return {"enrichment": {"found": 1}}

    async with mesh.serving(checker=checker, neighbour=neighbour, handler=nothing):
        message = await mesh.travel(a_trip(("checker", "neighbour"), error_handler="handler"))
    assert message.payload.model_extra == {"check": {"passed": False}, "found": 1}


async def test_when_the_error_handler_fails_too_the_message_is_buried_and_the_workflow_fails(mesh: Mesh) -> None:
    trip = a_trip("fails", error_handler="handler")
    async with mesh.serving(fails=broken, handler=broken):
        with pytest.raises(WorkflowFailureError) as failed:
            await mesh.travel(trip)
    assert "error handler handler failed: the shop is down" in str(failed.value.cause)
    assert [message.message_id for message in mesh.buried] == [trip.message_id]
    assert [entry.actor for entry in mesh.buried[0].payload.recovery_log] == ["fails", "handler"]


async def test_a_route_without_error_handler_is_buried_at_its_first_failure(mesh: Mesh) -> None:
    async with mesh.serving(fails=broken):
        with pytest.raises(WorkflowFailureError):
            await mesh.travel(a_trip("fails"))
    assert "no error handler" in (mesh.buried[0].payload.error or pytest.fail("no error")).reason


async def test_a_circling_route_ends_at_the_hop_cap(mesh: Mesh) -> None:
    visits = 0

    async def circler(message: dict[str, Any]) -> Outcome:
        nonlocal visits
        visits += 1
        return Outcome(route=Route.model_validate(message["route"]).then("circler", why="once more"))

    async with mesh.serving(circler=circler):
        with pytest.raises(WorkflowFailureError) as failed:
            await mesh.travel(a_trip("circler", hop_cap=7))
    assert visits == 7
    assert "the route circles: 7 hops" in str(failed.value.cause)
    assert (mesh.buried[0].payload.error or pytest.fail("no error")).kind == "hop_cap"


async def test_a_person_answers_an_open_visit_from_outside(mesh: Mesh) -> None:
    async def person(_: dict[str, Any]) -> None:
        activity.raise_complete_async()

    trip = a_trip("person", "after")
    async with mesh.serving(person=person, after=nothing):
        await mesh.journeys.start(trip)
        answer = Outcome(enrichment={"response": {"text": "hello"}})
        await until(lambda: mesh.journeys.complete(trip, "person", answer))
        message = await mesh.handle(trip).result()
        assert not await mesh.journeys.complete(trip, "person", answer)
    assert message.payload.response == {"text": "hello"}


async def test_operators_see_facets_summaries_and_the_route_and_can_ask_for_the_message(mesh: Mesh) -> None:
    go_on = asyncio.Event()

    async def analyst(_: dict[str, Any]) -> dict[str, Any]:
        return {"enrichment": {"sentiment": {"urgency": "high"}, "intent": {"intent": "refund_status"}}}

    async def waits(_: dict[str, Any]) -> None:
        await go_on.wait()

    trip = a_trip("analyst", "waits", "after")
    trip = trip.with_route(trip.route.tune("waits", state="waiting for a person"))
    async with mesh.serving(analyst=analyst, waits=waits, after=nothing):
        await mesh.journeys.start(trip)

        async def listed() -> dict[str, str] | None:
            found = {key: dict(facets) async for key, facets in mesh.journeys.at("waits")}
            return found.get(trip.message_id)

        facets = await until(listed)
        details = await mesh.handle(trip).query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        asked = await mesh.journeys.message(trip.message_id)
        pending = (await mesh.handle(trip).describe()).raw_description.pending_activities
        go_on.set()
        await mesh.handle(trip).result()
        history = await mesh.handle(trip).fetch_history()
    assert facets.pop("WaitingSince")
    assert facets == {
        "SessionId": "s-1", "Actor": "waits", "State": "waiting for a person", "Intent": "refund_status",
        "Urgency": "high", "Channel": "web",
    }  # fmt: skip
    assert "2. waits: **waiting for a person**" in details.current_details
    assert "1. analyst: done" in details.current_details
    assert "3. after: ahead" in details.current_details
    assert asked is not None
    assert asked.route.here == ("waits",)
    assert pending[0].activity_id == "1-waits"
    summaries = [
        event.user_metadata.summary.data.decode() for event in history.events if event.HasField("user_metadata")
    ]
    assert '"step 2 of 3: waiting for a person"' in summaries


async def test_the_same_message_started_twice_travels_once(mesh: Mesh) -> None:
    trip = a_trip("counted")
    visits: list[str] = []

    async def counted(message: dict[str, Any]) -> None:
        visits.append(message["message_id"])

    async with mesh.serving(counted=counted):
        assert await mesh.journeys.start(trip)
        await mesh.journeys.start(trip)
        await mesh.handle(trip).result()
        assert not await mesh.journeys.start(trip)
    assert visits == [trip.message_id]


def test_the_workflow_imports_the_protocol_and_temporalio_and_names_no_actor() -> None:
    source = Path("workflows/follow_route.py").read_text()
    imported = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom) and node.module}
    ours = {name for name in imported if name.split(".")[0] in {"mesh", "activities", "routers", "workers", "gateway"}}
    assert ours == {"mesh.protocol"}
    assert [name for name in discover() if name in source] == []


async def flood(_: dict[str, Any]) -> dict[str, Any]:
    return {"enrichment": {"notes": "x" * 1_500_000}}


async def endless(_: dict[str, Any]) -> None:
    raise ApplicationError("y" * 300_000, non_retryable=True)


async def forger(_: dict[str, Any]) -> None:
    raise ApplicationError("no", {"customer_message": "mine now"}, non_retryable=True)


@pytest.mark.parametrize("actor", [flood, endless, forger])
async def test_what_no_message_can_carry_goes_to_the_error_handler_and_not_in_circles(mesh: Mesh, actor: Any) -> None:
    async def neighbour(_: dict[str, Any]) -> dict[str, Any]:
        return {"enrichment": {"found": 1}}

    async with mesh.serving(fails=actor, neighbour=neighbour, handler=nothing):
        message = await mesh.travel(a_trip(("fails", "neighbour"), error_handler="handler"))
    assert message.payload.error is not None
    assert len(message.payload.error.reason) <= 500
    assert message.payload.customer_message == "Where is my order?"
    assert (message.payload.model_extra or {})["found"] == 1


async def test_every_failure_of_a_group_is_logged(mesh: Mesh) -> None:
    async with mesh.serving(one=broken, two=broken, handler=nothing):
        message = await mesh.travel(a_trip(("one", "two"), error_handler="handler"))
    assert [failure.actor for failure in message.payload.recovery_log] == ["one", "two"]
