"""Two messages in quick succession: one answer with what both asked for, and the first ends as superseded."""

import asyncio
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from mesh.store import History
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack

pytestmark = pytest.mark.e2e
POLLY = "polly.inquirer@example.com"


async def said_quickly(stack: Stack, first: str, second: str, session: str) -> list[dict[str, Any]]:
    """Say the second while the shop keeps the first waiting; what both customers' programs were told."""
    await stack.forget()
    orders = stack.settings.shop_targets["orders"]
    slow = {"mode": "slow", "delay": 2.5}
    assert stack.request("PUT", "/_faults", slow, orders)[0] == 200
    try:
        asking = [asyncio.create_task(asyncio.to_thread(stack.chat, first, POLLY, session_id=session))]
        await asyncio.sleep(0.7)
        asking += [asyncio.create_task(asyncio.to_thread(stack.chat, second, POLLY, session_id=session))]
        return await asyncio.gather(*asking)
    finally:
        stack.request("PUT", "/_faults", {"mode": "off"}, orders)


async def test_two_quick_messages_get_one_answer_with_the_facts_of_both(stack: Stack) -> None:
    session = uuid4().hex
    first, second = await said_quickly(stack, "Where is my order 67890?", "And where is my order 61234?", session)
    assert (first["status"], first["answered_by"]) == ("superseded", second["message_id"])
    assert second["status"] == "resolved"
    assert "67890" in second["response"]
    assert "61234" in second["response"]
    async with stack.bus() as bus:
        assert [one.message_id for one in await bus.replies_after(session, 0)] == [second["message_id"]]
    await until(partial(ended_as, stack, first["message_id"], ["received", "superseded"]), PATIENCE)
    journey = await stack.end(first["message_id"])
    assert journey.ending == "superseded"
    assert f"message {second['message_id']} answers this one too" in {entry.why for entry in journey.route.trace}
    assert second["message_id"] in stack.mesh("trace", first["message_id"]).stdout
    assert first["message_id"] not in stack.mesh("audit").stdout
    stored = stack.get(f"/api/chat/{first['message_id']}")
    assert stored.get("answered_by") == second["message_id"], stored
    assert first["message_id"] not in stack.mesh("failed").stdout


async def test_a_correction_replaces_what_was_asked_before(stack: Stack) -> None:
    first, second = await said_quickly(stack, "Where is my order 67890?", "sorry, I meant 61234", uuid4().hex)
    assert first["status"] == "superseded"
    assert "61234" in second["response"]
    assert "67890" not in second["response"]


async def ended_as(stack: Stack, message_id: str, statuses: list[str]) -> bool:
    async with History.open(stack.settings) as history:
        return [row.status for row in await history.of_message(message_id)] == statuses
