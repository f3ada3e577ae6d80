"""What the mesh stands on goes away for a while, or talks nonsense: messages are late, and none is lost."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial

import pytest

from activities.context_retriever import Context
from mesh.bus import Bus
from mesh.protocol import Message
from mesh.sessions import Sessions
from mesh.shop import Service
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_question, ended, published

pytestmark = pytest.mark.e2e
LOGS = ("gateway", "intake", "workflow", "actors")
SERVICES: tuple[Service, ...] = ("customers", "orders", "tracking")


async def all_end(stack: Stack, bus: Bus, questions: list[Message]) -> list[str]:
    """How the messages ended: the status of the one reply that each has."""
    await asyncio.gather(*(until(partial(ended, stack, one), PATIENCE) for one in questions))
    replies = [await bus.replies_after(question.session_id, 0) for question in questions]
    assert [len(found) for found in replies] == [1] * len(questions)
    return [found[0].status for found in replies]


@asynccontextmanager
async def frozen(stack: Stack, name: str) -> AsyncIterator[None]:
    """A process that neither answers nor ends."""
    pid = stack.pids()[name]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("name", ["temporal", "workflow", "actors", "intake"])
async def test_a_process_that_hangs_for_a_while_delays_messages_and_loses_none(stack: Stack, name: str) -> None:
    questions = [a_question() for _ in range(5)]
    async with stack.bus() as bus:
        async with frozen(stack, name):
            for question in questions:
                await until(partial(published, bus, question), PATIENCE)
            await asyncio.sleep(6)
        assert set(await all_end(stack, bus, questions)) == {"resolved"}


async def test_a_locked_history_delays_messages_and_loses_none(stack: Stack) -> None:
    questions = [a_question() for _ in range(5)]
    async with stack.bus() as bus:
        with closing(sqlite3.connect(stack.folder / "mesh" / "history.db", timeout=30)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            for question in questions:
                await bus.publish(question)
            await asyncio.sleep(8)
            holder.rollback()
        assert set(await all_end(stack, bus, questions)) == {"resolved"}
    secrets = (questions[0].payload.customer_message, "polly.inquirer")
    assert [word for word in secrets for name in LOGS if word in stack.log(name)] == []
    assert len(stack.get(f"/api/sessions/{questions[0].session_id}/messages")["messages"]) == 2


async def test_a_wiped_session_server_costs_no_memory_of_the_conversation(stack: Stack) -> None:
    first = stack.chat("Where is my order 67890?", "polly.inquirer@example.com")
    # The reply reaches the customer before the session is brought up to date.
    await stack.end(first["message_id"])
    await stack.forget()
    second = stack.chat("Thank you!", "polly.inquirer@example.com", session_id=first["session_id"])
    await stack.end(second["message_id"])
    async with Sessions.open(stack.settings) as sessions:
        session = await sessions.load(first["session_id"])
    assert session is not None
    assert session.state.turns == 2
    assert [turn.sender for turn in session.turns] == ["customer", "agent", "customer", "agent"]


@pytest.mark.parametrize("mode", ["fail", "hang", "garbage"])
async def test_a_shop_that_fails_hangs_or_babbles_is_named_and_the_customer_still_gets_an_answer(
    stack: Stack, mode: str
) -> None:
    fault = {"mode": mode, "delay": 0, "rate": 1}
    try:
        for service in SERVICES:
            assert stack.request("PUT", "/_faults", fault, stack.settings.shop_targets[service])[0] == 200
        answer = stack.chat("Where is my order 67890?", f"somebody.{mode}@example.com")
    finally:
        for service in SERVICES:
            stack.request("PUT", "/_faults", {"mode": "off"}, stack.settings.shop_targets[service])
    assert answer["status"] in {"resolved", "apologised"}
    message = await stack.journey(answer["message_id"])
    assert message is not None
    assert {"customers", "orders"} <= set(message.need(Context).unavailable)


async def test_a_session_that_is_lost_while_a_person_is_awaited_is_rebuilt(stack: Stack) -> None:
    first = stack.chat("Where is my order 67890?", "polly.inquirer@example.com")
    second = stack.chat("This is fraud, I want a lawyer.", "polly.inquirer@example.com", session_id=first["session_id"])
    await stack.forget()

    async def answered() -> bool:
        return stack.request("POST", f"/api/desk/{second['message_id']}/reply", {"text": "I am Dana."})[0] == 200

    await until(answered, PATIENCE)
    await stack.end(second["message_id"])
    async with Sessions.open(stack.settings) as sessions:
        session = await sessions.load(first["session_id"])
    assert session is not None
    assert session.state.turns == 2
    assert "Where is my order 67890?" in [turn.text for turn in session.turns]
