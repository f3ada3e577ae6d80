"""What people at the desk do, as tests do it."""

from datetime import UTC, datetime, timedelta

import httpx

from gateway.people import CSRF_HEADER, PEOPLE_COOKIE
from mesh.protocol import JsonValue, Message, Route, TraceEntry
from tests.fakes import a_message
from tests.gateway.house import House
from tests.gateway.signing import signed_in

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def escalated(message_id: str, urgency: str, minutes: int, *, here: int = 3) -> Message:
    """A message as it waits for a person, since so many minutes after noon."""
    route = Route(
        steps=("escalation_router", "response_generator", "response_aggregator", "human_agent", "response_aggregator"),
        current_step=here,
        trace=(
            TraceEntry(actor="decision_router", hop=0, kind="edited", why="critical urgency"),
            TraceEntry(actor="escalation_router", hop=0, kind="edited", why="a person must answer"),
            TraceEntry(
                actor="response_aggregator", hop=2, kind="visited", at=NOON + timedelta(minutes=minutes), seconds=2.5
            ),
        ),
    )
    return a_message("I want a lawyer", route=route, message_id=message_id).enriched(
        {
            "sentiment": {"urgency": urgency},
            "intent": {"intent": "complaint"},
            "context": {"customer": {"tier": "vip"}},
            "response": {"text": "A colleague will answer you.", "kind": "holding"},
        }
    )


ANN: dict[str, object] = {"by": "ann"}
BOB: dict[str, object] = {"by": "bob"}
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


async def post(house: House, act: str, body: dict[str, object], message_id: str = "m-1") -> httpx.Response:
    """`by` in the body says who acts, Ann if it does not."""
    said = {name: value for name, value in body.items() if name != "by"}
    headers = await credentials(house, str(body.get("by", "ann")))
    return await house.http.post(f"/api/desk/{message_id}/{act}", json=said, headers=headers)


async def desk(house: House, **query: str) -> list[dict[str, object]]:
    answer = await look(house, **query)
    found: list[dict[str, object]] = answer.json()
    return found


async def look(house: House, place: str = "", **query: str) -> httpx.Response:
    """What Ann sees of the desk."""
    return await house.http.get(f"/api/desk{place}", params=query, headers=await credentials(house, "ann"))


async def credentials(house: House, name: str) -> dict[str, str]:
    """The headers of somebody's browser, signed in once for each house."""
    if name not in house.signed:
        async with httpx.AsyncClient(base_url=house.settings.gateway_url, trust_env=False) as http:
            await signed_in(http, house.settings, name)
            cookie = f"{PEOPLE_COOKIE}={http.cookies[PEOPLE_COOKIE]}"
            house.signed[name] = {"Cookie": cookie, CSRF_HEADER: http.headers[CSRF_HEADER]}
    return house.signed[name]


def given(house: House) -> object:
    """What the only completed visit was completed with."""
    ((_, actor, outcome),) = house.journeys.answers
    assert actor == "human_agent"
    return outcome.route or outcome.enrichment
