"""Signing in with an OpenID Connect provider, against a small one in this process."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import JSONResponse

from gateway.edge import Edge
from mesh.settings import Settings
from tests.conftest import free_ports
from tests.gateway.indoors import BASE, a_whole_edge, an_app, browser, open_settings

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
HINT = "s" * 16


class Provider:
    """Vouches for whoever comes; `claims` and `key` say for whom and how well."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = KEY
        self.claims: dict[str, Any] = {}
        self.nonce = ""
        self.forms: list[dict[str, list[str]]] = []
        self.app = FastAPI()
        self.app.add_api_route("/.well-known/openid-configuration", self.description)
        self.app.add_api_route("/keys", self.keys)
        self.app.add_api_route("/token", self.token, methods=["POST"])

    async def description(self) -> JSONResponse:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.issuer, **{name: f"{self.issuer}/{end}" for name, end in names.items()}})

    async def keys(self) -> JSONResponse:
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def token(self, request: Request) -> JSONResponse:
        form = parse_qs((await request.body()).decode())
        self.forms.append(form)
        if form["code"] != ["good"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": "desk", "sub": "auth0|Ann", "nonce": self.nonce, "iat": now, "exp": now + 60,
            "name": "Ann Field", "email": "Ann@example.com", "email_verified": True, "groups": ["agent", "cooks"],
            **self.claims,
        }  # fmt: skip
        given = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": given})


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    (port,) = free_ports(1)
    found = Provider(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(found.app, port=port, log_level="critical"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield found
    server.should_exit = True
    await task


def configured(provider: Provider) -> Settings:
    return open_settings(
        session_key="k" * 32, oidc_issuer=provider.issuer, oidc_client_id="desk", oidc_client_secret=HINT
    )


@contextlib.asynccontextmanager
async def at_the_provider(
    provider: Provider, onward: str = "/desk"
) -> AsyncIterator[tuple[httpx.AsyncClient, str, Edge]]:
    """A browser that was sent to the provider, and the state it carries."""
    settings = configured(provider)
    async with a_whole_edge(settings) as edge, browser(an_app(settings), edge) as http:
        sent = await http.get("/api/people/oidc/start", params={"next": onward})
        assert sent.status_code == 302, sent.text
        place = urlsplit(sent.headers["location"])
        asked = parse_qs(place.query)
        assert f"{place.scheme}://{place.netloc}{place.path}" == f"{provider.issuer}/authorize"
        assert asked["redirect_uri"] == [f"{BASE}/api/people/oidc/callback"]
        assert asked["code_challenge_method"] == ["S256"]
        provider.nonce = asked["nonce"][0]
        yield http, asked["state"][0], edge


async def back(http: httpx.AsyncClient, state: str, code: str = "good") -> httpx.Response:
    return await http.get("/api/people/oidc/callback", params={"code": code, "state": state})


async def test_whom_the_provider_vouches_for_is_in_with_the_role_it_says(provider: Provider) -> None:
    async with at_the_provider(provider, "/mesh?open=1") as (http, state, edge):
        landed = await back(http, state)
        assert (landed.status_code, landed.headers["location"]) == (302, "/mesh?open=1")
        person = (await http.get("/api/people/me")).json()["person"]
        assert person == {
            "name": "ann@example.com",
            "display_name": "Ann Field",
            "roles": ["agent"],
            "skills": [],
            "languages": [],
            "capacity": None,
        }
        assert [one.act for one in await edge.acts.newest()] == ["sign_in_elsewhere"]
    (form,) = provider.forms
    assert len(form["code_verifier"][0]) >= 43


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": []}, {"groups": ["cooks"]}, {"groups": None}, {"nonce": "another"}, {"aud": "another"},
        {"iss": "https://evil.example"}, {"exp": 1_000_000_000}, {"sub": None},
    ],
    ids=str,
)  # fmt: skip
async def test_whom_it_does_not_vouch_for_stays_outside(provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims = claims
    async with at_the_provider(provider) as (http, state, _):
        assert (await back(http, state)).status_code == 403
        assert (await http.get("/api/people/me")).status_code == 401


async def test_a_forged_id_token_and_a_wrong_code_stay_outside(provider: Provider) -> None:
    provider.key = OTHER
    async with at_the_provider(provider) as (http, state, _):
        assert (await back(http, state)).status_code == 403
        assert (await back(http, state, "bad")).status_code == 403


async def test_a_sign_in_that_was_not_begun_in_this_browser_is_refused(provider: Provider) -> None:
    async with at_the_provider(provider) as (http, state, _):
        assert (await back(http, "guessed")).status_code == 403
        http.cookies.clear()
        assert (await back(http, state)).status_code == 403
        http.cookies.set("mesh_oidc", "forged")
        assert (await back(http, state)).status_code == 403
    assert provider.forms == []


@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_nobody_is_sent_elsewhere_afterwards(provider: Provider, onward: str) -> None:
    async with at_the_provider(provider, onward) as (http, state, _):
        assert (await back(http, state)).headers["location"] == "/desk"


@pytest.mark.parametrize(
    ("claims", "begins"), [({"email_verified": False}, "auth0ann."), ({"sub": "7f3", "email": None}, "7f3")]
)
async def test_an_address_that_is_not_verified_names_nobody(
    provider: Provider, claims: dict[str, Any], begins: str
) -> None:
    provider.claims = claims
    async with at_the_provider(provider) as (http, state, _):
        await back(http, state)
        assert (await http.get("/api/people/me")).json()["person"]["name"].startswith(begins)


async def test_with_a_provider_no_password_opens_anything(provider: Provider) -> None:
    async with at_the_provider(provider) as (http, _, __):
        answer = await http.post("/api/people/sign-in", json={"name": "ann", "password": "x"})
        assert answer.status_code == 403
        assert (await http.get("/api/about")).json()["sign_in"] == ["oidc"]


async def test_a_provider_that_is_away_is_said_to_be(provider: Provider) -> None:
    settings = configured(provider).model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    async with a_whole_edge(settings) as edge, browser(an_app(settings), edge) as http:
        answer = await http.get("/api/people/oidc/start")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
