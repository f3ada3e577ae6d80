"""What people at the desk do, as tests do it."""

import httpx

from mesh.protocol import JsonValue, Message
from tests.gateway.house import House
from tests.gateway.test_desk import escalated

ANN, BOB = {"agent": "Ann"}, {"agent": "Bob"}
ACTIONS: dict[str, JsonValue] = {"actions": [{"name": "process_refund", "order_id": "ORD-1", "amount": 150.0}]}


def waits(house: House, message_id: str = "m-1", session_id: str = "s-1", urgency: str = "high") -> Message:
    message = escalated(message_id, urgency, 0).model_copy(update={"session_id": session_id})
    house.journeys.open[message_id] = message
    return message


def asks_approval(house: House) -> Message:
    """A message whose plan waits for a verdict before it is carried out."""
    message = waits(house)
    ahead = message.route.only("execution_coordinator", "response_generator", "response_aggregator")
    message = message.with_route(ahead).enriched({"action_plan": ACTIONS})
    house.journeys.open["m-1"] = message
    return message


async def post(house: House, act: str, body: object, message_id: str = "m-1") -> httpx.Response:
    return await house.http.post(f"/api/desk/{message_id}/{act}", json=body)


async def desk(house: House, **query: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await house.http.get("/api/desk", params=query)).json()
    return found


def given(house: House) -> object:
    """What the only completed visit was completed with."""
    ((_, actor, outcome),) = house.journeys.answers
    assert actor == "human_agent"
    return outcome.route or outcome.enrichment
