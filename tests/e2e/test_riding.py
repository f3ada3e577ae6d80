"""Messages that are carried on, in the running mesh: fewer activities, the same answers, nothing lost in a crash."""

import asyncio
from functools import partial

import pytest

from mesh.protocol import Message
from mesh.riding import riding
from mesh.temporal import Journeys
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_question, ended, wait_for_restart

pytestmark = pytest.mark.e2e


async def activities(stack: Stack, message: Message) -> list[str]:
    history = await (await stack.client()).get_workflow_handle(message.message_id).fetch_history()
    ids = (event.activity_task_scheduled_event_attributes.activity_id for event in history.events)
    return [one for one in ids if one]


async def test_ridden_messages_are_answered_though_the_actors_die_among_them(stack: Stack) -> None:
    # Marked by hand: the intake of this mesh does not let messages ride.
    questions = [riding(a_question(), allowed=True) for _ in range(8)]
    pid, journeys = stack.pids()["actors"], Journeys(await stack.client())
    await journeys.start(questions[0])
    await until(partial(ended, stack, questions[0]), PATIENCE)
    for number, question in enumerate(questions[1:]):
        if number == 4:
            stack.kill("actors")
        await journeys.start(question)
    await wait_for_restart(stack, "actors", pid)
    messages = await asyncio.gather(*(until(partial(ended, stack, one), PATIENCE) for one in questions))
    async with stack.bus() as bus:
        replies = [await bus.replies_after(question.session_id, 0) for question in questions]
    assert [[reply.status for reply in found] for found in replies] == [["resolved"]] * len(questions)
    assert {len(message.payload.recovery_log) for message in messages} == {0}
    assert await activities(stack, questions[0]) == ["0-sentiment_analyzer", "4-response_aggregator"]
