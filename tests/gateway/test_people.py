"""Signing in and out, how long it lasts, and what is written down of what people do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from gateway.edge import Edge
from gateway.people import CSRF_HEADER
from gateway.sign_ins import SignIns
from mesh.errors import Transient
from mesh.people import Person
from mesh.settings import Settings
from tests.fakes import MemorySessions
from tests.gateway.at_desk import escalated
from tests.gateway.indoors import a_whole_edge, an_app, browser, open_settings
from tests.gateway.signing import PASSWORD

ANN = Person(name="ann", display_name="<script>alert(1)</script>", roles=("agent",), skills=("refunds",))


def configured(**changes: object) -> Settings:
    return open_settings(session_key="k" * 32, **changes)


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with a_whole_edge(configured()) as edge:
        await edge.people.add(ANN, PASSWORD)
        edge.temporal._journeys.open["m-1"] = escalated("m-1", "high", 0)  # type: ignore[union-attr]
        yield edge


@pytest.fixture
async def http(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(an_app(edge.settings), edge) as client:
        yield client


async def sign_in(http: httpx.AsyncClient, name: str = "ann", password: str = PASSWORD) -> httpx.Response:
    answer = await http.post("/api/people/sign-in", json={"name": name, "password": password})
    if answer.status_code == 200:
        http.headers[CSRF_HEADER] = answer.json()["csrf"]
    return answer


async def me(http: httpx.AsyncClient) -> int:
    return (await http.get("/api/people/me")).status_code


async def test_who_knows_the_password_is_in_until_they_sign_out(http: httpx.AsyncClient) -> None:
    answer = await sign_in(http, " Ann ")
    assert answer.json()["person"] == ANN.model_dump(mode="json")
    assert (await http.get("/api/people/me")).json() == answer.json()
    assert (await http.post("/api/people/sign-out")).status_code == 204
    assert await me(http) == 401


async def test_a_token_that_was_signed_out_is_worth_nothing_wherever_it_was_copied(http: httpx.AsyncClient) -> None:
    await sign_in(http)
    copied = {"Cookie": f"mesh_people={http.cookies['mesh_people']}"}
    await http.post("/api/people/sign-out")
    http.cookies.clear()
    assert (await http.get("/api/people/me", headers=copied)).status_code == 401


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(http: httpx.AsyncClient) -> None:
    people, csrf = (await sign_in(http)).headers.get_list("set-cookie")
    assert people.startswith("mesh_people=")
    assert "HttpOnly" in people
    assert "SameSite=lax" in people
    assert "SameSite=lax" in csrf
    assert "HttpOnly" not in csrf


@pytest.mark.parametrize(
    ("name", "password"),
    [("ann", "wrong-password"), ("bob", PASSWORD), ("ann' OR 1=1 --", PASSWORD), ("ann", ""), ("", PASSWORD)],
)
async def test_who_does_not_know_it_learns_nothing(http: httpx.AsyncClient, name: str, password: str) -> None:
    answer = await sign_in(http, name, password)
    assert answer.status_code in {401, 422}
    if name and password:
        assert answer.json()["detail"] == "No such name and password."
    assert "set-cookie" not in answer.headers


async def test_a_page_of_another_site_signs_nobody_in(http: httpx.AsyncClient) -> None:
    body = {"name": "ann", "password": PASSWORD}
    answer = await http.post("/api/people/sign-in", json=body, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_guessing_is_stopped(edge: Edge) -> None:
    strict = configured(rate_sign_in="10/minute")
    async with browser(an_app(strict), edge_with(edge, strict)) as http:
        answers = [await sign_in(http, "ann", f"wrong-{number}") for number in range(10)]
        assert {answer.status_code for answer in answers} == {401}
        stopped = await sign_in(http)
        assert stopped.status_code == 429
        assert 0 < int(stopped.headers["retry-after"]) <= 60
        assert stopped.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("change", ["password", "removal"])
async def test_a_new_password_or_a_removal_ends_what_was_signed_in_before(
    http: httpx.AsyncClient, edge: Edge, change: str
) -> None:
    await sign_in(http)
    if change == "password":
        await edge.people.give_password("ann", PASSWORD)
    else:
        await edge.people.remove("ann")
    assert await me(http) == 401


@pytest.mark.parametrize("limit", [{"people_idle": 0.05}, {"people_session": 0.05}])
async def test_nobody_stays_signed_in_for_ever(limit: dict[str, float]) -> None:
    clock = Clock()
    short = configured(**limit)
    async with a_whole_edge(short, sessions=clock) as edge:
        await edge.people.add(ANN, PASSWORD)
        signs = SignIns(short, clock, edge.people)
        known = await edge.people.known("ann")
        assert known is not None
        token, begun = await signs.begin(known)
        if "people_session" in limit:
            aged = begun.model_copy(update={"began": begun.began - 1})
            clock.notes = dict.fromkeys(clock.notes, aged.model_dump_json())
        else:
            assert clock.kept == [0.05]
            clock.notes.clear()
        assert await signs.of(token) is None


class Clock(MemorySessions):
    """Remembers for how long notes are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[float] = []

    async def note(self, key: str, value: str, keep: float) -> None:
        self.kept.append(keep)
        await super().note(key, value, keep)


async def test_while_redis_is_away_who_is_signed_in_stays_so_and_others_come_in(
    http: httpx.AsyncClient, edge: Edge
) -> None:
    await sign_in(http)
    edge.sessions.down = True  # type: ignore[attr-defined]
    assert await me(http) == 200
    assert (await http.post("/api/people/sign-out")).status_code == 204
    await sign_in(http)
    assert await me(http) == 200
    stolen = http.cookies["mesh_people"]
    await http.post("/api/people/sign-out")
    edge.sessions.down = False  # type: ignore[attr-defined]
    assert (await http.get("/api/people/me", headers={"Cookie": f"mesh_people={stolen}"})).status_code == 401


async def test_what_is_kept_of_a_sign_in_is_not_what_opens_it(http: httpx.AsyncClient, edge: Edge) -> None:
    await sign_in(http)
    kept: dict[str, str] = edge.sessions.notes  # type: ignore[attr-defined]
    assert http.cookies["mesh_people"] not in str(kept)
    assert PASSWORD not in str(kept)


# -- the audit


async def acts(edge: Edge) -> list[tuple[str, str, str, str, str]]:
    found = [(one.who, one.role, one.act, one.subject, one.outcome) for one in await edge.acts.newest()]
    return found[::-1]


async def test_every_act_is_written_down_with_what_came_of_it(http: httpx.AsyncClient, edge: Edge) -> None:
    await sign_in(http, "ann", "wrong-password")
    await sign_in(http)
    await http.get("/api/desk")
    for act, body in (("claim", None), ("heartbeat", None), ("approve", {}), ("notes", {"text": "private words"})):
        await http.post(f"/api/desk/m-1/{act}", json=body)
    await http.get("/api/sessions/s-1/messages")
    await http.post("/api/people/sign-out")
    assert await acts(edge) == [
        ("ann", "nobody", "sign_in", "", "401"),
        ("ann", "agent", "sign_in", "", "200"),
        ("ann", "agent", "claim", "m-1", "200"),
        ("ann", "agent", "approve", "m-1", "409"),
        ("ann", "agent", "add_note", "m-1", "201"),
        ("ann", "agent", "conversation", "s-1", "200"),
        ("ann", "agent", "sign_out", "", "204"),
    ]
    assert "private words" not in str(await edge.acts.newest())


async def test_an_act_that_cannot_be_written_down_is_in_the_log(
    http: httpx.AsyncClient, edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    await sign_in(http)

    async def full(_: object) -> None:
        raise Transient("the history database is not usable")

    edge.acts.note = full  # type: ignore[assignment]
    assert (await http.post("/api/desk/m-1/claim")).status_code == 200
    assert "agent ann did claim to m-1 (200)" in caplog.text


def edge_with(edge: Edge, settings: Settings) -> Edge:
    changes: dict[str, Any] = {"settings": settings}
    return replace(edge, **changes)
