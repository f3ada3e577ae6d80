"""Whatever is sent, the answer says what is wrong with it. No server is needed: the mesh is away throughout."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from gateway.app import create_app
from gateway.edge import Edge
from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.protocol import Message
from tests.fakes import FakeHistory
from tests.gateway.house import ACTORS, EMAIL, ROUTE
from tests.gateway.indoors import an_edge, open_settings

PROBLEM = "application/problem+json"
GOOD = {"message": "Hello", "customer_email": EMAIL}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
BODIES = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("message", "customer_email", "session_id", "message_id", "else"), JSON)
)


class _Away(Bus):
    def __init__(self) -> None: ...

    async def publish(self, message: Message) -> None:
        raise Unavailable("NATS is away")


class _Forgetful(FakeHistory):
    async def of_message(self, message_id: str) -> tuple[()]:
        return ()


def _app() -> FastAPI:
    return create_app(open_settings(), route=ROUTE, actors=ACTORS)


def _edge() -> Edge:
    return an_edge(open_settings(), bus=_Away(), history=_Forgetful())


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client whose requests raise here when the app fails."""
    app, edge = _app(), _edge()

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"edge": edge}}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(with_state), base_url="http://test") as http:
        yield http


async def post(body: bytes | Iterator[bytes], **headers: str) -> httpx.Response:
    async with client() as http:
        content = body if isinstance(body, bytes) else _stream(body)
        return await http.post("/api/chat", content=content, headers={"content-type": "application/json", **headers})


async def _stream(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@effort(deadline=None, max_examples=60)
@given(body=BODIES | JSON)
async def test_odd_json_is_refused_in_words_and_never_breaks_anything(body: Any) -> None:
    async with client() as http:
        answer = await http.post("/api/chat", content=_json(body), headers={"content-type": "application/json"})
    assert answer.status_code in {403, 422, 503}
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["detail"]


@effort(deadline=None, max_examples=60)
@given(body=st.binary(max_size=200))
async def test_odd_bytes_are_refused_in_words_and_never_break_anything(body: bytes) -> None:
    answer = await post(body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM


@effort(deadline=None, max_examples=60)
@given(path=st.text(max_size=80))
async def test_an_odd_id_in_a_path_never_breaks_anything(path: str) -> None:
    async with client() as http:
        for prefix in ("/api/chat/", "/api/sessions/", "/api/desk/", "/static/", "/"):
            raw = (prefix + quote(path, safe="")).encode()
            answer = await http.get(httpx.URL("http://test").copy_with(raw_path=raw))
            assert answer.status_code < 500


@pytest.mark.parametrize(
    "body",
    [b"[" * 60_000, b'{"message": ' + b"9" * 5_000 + b"}", rb'{"message": "\ud800", "customer_email": "a@b.co"}', b""],
    ids=["deep", "huge number", "half a character", "nothing"],
)
async def test_json_that_breaks_parsers_is_invalid_input(body: bytes) -> None:
    answer = await post(body)
    assert answer.status_code == 422
    assert answer.json()["title"] == "Unprocessable Entity"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"message": "  \n "}, "message"),
        ({"message": 7}, "message"),
        ({"message": None}, "message"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"customer_email": "a b@example.com"}, "customer_email"),
        ({"customer_email": "x@" + "a" * 60 + "." + "b" * 250}, "customer_email"),
        ({"customer_email": "a@example.com\nBcc: b@example.com"}, "customer_email"),
        ({"session_id": "a b"}, "session_id"),
        ({"session_id": ""}, "session_id"),
        ({"message_id": "x" * 65}, "message_id"),
        ({"message_id": "a@example.com"}, "message_id"),
        ({"mesage_id": "m-1"}, "mesage_id"),
    ],
)
async def test_a_wrong_field_is_named_and_explained(change: dict[str, Any], field: str) -> None:
    answer = await post(_json({**GOOD, **change}))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["detail"].startswith(f"{field}: ")
    assert {"type", "title", "status", "detail"} <= set(problem)


async def test_eight_thousand_characters_are_taken_and_one_more_is_too_long() -> None:
    assert (await post(json.dumps({**GOOD, "message": "\N{PARTY POPPER}" * 8_000}).encode())).status_code == 503
    assert (await post(_json({**GOOD, "message": "ä" * 8_000}))).status_code == 503
    too_long = await post(_json({**GOOD, "message": "ä" * 8_001}))
    assert (too_long.status_code, too_long.headers["content-type"]) == (413, PROBLEM)
    assert "8,001" in too_long.json()["detail"]


async def test_a_large_body_is_refused_before_it_is_parsed() -> None:
    refused = await post(b"x" * 140_000)
    assert (refused.status_code, refused.headers["content-type"]) == (413, PROBLEM)


async def test_a_large_body_without_a_declared_length_is_refused_too() -> None:
    assert (await post(b"x" * 10_000 for _ in range(14))).status_code == 413


async def test_a_wrong_method_and_an_unknown_path_are_problems_too() -> None:
    async with client() as http:
        for method, path, status in (("DELETE", "/api/chat", 405), ("GET", "/api/nothing", 404)):
            answer = await http.request(method, path)
            assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
