"""What breaks here is answered with a problem, as protected as every answer, and the error is not swallowed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from gateway.edge import Edge
from gateway.people import CSRF_HEADER, ThePerson
from gateway.protection import HEADERS
from mesh.people import Person
from mesh.rates import Rates
from tests.gateway.indoors import BASE, STRANGER, a_whole_edge, an_app, open_settings, with_edge

SHOP = "https://shop.example"
SETTINGS = open_settings(allowed_origins=SHOP, trusted_proxies=STRANGER[0])


@pytest.fixture
def app() -> FastAPI:
    app = an_app(SETTINGS)

    @app.get("/api/broken")
    async def broken() -> None:
        raise ZeroDivisionError("polly@example.com")

    @app.post("/api/broken/act")
    async def broken_act(_: ThePerson) -> None:
        raise ZeroDivisionError

    @app.get("/api/broken/halfway")
    async def halfway() -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "one"
            raise ZeroDivisionError

        return StreamingResponse(parts())

    return app


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with a_whole_edge(SETTINGS) as edge:
        yield edge


@asynccontextmanager
async def served(app: FastAPI, edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """A client to which a failing app answers, as behind a server."""
    transport = httpx.ASGITransport(with_edge(app, edge), client=STRANGER, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield http


def is_a_protected_problem(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["status"] == 500
    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" in answer.headers
    assert "polly" not in answer.text


HTTPS = {"X-Forwarded-Proto": "https"}


async def test_an_endpoint_that_raises_answers_with_a_protected_problem_that_allowed_pages_can_read(
    app: FastAPI, edge: Edge
) -> None:
    async with served(app, edge) as http:
        answer = await http.get("/api/broken", headers={"Origin": SHOP, **HTTPS})
    is_a_protected_problem(answer)
    assert answer.headers["access-control-allow-origin"] == SHOP


async def test_what_breaks_on_the_way_to_an_endpoint_is_a_protected_problem_too(
    app: FastAPI, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait(*_: object) -> float:
        raise ZeroDivisionError

    monkeypatch.setattr(Rates, "wait", wait)
    async with served(app, edge) as http:
        is_a_protected_problem(await http.get("/api/about", headers=HTTPS))


async def test_an_act_that_breaks_is_written_down_all_the_same(app: FastAPI, edge: Edge) -> None:
    token, begun = await edge.sign_ins.begin(Person(name="olga", display_name="Olga", roles=("operator",)))
    headers = {"Cookie": f"mesh_people={token}", CSRF_HEADER: begun.csrf}
    async with served(app, edge) as http:
        assert (await http.post("/api/broken/act", headers=headers)).status_code == 500
    assert [(act.who, act.act, act.outcome) for act in await edge.acts.newest()] == [("olga", "broken_act", "500")]


@pytest.mark.parametrize("path", ["/api/broken", "/api/broken/halfway"])
async def test_the_error_goes_on_to_whoever_logs_it(app: FastAPI, edge: Edge, path: str) -> None:
    transport = httpx.ASGITransport(with_edge(app, edge), client=STRANGER)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        with pytest.raises(ZeroDivisionError):
            await http.get(path)
