"""Five customers, through the real stack."""

import pytest

from mesh.cli.demo import SCENARIOS
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack

pytestmark = pytest.mark.e2e
FURIOUS, INQUIRY, VIP, RETURN, CONFUSED = SCENARIOS


async def visited(stack: Stack, message_id: str) -> list[str]:
    message = await stack.journey(message_id)
    assert message is not None
    return [entry.actor for entry in message.route.trace if entry.kind == "visited"]


async def waits_at_the_desk(stack: Stack, message_id: str) -> dict[str, object]:
    async def listed() -> dict[str, object] | None:
        _, desk = stack.request("GET", "/api/desk")
        return next((item for item in desk if item["message_id"] == message_id), None)

    found: dict[str, object] = await until(listed, PATIENCE)
    return found


async def test_the_furious_customer_reaches_a_person_who_answers(stack: Stack) -> None:
    answer = stack.chat(FURIOUS.text, FURIOUS.email)
    assert answer["status"] == "escalated"
    assert "ORD-00012345" in answer["response"]
    message_id = answer["message_id"]
    waiting = await waits_at_the_desk(stack, message_id)
    assert (waiting["urgency"], waiting["customer_email"]) == ("critical", FURIOUS.email)

    reply = {"text": "Frank, a courier brings your machine tomorrow morning."}
    assert stack.request("POST", f"/api/desk/{message_id}/reply", reply)[0] == 200
    assert stack.request("POST", f"/api/desk/{message_id}/reply", reply)[0] == 409
    await stack.end(message_id)
    final = stack.get(f"/api/chat/{message_id}")
    assert final["response"] == reply["text"]
    assert final["status"] == "resolved"
    assert [row["sender"] for row in stack.get(f"/api/sessions/{answer['session_id']}/messages")["messages"]] == [
        "customer", "agent", "human",
    ]  # fmt: skip


async def test_the_polite_inquiry_quotes_the_real_order_status(stack: Stack) -> None:
    order = stack.get("/orders/67890", stack.settings.shop_targets["orders"])
    answer = stack.chat(INQUIRY.text, INQUIRY.email)
    assert answer["status"] == "resolved"
    assert order["status"] == "in_transit"
    assert "is on its way" in answer["response"]
    assert order["tracking_number"] in answer["response"]
    assert all(item["name"] in answer["response"] for item in order["items"])
    assert order["expected_delivery"][-2:].lstrip("0") in answer["response"]


async def test_the_vip_with_an_unexplained_charge_reaches_a_person(stack: Stack) -> None:
    answer = stack.chat(VIP.text, VIP.email)
    assert answer["status"] == "escalated"
    assert "Premium handling fee" in answer["response"]
    waiting = await waits_at_the_desk(stack, answer["message_id"])
    assert (waiting["tier"], waiting["urgency"]) == ("vip", "high")


async def test_the_return_of_the_jacket_creates_one_return_however_often_it_is_sent(stack: Stack) -> None:
    answer = stack.chat(RETURN.text, RETURN.email)
    again = stack.chat(RETURN.text, RETURN.email, message_id=answer["message_id"], session_id=answer["session_id"])
    order = stack.get("/orders/77701", stack.settings.shop_targets["orders"])
    assert len(order["returns"]) == 1
    assert order["returns"][0]["return_id"] in answer["response"]
    assert again["response"] == answer["response"]
    assert answer["status"] == "resolved"
    operations = [effect["operation"] for effect in stack.effects(answer["message_id"])]
    assert len(operations) == len(set(operations)) == 2


async def test_the_confused_customer_gets_every_issue_addressed(stack: Stack) -> None:
    answer = stack.chat(CONFUSED.text, CONFUSED.email)
    refund = stack.get("/orders/33301/refunds", stack.settings.shop_targets["orders"])[0]
    moved = stack.get("/orders/33303", stack.settings.shop_targets["orders"])
    assert answer["status"] == "resolved"
    assert all(order in answer["response"] for order in ("ORD-00033301", "ORD-00033302", "ORD-00033303"))
    assert f"{refund['amount']:.2f} EUR" in answer["response"]
    assert moved["address"]["street"] == "5 Harbour Lane"
    assert "5 Harbour Lane" in answer["response"]


async def test_when_nobody_answers_in_time_we_apologise_and_really_arrange_a_callback(stack: Stack) -> None:
    answer = stack.chat("Could I please talk to a person?", "nora.new@example.com")
    assert answer["status"] == "escalated"
    await stack.end(answer["message_id"])
    final = stack.get(f"/api/chat/{answer['message_id']}")
    assert final["status"] == "apologised"
    assert "call" in final["response"]
    effects = stack.get(f"/_effects?key_prefix={answer['message_id']}:", stack.settings.shop_targets["customers"])
    assert len(effects) == 1
    actors = await visited(stack, answer["message_id"])
    assert actors[-4:] == ["response_generator", "execution_coordinator", "response_generator", "response_aggregator"]


def test_mesh_demo_send_and_trace_tell_the_same_story(stack: Stack) -> None:
    sent = stack.mesh("send", "Where is my refund for order 33301?", "--email", CONFUSED.email, COLUMNS="200")
    assert sent.returncode == 0, sent.stderr
    assert "REF-33301" in sent.stdout
    message_id = sent.stdout.split("message ")[1].split(",")[0]
    traced = stack.mesh("trace", message_id, COLUMNS="250")
    assert traced.returncode == 0, traced.stderr
    for actor in ("sentiment_analyzer", "intent_analyzer", "decision_router", "response_aggregator"):
        assert actor in traced.stdout
    assert "asks the shop for refunds" in traced.stdout
    assert stack.mesh("trace", "no-such-message").returncode == 1

    demo = stack.mesh("demo", COLUMNS="250")
    assert demo.returncode == 0, demo.stderr
    assert all(scenario.title in demo.stdout for scenario in SCENARIOS)
    assert demo.stdout.count("status: ") == len(SCENARIOS)
