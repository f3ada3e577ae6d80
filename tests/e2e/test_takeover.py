"""A person takes a conversation over, through the real stack."""

from typing import Any

import pytest

from mesh.cli.demo import SCENARIOS
from mesh.protocol import Payload
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_question
from tests.e2e.test_scenarios import waits_at_the_desk

pytestmark = pytest.mark.e2e
FURIOUS = SCENARIOS[0]
QUESTION = "Hello, which payment methods do you accept?"


async def asks_more(stack: Stack, session_id: str) -> str:
    """The customer writes once more in this conversation; the id of what they wrote."""
    message = a_question().model_copy(
        update={
            "session_id": session_id,
            "payload": Payload(customer_message=QUESTION, customer_email=FURIOUS.email),
        }
    )
    async with stack.bus() as bus:
        await bus.publish(message)
    return message.message_id


async def sent(stack: Stack, session_id: str) -> list[tuple[str, str]]:
    """Message and author of everything that reached the customer of this conversation."""
    async with stack.bus() as bus:
        return [(reply.message_id, reply.author) for reply in await bus.replies_after(session_id, 0)]


def act(stack: Stack, message_id: str, verb: str, **body: Any) -> tuple[int, Any]:
    return stack.request("POST", f"/api/desk/{message_id}/{verb}", body)


async def test_while_dana_has_the_conversation_only_dana_speaks_and_what_she_hands_back_is_answered(
    stack: Stack,
) -> None:
    answer = stack.chat(FURIOUS.text, FURIOUS.email)
    first, session_id = answer["message_id"], answer["session_id"]
    await waits_at_the_desk(stack, first)
    assert act(stack, first, "claim")[0] == 200
    assert stack.request("POST", f"/api/desk/{first}/reply", {"text": "No, me!"}, by="ed")[0] == 409

    asked = []
    for _ in range(2):
        # One after the other: two in quick succession would come to her as one.
        asked.append(await asks_more(stack, session_id))
        waiting = await waits_at_the_desk(stack, asked[-1])
        assert (waiting["claimed_by"], waiting["holding_reply"]) == ("dana", None)
        assert waiting["held_back"]
    second, third = asked
    holding = (first, "rules")
    assert await sent(stack, session_id) == [holding]

    assert act(stack, second, "reply", text="By card or invoice, Frank.")[0] == 200
    await stack.end(second)
    assert await sent(stack, session_id) == [holding, (second, "human")]
    lines = stack.get(f"/api/sessions/{session_id}/messages")["messages"]
    assert [line["sender"] for line in lines if line["message_id"] == second] == ["customer", "human"]

    assert act(stack, third, "hand-back")[0] == 200
    await stack.end(third)
    assert await sent(stack, session_id) == [holding, (second, "human"), (third, "rules")]
    final = stack.get(f"/api/chat/{third}")
    assert (final["status"], final["response"]) == ("resolved", waiting["held_back"])

    assert act(stack, first, "reply", text="The machine arrives tomorrow.")[0] == 200
    assert (await stack.end(first)).ending == "resolved"


async def test_an_escalated_message_that_is_handed_back_gets_an_automatic_answer(stack: Stack) -> None:
    answer = stack.chat(FURIOUS.text, FURIOUS.email)
    await waits_at_the_desk(stack, answer["message_id"])
    assert act(stack, answer["message_id"], "hand-back", reason="the order says it all")[0] == 200
    end = await stack.end(answer["message_id"])
    assert end.ending == "resolved"
    assert [name for _, name in await sent(stack, answer["session_id"])] == ["rules", "rules"]
    final = stack.get(f"/api/chat/{answer['message_id']}")
    assert final["response"] != answer["response"]
    assert "ORD-00012345" in final["response"]


async def test_before_its_deadline_a_message_is_shown_as_due_soon(stack: Stack) -> None:
    answer = stack.chat("Could I please talk to a person?", "nora.new@example.com")
    await waits_at_the_desk(stack, answer["message_id"])

    async def due_soon() -> bool:
        _, desk = stack.request("GET", "/api/desk")
        return any(item["message_id"] == answer["message_id"] and item["overdue_soon"] for item in desk)

    await until(due_soon, PATIENCE)
    assert (await stack.end(answer["message_id"])).ending == "apologised"
