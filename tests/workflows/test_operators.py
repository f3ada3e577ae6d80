"""Operators free messages that are retried, unserved or waiting. On a real Temporal server."""

import asyncio
from functools import partial
from typing import Any

import pytest
from temporalio import activity
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

import workflows.follow_route
from mesh.protocol import Message, Outcome, Policy
from tests.conftest import until
from tests.workflows.conftest import Mesh
from tests.workflows.test_follow_route import a_trip, nothing

PATIENT = Policy(timeout=60, attempts=50, deadline=120, queue_wait=60, backoff=5, state="working")
SIGNED = {"by": "kim", "why": "the shop is down"}


async def retried(_: dict[str, Any]) -> None:
    raise ApplicationError("the shop is down", type="Transient")


async def hanging(_: dict[str, Any]) -> None:
    await asyncio.sleep(60)


async def waiting(_: dict[str, Any]) -> None:
    activity.raise_complete_async()


# How a message can be stuck: with an actor that does this, or with none.
STUCK = {"retried": retried, "hanging": hanging, "waiting": waiting, "unserved": None}
stuck_in_every_way = pytest.mark.parametrize("way", STUCK)


def a_stuck_trip(*steps: str | tuple[str, ...], **fields: Any) -> Message:
    trip = a_trip(*steps, **fields)
    names = [*trip.route.here, *trip.route.ahead]
    return trip.with_route(trip.route.model_copy(update={"policies": dict.fromkeys(names, PATIENT)}))


class Operator:
    """Somebody at the Web UI: an update's name, and JSON."""

    def __init__(self, mesh: Mesh, trip: Message) -> None:
        self.handle = mesh.handle(trip)

    async def sends(self, name: str, value: dict[str, Any] | None = None) -> str:
        return str(await self.handle.execute_update(name, *([] if value is None else [value])))

    async def message(self) -> Message:
        return Message.model_validate(await self.handle.query("message", result_type=Message))


async def stuck(mesh: Mesh, trip: Message, way: str, **others: Any) -> tuple[Any, Operator]:
    """A message that is stuck at its first step in this way, and who may free it."""
    work: Any = STUCK[way]
    serving = mesh.serving(**({"stuck": work} if work else {}), **others)
    await serving.__aenter__()
    await mesh.journeys.start(trip)

    async def pending() -> bool:
        found = (await mesh.handle(trip).describe()).raw_description.pending_activities
        return bool(found) and (way == "unserved" or found[0].attempt > 1 or found[0].state == 2)

    await until(pending)
    return serving, Operator(mesh, trip)


def done(message: Message) -> list[tuple[str, int, str]]:
    return [(entry.actor, entry.hop, entry.did or entry.kind) for entry in message.route.trace]


@stuck_in_every_way
async def test_reroute_frees_a_message_that_is_stuck(mesh: Mesh, way: str) -> None:
    serving, operator = await stuck(mesh, a_stuck_trip("stuck", "never"), way, left=nothing, right=nothing)
    await operator.sends("reroute", {"steps": [["left", "right"]], **SIGNED})
    message = await asyncio.wait_for(operator.handle.result(), 10)
    await serving.__aexit__(None, None, None)
    assert done(message) == [("stuck", 0, "reroute"), ("left", 1, "visited"), ("right", 1, "visited")]
    assert (message.route.trace[0].by, message.route.trace[0].why) == ("kim", "the shop is down")
    assert message.payload.recovery_log == ()


@stuck_in_every_way
async def test_skip_step_frees_a_message_that_is_stuck(mesh: Mesh, way: str) -> None:
    serving, operator = await stuck(mesh, a_stuck_trip("stuck", "after"), way, after=nothing)
    await operator.sends("skip_step")
    message = await asyncio.wait_for(operator.handle.result(), 10)
    await serving.__aexit__(None, None, None)
    assert done(message) == [("stuck", 0, "skip_step"), ("after", 1, "visited")]
    assert message.route.trace[0].by == "an operator"


@stuck_in_every_way
async def test_reply_makes_the_operators_words_the_response_and_delivers_them(mesh: Mesh, way: str) -> None:
    serving, operator = await stuck(mesh, a_stuck_trip("stuck", "thinks", "delivers"), way, delivers=nothing)
    await operator.sends("reply", {"text": " It is on its way. ", "by": "kim"})
    message = await asyncio.wait_for(operator.handle.result(), 10)
    await serving.__aexit__(None, None, None)
    assert done(message) == [("stuck", 0, "reply"), ("delivers", 1, "visited")]
    assert message.payload.response == {
        "text": "It is on its way.", "kind": "answer", "author": "human", "agent": "kim",
    }  # fmt: skip


@stuck_in_every_way
async def test_give_up_buries_a_message_that_is_stuck(mesh: Mesh, way: str) -> None:
    serving, operator = await stuck(mesh, a_stuck_trip("stuck", "after", error_handler="after"), way)
    await operator.sends("give_up", {"reason": "nobody can know", "by": "kim"})
    with pytest.raises(WorkflowFailureError):
        await asyncio.wait_for(operator.handle.result(), 10)
    await serving.__aexit__(None, None, None)
    error = mesh.buried[0].payload.error or pytest.fail("no error")
    assert (error.kind, error.reason) == ("given_up", "kim gave it up: nobody can know")


async def test_retry_now_starts_an_unserved_or_backing_off_visit_at_once_with_fresh_attempts(mesh: Mesh) -> None:
    attempts: list[int] = []

    async def repaired_soon(_: dict[str, Any]) -> None:
        attempts.append(activity.info().attempt)
        if len(attempts) < 3:
            raise ApplicationError("not yet", type="Transient")

    trip = a_stuck_trip("shaky")
    async with mesh.serving(shaky=repaired_soon):
        await mesh.journeys.start(trip)
        operator = Operator(mesh, trip)
        for expected in (1, 2):
            await until(partial(_reached, attempts, expected))
            await operator.sends("retry_now", SIGNED)
        message = await asyncio.wait_for(operator.handle.result(), 4)
    # Each started anew: a repeated attempt of the same visit would bear a higher number.
    assert attempts == [1, 1, 1]
    assert done(message) == [("shaky", 0, "retry_now"), ("shaky", 0, "retry_now"), ("shaky", 0, "visited")]


async def _reached(found: list[Any], count: int) -> bool:
    return len(found) >= count


async def test_an_effect_is_not_doubled_by_retry_now(mesh: Mesh) -> None:
    keys: list[str] = []
    effects: set[str] = set()

    async def refunds(raw: dict[str, Any]) -> dict[str, Any]:
        keys.append(Message.model_validate(raw).key("refund"))
        effects.add(keys[-1])
        if len(keys) == 1:
            await asyncio.sleep(3)
        return {"enrichment": {"execution_result": {"call": len(keys)}}}

    trip = a_stuck_trip("refunds")
    async with mesh.serving(refunds=refunds):
        await mesh.journeys.start(trip)
        await until(lambda: _reached(keys, 1))
        await Operator(mesh, trip).sends("retry_now", SIGNED)
        message = await asyncio.wait_for(mesh.handle(trip).result(), 10)
    assert keys == [trip.key("refund")] * 2
    assert effects == {trip.key("refund")}
    assert message.payload.execution_result == {"call": 2}


async def test_a_person_answers_the_visit_that_was_started_anew_and_not_the_one_before_it(mesh: Mesh) -> None:
    serving, operator = await stuck(mesh, a_stuck_trip("stuck"), "waiting")
    before = await operator.message()
    await operator.sends("retry_now")
    after = await operator.message()
    answer = Outcome(enrichment={"response": {"text": "hello"}})
    await mesh.journeys.complete(before, "stuck", Outcome(enrichment={"response": {"text": "too late"}}))
    await until(lambda: mesh.journeys.complete(after, "stuck", answer))
    message = await asyncio.wait_for(operator.handle.result(), 10)
    await serving.__aexit__(None, None, None)
    assert message.payload.response == {"text": "hello"}


async def test_what_the_neighbours_of_a_stuck_actor_found_is_kept(mesh: Mesh) -> None:
    found = asyncio.Event()

    async def neighbour(_: dict[str, Any]) -> dict[str, Any]:
        found.set()
        return {"enrichment": {"found": 1}}

    serving, operator = await stuck(mesh, a_stuck_trip(("stuck", "neighbour"), "after"), "waiting",
                                    neighbour=neighbour, after=nothing)  # fmt: skip
    await found.wait()
    await asyncio.sleep(0.5)
    await operator.sends("skip_step")
    message = await asyncio.wait_for(operator.handle.result(), 10)
    await serving.__aexit__(None, None, None)
    assert message.payload.model_extra == {"found": 1}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("reroute", {"steps": []}, "at least 1 item"),
        ("reroute", {"steps": ["a b"]}, "String should match pattern"),
        ("reroute", {"steps": ["a"], "hurry": True}, "hurry"),
        ("reroute", {"steps": [["a", "a"]]}, "a group names an actor twice"),
        ("reroute", None, "this does not fit reroute: steps: Field required"),
        ("skip_step", {}, "nothing lies ahead"),
        ("reply", {"text": "   "}, "at least 1 character"),
        ("reply", {"text": "hello"}, "does not say who delivers"),
        ("give_up", {"reason": ""}, "at least 1 character"),
        ("retry_now", {"by": 7}, "by"),
    ],
)
async def test_a_bad_update_is_rejected_with_the_reason_and_changes_nothing(
    mesh: Mesh, name: str, value: dict[str, Any] | None, why: str
) -> None:
    trip = a_stuck_trip("stuck")
    serving, operator = await stuck(mesh, trip, "waiting")
    before = await operator.message()
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await operator.sends(name, value)
    assert why in str(refused.value.cause)
    assert await operator.message() == before
    events = (await operator.handle.fetch_history()).events
    assert not [event for event in events if event.HasField("workflow_execution_update_accepted_event_attributes")]
    assert await mesh.journeys.complete(trip, "stuck", Outcome())
    await operator.handle.result()
    await serving.__aexit__(None, None, None)


async def test_two_updates_at_the_same_moment_are_not_both_obeyed(mesh: Mesh) -> None:
    serving, operator = await stuck(
        mesh, a_stuck_trip("stuck", "after", "last"), "waiting", after=nothing, last=nothing
    )
    asked = [operator.sends("skip_step"), operator.sends("reroute", {"steps": ["last"]})]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    message = await asyncio.wait_for(operator.handle.result(), 10)
    await serving.__aexit__(None, None, None)
    operated = [entry for entry in message.route.trace if entry.kind == "operator"]
    assert len(operated) == sum(isinstance(answer, str) for answer in answers)


async def test_a_stuck_message_is_found_by_its_state_and_its_page_says_what_to_do(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows.follow_route, "LONG", workflows.follow_route.UNSEEN)
    trip = a_stuck_trip("stuck", "after", "last")
    serving, operator = await stuck(mesh, trip, "retried", after=nothing, last=nothing)
    query = f"State = 'stuck' AND WaitingSince < '2999-01-01' AND WorkflowId = '{trip.message_id}'"

    async def listed() -> list[str]:
        return [found.id async for found in mesh.client.list_workflows(query)]

    assert await until(listed) == [trip.message_id]
    page = await operator.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    text = page.current_details
    assert "**State: stuck** since" in text
    assert '{"steps": ["after", "last"], "by": "your name", "why": "what you know"}' in text
    assert "What to do:" in text
    assert "polly" not in text
    assert {update.name for update in page.definition.update_definitions if update.description} >= {
        "reroute", "retry_now", "skip_step", "reply", "give_up",
    }  # fmt: skip
    await operator.sends("skip_step", {"by": "kim", "why": "asked polly@example.com"})
    page = await operator.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    assert "skip_step by kim: asked (an address)" in page.current_details
    assert "1. stuck: left" in page.current_details
    await operator.handle.result()
    await serving.__aexit__(None, None, None)
