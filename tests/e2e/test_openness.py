"""Anyone may add an actor: in one file, or with no line of our code."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from mesh.protocol import Route
from tests.e2e.conftest import HERE, Stack, a_question

pytestmark = pytest.mark.e2e

NEW_ACTOR = '''
"""How long have we known this customer?"""

from mesh.actor import actor
from mesh.protocol import Enrichment, Message


class Loyalty(Enrichment, slot="loyalty"):
    letters: int


@actor("loyalty_scorer")
async def loyalty_scorer(message: Message) -> Loyalty:
    return Loyalty(letters=len(message.payload.customer_message))
'''


@contextmanager
def tree_with(tmp_path: Path, file: str, text: str) -> Iterator[Path]:
    """A copy of our packages with one file more."""
    for package in ("mesh", "activities", "routers", "workflows", "workers", "gateway"):
        shutil.copytree(HERE / package, tmp_path / package)
    (tmp_path / file).write_text(text)
    yield tmp_path


async def test_an_actor_in_one_new_file_is_visited_and_nothing_else_changes(stack: Stack, tmp_path: Path) -> None:
    before = stack.pids()
    with tree_with(tmp_path, "activities/loyalty_scorer.py", NEW_ACTOR) as tree:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mesh.cli", "worker", "loyalty_scorer"),
            env={**os.environ, **stack.environment, "PYTHONPATH": str(tree)},
            cwd=tree,
            stderr=subprocess.DEVNULL,
        )
        try:
            question = a_question("Hello", route=Route.of("loyalty_scorer", "response_aggregator"))
            async with stack.bus() as bus:
                await bus.publish(question)
            message = await stack.end(question.message_id)
        finally:
            worker.terminate()
            assert await worker.wait() == 0
    assert (message.payload.model_extra or {})["loyalty"] == {"letters": 5}
    assert stack.pids() == before


async def test_an_actor_in_plain_temporalio_with_none_of_our_kernel_is_visited(stack: Stack) -> None:
    @activity.defn(name="word_counter")
    async def word_counter(message: dict[str, Any]) -> dict[str, Any]:
        return {"enrichment": {"words": len(message["payload"]["customer_message"].split())}, "route": None}

    plain = await Client.connect(stack.settings.temporal_target)
    question = a_question("one two three", route=Route.of("word_counter", "response_aggregator"))
    async with (
        Worker(plain, task_queue="ecommerce.support.word_counter", activities=[word_counter]),
        stack.bus() as bus,
    ):
        await bus.publish(question)
        message = await stack.end(question.message_id)
    assert (message.payload.model_extra or {})["words"] == 3


async def test_a_message_without_a_route_enters_at_the_actor_it_was_published_to(stack: Stack) -> None:
    question = a_question(route=Route())
    async with stack.bus() as bus:
        await bus.publish_raw(
            "ecommerce.support.sentiment_analyzer", question.model_dump_json().encode(), question.message_id
        )
    message = await stack.end(question.message_id)
    assert [entry.actor for entry in message.route.trace if entry.kind == "visited"] == ["sentiment_analyzer"]
    assert message.payload.sentiment is not None


def test_a_worker_that_is_asked_for_an_unknown_actor_says_which_there_are(stack: Stack) -> None:
    refused = stack.mesh("worker", "sentimental_analyzer")
    assert refused.returncode == 1
    assert "no actor is called sentimental_analyzer" in refused.stderr
    assert "sentiment_analyzer" in refused.stderr
