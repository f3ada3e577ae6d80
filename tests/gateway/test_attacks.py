"""What somebody tries who means harm, by HTTP: each is refused, or harmless."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from gateway.edge import Edge
from mesh.delivery import acceptance
from mesh.settings import Settings
from tests.gateway.house import EMAIL
from tests.gateway.indoors import BASE, a_whole_edge, an_app, browser, open_settings

SCRIPT = '<img src=x onerror="alert(1)"><script>alert(1)</script>'
HERE = ("127.0.0.1", 4711)


def configured(**changes: object) -> Settings:
    return open_settings(session_key="k" * 32, **changes)


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with a_whole_edge(configured()) as edge:
        yield edge


@pytest.fixture
async def http(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(an_app(edge.settings), edge) as client:
        yield client


async def say(
    http: httpx.AsyncClient, text: str = "Hello", headers: dict[str, str] | None = None, **more: str
) -> httpx.Response:
    return await http.post("/api/chat", json={"message": text, **more}, headers=headers)


# -- sessions of others


async def test_a_stolen_session_id_gives_nothing_without_who_it_belongs_to(http: httpx.AsyncClient, edge: Edge) -> None:
    mine = (await say(http, customer_email=EMAIL, message_id="m-1")).json()["session_id"]
    nobody = (await say(http, message_id="m-2")).json()
    assert nobody["session_secret"]
    sent = len(edge.bus.published)  # type: ignore[attr-defined]
    thieves = [
        {},
        {"X-Customer-Email": "jack.jacket@example.com"},
        {"X-Session-Secret": nobody["session_secret"]},
        {"X-Session-Secret": "0" * 64},
    ]
    for headers in thieves:
        for path in (f"/api/sessions/{mine}/messages", "/api/chat/m-1"):
            assert (await http.get(path, headers=headers)).status_code == 404
        assert (await say(http, headers=headers, session_id=mine)).status_code == 404
        assert (await say(http, headers=headers, message_id="m-1")).status_code in {202, 409}
    for headers in ({}, {"X-Customer-Email": EMAIL}, {"X-Session-Secret": "0" * 64}):
        session_id = nobody["session_id"]
        assert (await http.get(f"/api/sessions/{session_id}/messages", headers=headers)).status_code == 404
        assert (await http.get("/api/chat/m-2", headers=headers)).status_code == 404
        assert (await say(http, headers=headers, session_id=session_id)).status_code == 404
    stolen = [message for message in edge.bus.published[sent:] if message.session_id in {mine, nobody["session_id"]}]  # type: ignore[attr-defined]
    assert stolen == []


async def test_whose_it_is_goes_on(http: httpx.AsyncClient) -> None:
    mine = (await say(http, customer_email=EMAIL)).json()["session_id"]
    assert (
        await http.get(f"/api/sessions/{mine}/messages", headers={"X-Customer-Email": EMAIL.upper()})
    ).status_code == 200
    nobody = (await say(http)).json()
    secret = {"X-Session-Secret": nobody["session_secret"]}
    place = f"/api/sessions/{nobody['session_id']}/messages"
    assert (await http.get(place, headers=secret)).status_code == 200
    assert (await say(http, headers=secret, session_id=nobody["session_id"])).status_code == 202


@pytest.mark.parametrize("lost", ["redis", "this gateway"])
async def test_who_began_a_session_is_known_from_the_history_when_all_else_is_lost(edge: Edge, lost: str) -> None:
    async with browser(an_app(edge.settings), edge) as http:
        mine = (await say(http, customer_email=EMAIL)).json()["session_id"]
        await edge.history.add([acceptance(edge.bus.published[0], datetime.now(UTC))])  # type: ignore[attr-defined]
        edge.owners._known.clear()
        if lost == "redis":
            edge.sessions.notes.clear()  # type: ignore[attr-defined]
            edge.sessions.down = True  # type: ignore[attr-defined]
        other = {"X-Customer-Email": "jack.jacket@example.com"}
        assert (await http.get(f"/api/sessions/{mine}/messages", headers=other)).status_code == 404
        assert (await say(http, headers=other, session_id=mine)).status_code == 404
        own = {"X-Customer-Email": EMAIL}
        assert (await http.get(f"/api/sessions/{mine}/messages", headers=own)).status_code == 200


# -- too much


async def test_who_asks_too_often_is_told_when_to_come_back(edge: Edge) -> None:
    strict = configured(rate_address="5/minute")
    async with browser(an_app(strict), edge) as http:
        assert [(await http.get("/api/about")).status_code for _ in range(5)] == [200] * 5
        refused = await http.get("/api/about")
    assert (refused.status_code, refused.headers["content-type"]) == (429, "application/problem+json")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    async with browser(an_app(strict), edge, client=("203.0.113.10", 1)) as other:
        assert (await other.get("/api/about")).status_code == 200


@pytest.mark.parametrize(
    "limit", [{"rate_session": "2/minute"}, {"rate_customer": "2/minute"}, {"rate_new_sessions": "1/minute"}]
)
async def test_a_session_a_customer_and_an_address_have_their_pace(limit: dict[str, str]) -> None:
    settings = configured(**limit)
    async with a_whole_edge(settings) as edge, browser(an_app(settings), edge) as http:
        session_id = (await say(http, customer_email=EMAIL)).json()["session_id"]
        if "rate_new_sessions" in limit:
            refused = await say(http, customer_email=EMAIL)
        else:
            assert (await say(http, customer_email=EMAIL, session_id=session_id)).status_code == 202
            refused = await say(http, customer_email=EMAIL, session_id=session_id)
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)


@pytest.mark.parametrize(
    ("trusted", "forwarded", "same"),
    [("", "198.51.100.1", True), ("203.0.113.0/24", "198.51.100.1", False), ("203.0.113.0/24", "nonsense", False)],
)
async def test_an_address_is_believed_from_a_trusted_proxy_alone(
    edge: Edge, trusted: str, forwarded: str, *, same: bool
) -> None:
    strict = configured(rate_address="1/minute", trusted_proxies=trusted)
    async with browser(an_app(strict), edge) as http:
        await http.get("/api/about")
        answer = await http.get("/api/about", headers={"X-Forwarded-For": f"10.9.9.9, {forwarded}"})
    assert answer.status_code == (429 if same else 200)


# -- this machine


@pytest.mark.parametrize("path", ["/metrics", "/api/health/storage", "/docs", "/openapi.json"])
async def test_this_machine_may_look_and_a_proxy_or_a_rebound_name_on_it_may_not(edge: Edge, path: str) -> None:
    app = an_app(edge.settings)
    async with browser(app, edge, client=HERE, base_url="http://127.0.0.1:8000") as http:
        assert (await http.get(path)).status_code == 200
        for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
            assert (await http.get(path, headers={header: "127.0.0.1"})).status_code == 401
        assert (await http.get(path, headers={"Host": "evil.example"})).status_code == 401
    closed = configured(identity_mode="signed", identity_keys="s" * 32, metrics_token="m" * 32)
    async with a_whole_edge(closed) as other, browser(app, other, client=HERE, base_url="http://127.0.0.1") as http:
        assert (await http.get(path)).status_code == 401
        assert (await http.get(path, headers={"Authorization": f"Bearer {'m' * 32}"})).status_code == 200
        assert (await http.get(path, headers={"Authorization": "Bearer "})).status_code == 401


# -- paths and scripts


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/....//app.py", "/static/%00", "/static/.%2e/.%2e/.env", "//etc/passwd", "/api/chat/..%2f..%2fetc",
    ],
)  # fmt: skip
async def test_no_path_leads_out(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(httpx.URL(BASE).copy_with(raw_path=path.encode()))
    assert answer.status_code in {404, 422}
    assert "import" not in answer.text
    assert "root:" not in answer.text


async def test_a_script_in_a_message_an_id_or_an_address_is_never_a_page(http: httpx.AsyncClient, edge: Edge) -> None:
    answers = [
        await say(http, SCRIPT, customer_email=EMAIL, session_id="s-1"),
        await say(http, "x", customer_email=SCRIPT),
        await say(http, "x", session_id=SCRIPT),
        await http.get(f"/api/chat/{SCRIPT}"),
        await http.get("/api/about", headers={"X-Customer-Email": "<script>"}),
        await http.get("/api/sessions/s-1/messages", headers={"X-Customer-Email": "<script>"}),
        await http.get(f"/{SCRIPT}"),
    ]
    await edge.history.add([acceptance(edge.bus.published[0], datetime.now(UTC))])  # type: ignore[attr-defined]
    stored = await http.get("/api/sessions/s-1/messages", headers={"X-Customer-Email": EMAIL})
    assert stored.json()["messages"][0]["content"] == SCRIPT
    for answer in (*answers, stored):
        assert answer.headers["content-type"] in {"application/json", "application/problem+json"}
        assert answer.headers["x-content-type-options"] == "nosniff"
        json.loads(answer.text)


async def test_the_api_page_writes_out_what_it_is_given(edge: Edge) -> None:
    app = an_app(edge.settings)
    app.title = SCRIPT
    async with browser(app, edge, client=HERE, base_url="http://127.0.0.1") as http:
        page = (await http.get("/docs")).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "://" not in page.replace("http://json-schema", "")


# -- headers


async def test_every_answer_protects_itself(http: httpx.AsyncClient) -> None:
    for path in ("/", "/api/about", "/static/chat.js", "/api/desk", "/nothing"):
        headers = (await http.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert "camera=()" in headers["permissions-policy"]
        assert "strict-transport-security" not in headers


async def test_over_https_browsers_are_told_to_stay_there(edge: Edge) -> None:
    behind = configured(trusted_proxies="203.0.113.9")
    async with browser(an_app(behind), edge) as http:
        told = await http.get("/", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" in told.headers
    async with browser(an_app(configured()), edge) as http:
        untold = await http.get("/", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in untold.headers
    async with browser(an_app(configured()), edge, base_url="https://desk.example.com") as http:
        assert "strict-transport-security" in (await http.get("/")).headers


async def test_pages_of_allowed_origins_may_ask_and_never_with_cookies() -> None:
    settings = configured(allowed_origins="https://shop.example")
    async with a_whole_edge(settings) as edge, browser(an_app(settings), edge) as http:
        for origin, allowed in (("https://shop.example", "https://shop.example"), ("https://evil.example", None)):
            answer = await http.get("/api/about", headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert "access-control-allow-credentials" not in answer.headers
        asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
        asked["Access-Control-Request-Headers"] = "authorization,content-type,x-session-secret"
        assert (await http.options("/api/chat", headers=asked)).status_code == 200
        script = await http.get("/static/chat.js", headers={"Origin": "https://evil.example"})
        assert script.headers["cross-origin-resource-policy"] == "cross-origin"
