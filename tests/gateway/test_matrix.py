"""Who gets what: everybody who may ask, at every endpoint there is. A new endpoint without an expectation fails."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from gateway.edge import Edge
from gateway.people import CSRF_HEADER
from mesh.attachments import Attachments
from mesh.delivery import acceptance
from mesh.people import Person
from mesh.protocol import Message
from mesh.replies import Reply
from mesh.store import Row
from tests.gateway.at_desk import escalated
from tests.gateway.house import EMAIL
from tests.gateway.indoors import a_whole_edge, an_app, browser, open_settings
from tests.gateway.signing import OTHER_SECRET, SECRET, a_token
from tests.mesh.test_attachments import PNG, chunks

SECRET_WORDS: Final = "the-words-of-polly"
"""In everything of Polly's that anybody could be shown."""

CALLERS: Final = ("anonymous", "expired", "forged", "other", "own", "agent", "supervisor", "operator")
STRANGERS: Final = ("anonymous", "expired", "forged", "other")
TEAM: Final = ("agent", "supervisor", "operator")

Asked = tuple[dict[str, Any] | None, dict[str, int]]
"""The body to send, and the status for each caller; the last entry `*` is for all others."""

PEOPLE = {"agent": 200, "supervisor": 200, "operator": 200, "*": 401}
SUPERVISORS = {"supervisor": 200, "operator": 200, "agent": 403, "*": 401}
OPERATORS = {"operator": 200, "agent": 403, "supervisor": 403, "*": 401}
INSIDERS = {"operator": 200, "*": 401}
OWN = {"own": 200, **dict.fromkeys(TEAM, 200), "expired": 401, "forged": 401, "*": 404}
EVERYBODY = {"*": 200}
EXPECTED: Final[dict[str, Asked]] = {
    "POST /api/chat": (
        {"message": "Hello", "session_id": "s-1"}, {"own": 202, "expired": 401, "forged": 401, "*": 404},
    ),
    "GET /api/chat/{message_id}": (None, OWN),
    "GET /api/sessions/{session_id}/messages": (None, OWN),
    "POST /api/sessions/{session_id}/ratings": (
        {"message_id": "m-1", "stars": 4}, {"own": 201, "expired": 401, "forged": 401, "*": 404},
    ),
    "POST /api/uploads/{session_id}": (None, {"own": 415, "expired": 401, "forged": 401, "*": 404}),
    "GET /api/uploads/{session_id}/{attachment_id}": (None, OWN),
    "GET /api/desk": (None, PEOPLE),
    "POST /api/desk/{message_id}/claim": (None, PEOPLE),
    "POST /api/desk/{message_id}/heartbeat": (None, PEOPLE),
    "POST /api/desk/{message_id}/release": (None, PEOPLE),
    "POST /api/desk/{message_id}/reply": ({"text": "Hello"}, PEOPLE),
    "POST /api/desk/{message_id}/approve": ({}, {**dict.fromkeys(TEAM, 409), "*": 401}),
    "POST /api/desk/{message_id}/refuse": ({"note": "no"}, {**dict.fromkeys(TEAM, 409), "*": 401}),
    "POST /api/desk/{message_id}/change": ({"action_plan": {"actions": []}}, {**dict.fromkeys(TEAM, 409), "*": 401}),
    "POST /api/desk/{message_id}/hand-back": ({}, PEOPLE),
    "GET /api/desk/{message_id}/notes": (None, PEOPLE),
    "POST /api/desk/{message_id}/notes": ({"text": "Hello"}, {**dict.fromkeys(TEAM, 201), "*": 401}),
    "GET /api/desk/{message_id}/case": (None, PEOPLE),
    "POST /api/desk/{message_id}/transfer": ({"skill": "refunds"}, PEOPLE),
    "GET /api/desk/people": (None, PEOPLE),
    "PUT /api/desk/presence": ({"window": "w-1"}, PEOPLE),
    "POST /api/desk/presence/leave": ({"window": "w-1"}, PEOPLE),
    "GET /api/desk/canned": (None, PEOPLE),
    "GET /api/desk/live": (None, PEOPLE),
    "GET /desk": (None, EVERYBODY),
    "GET /health": (None, EVERYBODY),
    "GET /readyz": (None, EVERYBODY),
    "GET /status": (None, SUPERVISORS),
    "GET /api/health": (None, EVERYBODY),
    "GET /api/health/storage": (None, INSIDERS),
    "GET /api/health/actors": (None, INSIDERS),
    "GET /api/health/services": (None, INSIDERS),
    "GET /metrics": (None, INSIDERS),
    "GET /docs": (None, INSIDERS),
    "GET /openapi.json": (None, INSIDERS),
    "GET /": (None, EVERYBODY),
    "GET /mesh": (None, EVERYBODY),
    "GET /insights": (None, EVERYBODY),
    "GET /insights/plotly.js": (None, EVERYBODY),
    "GET /api/mesh": (None, SUPERVISORS),
    "GET /api/mesh/pulse": (None, SUPERVISORS),
    "GET /api/mesh/events": (None, SUPERVISORS),
    "GET /api/mesh/actors/{actor}": (None, SUPERVISORS),
    "GET /api/mesh/messages/{message_id}": (None, SUPERVISORS),
    "GET /api/insights": (None, SUPERVISORS),
    "GET /api/insights/{name}.csv": (None, SUPERVISORS),
    "GET /api/about": (None, EVERYBODY),
    "POST /api/people/sign-in": ({"name": "ann", "password": "wrong-password"}, {"*": 401}),
    "POST /api/people/sign-out": (None, {**dict.fromkeys(TEAM, 204), "*": 401}),
    "GET /api/people/me": (None, {**dict.fromkeys(TEAM, 200), "*": 401}),
    "GET /api/people/acts": (None, OPERATORS),
    "POST /webhook/agentmail": ({}, {"*": 401}),
    "GET /api/people/oidc/start": (None, {"*": 404}),
    "GET /api/people/oidc/callback": (None, {"*": 404}),
}  # fmt: skip
PLACES: Final = {
    "message_id": "m-1", "session_id": "s-1", "attachment_id": "a-1", "actor": "human_agent", "name": "volume",
}  # fmt: skip
MAY_READ: Final = {"own", *TEAM}


def endpoints(routes: list[BaseRoute], prefix: str = "") -> list[str]:
    """Every endpoint of the app by method and path, however deep it is included."""
    found: list[str] = []
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            found += endpoints(inner.routes)
        elif isinstance(route, APIRoute):
            found += [f"{method} {prefix}{route.path}" for method in sorted(route.methods or ())]
    return found


def everything() -> list[str]:
    return endpoints(an_app(open_settings()).routes)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return an_app(signed_settings())


def signed_settings(**changes: object) -> Any:
    return open_settings(identity_mode="signed", identity_keys=SECRET, session_key="k" * 32, **changes)


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncIterator[Edge]:
    """A gateway that knows a conversation of Polly's with a file, which waits for a person."""
    async with a_whole_edge(signed_settings(mesh_data_dir=tmp_path)) as edge:
        await Attachments(tmp_path).take("s-1", "a-1", "box.png", chunks(PNG, SECRET_WORDS.encode()))
        waiting = pollys(escalated("m-1", "high", 0))
        edge.temporal._journeys.open["m-1"] = waiting  # type: ignore[union-attr]
        await edge.history.add(rows(waiting))
        await edge.bus.reply(reply(waiting))
        yield edge


def pollys(message: Message) -> Message:
    payload = message.payload.model_copy(update={"customer_message": SECRET_WORDS, "customer_email": EMAIL})
    return message.model_copy(update={"payload": payload, "metadata": {"identity": "signed"}})


def rows(message: Message) -> list[Row]:
    at = reply(message).at
    asked = acceptance(message, at)
    answered = asked.model_copy(update={"row_id": "m-1:2", "sender": "agent", "status": "escalated", "payload": None})
    return [asked, answered]


def reply(message: Message) -> Reply:
    return Reply.model_validate(
        {
            "reply_id": "m-1:2",
            "message_id": message.message_id,
            "session_id": message.session_id,
            "text": SECRET_WORDS,
            "status": "escalated",
            "at": "2030-01-01T12:00:00Z",
        }
    )


async def credentials(edge: Edge, caller: str) -> dict[str, str]:
    """The headers that this caller sends."""
    tokens = {
        "expired": {"exp": 1_000_000_000},
        "forged": {"secret": OTHER_SECRET},
        "other": {"email": "jack.jacket@example.com"},
        "own": {"email": EMAIL},
    }
    if caller in tokens:
        return {"Authorization": f"Bearer {a_token(**tokens[caller])}"}  # type: ignore[arg-type]
    return await signed(edge, caller) if caller in TEAM else {}


async def signed(edge: Edge, role: str) -> dict[str, str]:
    person = Person.model_validate({"name": role, "display_name": role, "roles": [role]})
    token, begun = await edge.sign_ins.begin(person)
    return {"Cookie": f"mesh_people={token}", CSRF_HEADER: begun.csrf}


def test_every_endpoint_has_an_expectation_and_every_expectation_an_endpoint() -> None:
    assert sorted(everything()) == sorted(EXPECTED)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("endpoint", EXPECTED)
async def test_everybody_gets_what_is_theirs_and_nothing_else(
    app: FastAPI, edge: Edge, endpoint: str, caller: str
) -> None:
    body, expected = EXPECTED[endpoint]
    answer = await ask(app, edge, endpoint, body, await credentials(edge, caller))
    assert answer.status_code == expected.get(caller, expected["*"]), answer.text
    assert (SECRET_WORDS in answer.text) <= (caller in MAY_READ)


@pytest.mark.parametrize(
    "endpoint", [one for one, (_, codes) in EXPECTED.items() if "GET" not in one and "agent" in codes]
)
async def test_a_page_of_another_name_changes_nothing_with_the_cookie_of_our_people(
    app: FastAPI, edge: Edge, endpoint: str
) -> None:
    body, _ = EXPECTED[endpoint]
    headers = await signed(edge, "operator")
    cookie = {"Cookie": headers["Cookie"]}
    for forged in (cookie, {**cookie, CSRF_HEADER: "guessed"}, {**headers, "Origin": "https://evil.example"}):
        answer = await ask(app, edge, endpoint, body, forged)
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert edge.temporal._journeys.answers == []  # type: ignore[union-attr]


async def ask(app: FastAPI, edge: Edge, endpoint: str, body: object, headers: dict[str, str]) -> httpx.Response:
    method, path = endpoint.split(" ")
    async with browser(app, edge) as http:
        claim = await signed(edge, "agent") if path.endswith(("/heartbeat", "/release")) else None
        if claim and "Cookie" in headers:
            # What is held is extended and released.
            await http.post("/api/desk/m-1/claim", headers=headers)
        return await http.request(method, path.format(**PLACES), json=body, headers=headers)
