"""What failure means: nothing is lost, nothing is done twice, every end has a reason."""

import asyncio
import json
from functools import partial

import pytest
from nats.js.api import RawStreamMsg
from temporalio.client import WorkflowFailureError

from mesh.bus import Bus
from mesh.protocol import Payload, Policy, Route
from mesh.streams import DEAD
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_question, ended, published, wait_for_restart
from workers.compose import standard_route

pytestmark = pytest.mark.e2e


async def newest_dead_letter(bus: Bus, subject: str) -> RawStreamMsg:
    return await bus._stream.get_msg(DEAD, subject=f"ecommerce.support.dead.{subject}")


async def test_a_message_that_is_published_twice_is_processed_once(stack: Stack) -> None:
    question = a_question()
    async with stack.bus() as bus:
        data = question.model_dump_json().encode()
        # Different deduplication ids, so that JetStream keeps both: the workflow id must do it.
        for twin in ("a", "b"):
            await bus.publish_raw("ecommerce.support.sentiment_analyzer", data, f"{question.message_id}-{twin}")
        await stack.end(question.message_id)
        await until(lambda: _empty(bus), PATIENCE)
        replies = await bus.replies_after(question.session_id, 0)
    assert [reply.message_id for reply in replies] == [question.message_id]
    assert len(stack.get(f"/api/sessions/{question.session_id}/messages")["messages"]) == 2


async def _empty(bus: Bus) -> bool:
    return (await bus.depth())["ECOMMERCE_SUPPORT"] == 0


@pytest.mark.parametrize("victim", ["workflow", "actors", "intake", "temporal", "nats", "valkey", "shop"])
async def test_a_process_killed_in_the_middle_of_messages_delays_them_and_loses_nothing(
    stack: Stack, victim: str
) -> None:
    questions = [a_question() for _ in range(12)]
    pid = stack.pids()[victim]
    async with stack.bus() as bus:
        for number, question in enumerate(questions):
            if number == 6:
                stack.kill(victim)
            await until(partial(published, bus, question), PATIENCE)
        await wait_for_restart(stack, victim, pid)
        messages = await asyncio.gather(*(until(partial(ended, stack, one), PATIENCE) for one in questions))
        replies = [await bus.replies_after(question.session_id, 0) for question in questions]
    assert [message.payload.response is not None for message in messages] == [True] * len(questions)
    assert [len(found) for found in replies] == [1] * len(questions)
    ends = {"resolved", "apologised"} if victim == "shop" else {"resolved"}
    assert {found[0].status for found in replies} <= ends


async def test_an_action_is_done_once_though_its_worker_is_killed_in_the_middle(stack: Stack) -> None:
    """The shop does it, its answer is on the way, the worker dies; the retry carries the same key."""
    shop = stack.settings.shop_targets["orders"]
    lost = {"mode": "slow", "delay": 2.5, "rate": 1, "path": "/cancel", "times": 1, "after": True}
    assert stack.request("PUT", "/_faults", lost, shop)[0] == 200
    pid = stack.pids()["actors"]
    carl = "carl.cancel@example.com"
    asked = stack.chat("Please cancel my order.", carl)
    payload = Payload(customer_message="Yes, please do.", customer_email=carl)
    question = a_question().model_copy(update={"payload": payload, "session_id": asked["session_id"]})
    async with stack.bus() as bus:
        await bus.publish(question)

    async def executing() -> bool:
        message = await stack.journey(question.message_id)
        return message is not None and message.route.here == ("execution_coordinator",)

    await until(executing, PATIENCE)
    stack.kill("actors")
    await wait_for_restart(stack, "actors", pid)
    message = await stack.end(question.message_id)
    operations = [effect["operation"] for effect in stack.effects(question.message_id)]
    assert len(operations) == len(set(operations)) == 1
    assert "cancel" in json.dumps(message.payload.response)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe not json", "Invalid JSON"),
        (b'{"message_id": "m"}', "session_id"),
        (b"[1, 2]", "should be an object"),
        (json.dumps({"message_id": "a@b.c", "session_id": "s", "route": {}, "payload": {}}).encode(), "message_id"),
    ],
)
async def test_bytes_that_are_no_message_are_kept_whole_with_the_reason(stack: Stack, data: bytes, reason: str) -> None:
    async with stack.bus() as bus:
        kept = (await bus.depth())[DEAD]
        await bus.publish_raw("ecommerce.support.sentiment_analyzer", data, f"bad-{hash(data)}")
        await until(lambda: _grew(bus, kept), PATIENCE)
        letter = await newest_dead_letter(bus, "invalid")
        await until(lambda: _empty(bus), PATIENCE)
    assert letter.data == data
    assert reason in (letter.headers or {})["Mesh-Reason"]
    assert (letter.headers or {})["Mesh-Subject"] == "ecommerce.support.sentiment_analyzer"


async def _grew(bus: Bus, kept: int) -> bool:
    return (await bus.depth())[DEAD] > kept


async def test_a_payload_of_3_mb_is_kept_whole_with_the_reason(stack: Stack) -> None:
    question = a_question("x" * 3_000_000)
    async with stack.bus() as bus:
        kept = (await bus.depth())[DEAD]
        await bus.publish(question)
        await until(lambda: _grew(bus, kept), PATIENCE)
        letter = await newest_dead_letter(bus, "invalid")
    assert letter.data == question.model_dump_json().encode()
    assert "too large for a message; the limit is 262,144" in (letter.headers or {})["Mesh-Reason"]


async def test_an_unknown_actor_in_the_route_ends_in_an_apology_that_names_it(stack: Stack) -> None:
    route = standard_route()
    steps = ("mind_reader", *route.steps)
    route = Route.model_validate(
        {**dict(route), "steps": steps, "policies": {**route.policies, "mind_reader": Policy(queue_wait=1)}}
    )
    question = a_question(route=route)
    async with stack.bus() as bus:
        await bus.publish(question)
    message = await stack.end(question.message_id)
    assert message.payload.error is not None
    assert (message.payload.error.actor, message.payload.error.kind) == ("mind_reader", "unserved")
    assert stack.get(f"/api/chat/{question.message_id}")["status"] == "apologised"


async def test_a_route_that_circles_ends_with_an_apology_and_a_dead_letter(stack: Stack) -> None:
    circle = Route.of(*["sentiment_analyzer"] * 60)
    question = a_question(route=circle)
    async with stack.bus() as bus:
        await bus.publish(question)
        with pytest.raises(WorkflowFailureError) as failed:
            await stack.end(question.message_id)
        letter = await newest_dead_letter(bus, "unfinished")
    assert "the route circles: 50 hops" in str(failed.value.cause)
    assert json.loads(letter.data or b"")["message_id"] == question.message_id
    assert (letter.headers or {})["Mesh-Failure"] == "hop_cap"
    assert stack.get(f"/api/chat/{question.message_id}")["status"] == "apologised"


async def test_an_answer_that_comes_from_a_failing_handler_is_a_plain_apology(stack: Stack) -> None:
    route = Route.of("no_such_actor", error_handler="nobody_home")
    question = a_question(route=route.tune("no_such_actor", queue_wait=1).tune("nobody_home", queue_wait=1))
    async with stack.bus() as bus:
        await bus.publish(question)
        with pytest.raises(WorkflowFailureError):
            await stack.end(question.message_id)
    reply = stack.get(f"/api/chat/{question.message_id}")
    assert reply["status"] == "apologised"
    assert "went wrong on our side" in reply["response"]
