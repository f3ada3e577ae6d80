"""An office behind one address: being there costs nobody else anything, and has a pace of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.edge import Edge
from gateway.people import CSRF_HEADER
from mesh.people import Person
from tests.gateway.at_desk import escalated
from tests.gateway.indoors import a_whole_edge, an_app, browser, open_settings

HERE = {"window": "w-1"}
Headers = dict[str, str]


@asynccontextmanager
async def an_office(**rates: str) -> AsyncIterator[tuple[httpx.AsyncClient, Edge]]:
    settings = open_settings(session_key="k" * 32, **rates)
    async with a_whole_edge(settings) as edge, browser(an_app(settings), edge) as http:
        edge.temporal._journeys.open["m-1"] = escalated("m-1", "high", 0)  # type: ignore[union-attr]
        yield http, edge


async def of(edge: Edge, name: str) -> Headers:
    token, begun = await edge.sign_ins.begin(Person(name=name, display_name=name, roles=("agent",)))
    return {"Cookie": f"mesh_people={token}", CSRF_HEADER: begun.csrf}


async def beat(http: httpx.AsyncClient, headers: Headers) -> int:
    return (await http.put("/api/desk/presence", json=HERE, headers=headers)).status_code


async def test_who_says_that_they_are_there_uses_up_nothing_of_their_address() -> None:
    async with an_office(rate_address="2/minute") as (http, edge):
        ann = await of(edge, "ann")
        assert (await http.post("/api/desk/m-1/claim", headers=ann)).status_code == 200
        for _ in range(4):
            assert await beat(http, ann) == 200
            assert (await http.post("/api/desk/m-1/heartbeat", headers=ann)).status_code == 200
            assert (await http.post("/api/desk/presence/leave", json=HERE, headers=ann)).status_code == 200
        assert (await http.get("/api/desk", headers=ann)).status_code == 200
        assert (await http.get("/api/desk", headers=ann)).status_code == 429


async def test_each_person_has_their_own_pace() -> None:
    async with an_office(rate_presence="2/minute") as (http, edge):
        ann, bob = await of(edge, "ann"), await of(edge, "bob")
        assert [await beat(http, ann) for _ in range(3)] == [200, 200, 429]
        refused = await http.post("/api/desk/m-1/heartbeat", headers=ann)
        assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
        assert await beat(http, bob) == 200
        assert (await http.get("/api/desk", headers=ann)).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Cookie": "mesh_people=guessed"}], ids=["nobody", "a guess"])
async def test_who_is_not_signed_in_counts_for_their_address(headers: Headers) -> None:
    async with an_office(rate_address="2/minute") as (http, _):
        assert [await beat(http, headers) for _ in range(3)] == [401, 401, 429]
        assert (await http.get("/api/about")).status_code == 429
