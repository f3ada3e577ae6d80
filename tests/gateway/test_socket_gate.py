"""Who gets what over the socket, and what is refused there."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from gateway.edge import Edge
from gateway.frames import Incoming
from tests.gateway.house import EMAIL
from tests.gateway.indoors import a_whole_edge, an_app, open_settings
from tests.gateway.signing import OTHER_SECRET, a_token
from tests.gateway.test_matrix import CALLERS, SECRET_WORDS, edge, signed_settings
from tests.gateway.wire import Wire, wired

__all__ = ["edge"]

REFUSED = {"expired": 4401, "forged": 4401, "own": 0, "*": 4403}
TOKENS: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1_000_000_000},
    "forged": {"secret": OTHER_SECRET},
    "other": {"email": "jack.jacket@example.com"},
    "own": {"email": EMAIL},
}
SAID = {
    "message": ({"text": "Hello", "message_id": "m-7"}, "accepted"),
    "ping": ({}, "pong"),
    "identity": ({"identity_token": a_token(EMAIL)}, ""),
}
"""Every frame that a customer may send, and what answers it."""


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return an_app(signed_settings())


@pytest.fixture
async def demo() -> AsyncIterator[tuple[FastAPI, Edge]]:
    settings = open_settings(session_key="k" * 32, rate_session="100/minute", sockets_per_customer=2)
    async with a_whole_edge(settings) as found:
        yield an_app(settings), found


def proof(caller: str) -> dict[str, str]:
    return {"identity_token": a_token(**TOKENS[caller])} if caller in TOKENS else {}


def test_every_frame_of_the_customer_has_an_expectation() -> None:
    frames = Incoming.json_schema()["discriminator"]["mapping"]
    assert set(frames) == set(SAID)


@pytest.mark.parametrize("caller", CALLERS)
async def test_only_whose_session_it_is_gets_in(app: FastAPI, edge: Edge, caller: str) -> None:
    async with wired(app, edge) as wire:
        await wire.send(type="hello", session_id="s-1", **proof(caller))
        code = REFUSED.get(caller, REFUSED["*"])
        if code:
            error = await wire.frame()
            assert (error["type"], SECRET_WORDS in str(error)) == ("error", False)
            assert await wire.closed() == code
        else:
            assert (await wire.frame())["session_id"] == "s-1"
            assert (await wire.next("reply"))["text"] == SECRET_WORDS


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("kind", SAID)
async def test_a_session_of_their_own_is_everybodys_who_shows_nothing_false(
    app: FastAPI, edge: Edge, kind: str, caller: str
) -> None:
    body, answer = SAID[kind]
    async with wired(app, edge) as wire:
        await wire.send(type="hello", **proof(caller))
        if caller in {"expired", "forged"}:
            assert await wire.closed() == 4401
            return
        opened = await wire.next("session")
        assert bool(opened["session_secret"]) == (caller not in {"own", "other"})
        await wire.send(type=kind, **body)
        if kind == "identity" and caller != "own":
            # Another customer's token does not turn this socket into theirs.
            assert await wire.closed() == 4403
            return
        if answer:
            assert (await wire.frame())["type"] == answer
    for message in edge.bus.published:  # type: ignore[attr-defined]
        known = caller in {"own", "other"}
        assert message.metadata["identity"] == ("signed" if known else "anonymous")
        assert bool(message.payload.customer_email) == known


async def test_the_token_may_be_offered_as_a_subprotocol_and_is_not_echoed(app: FastAPI, edge: Edge) -> None:
    async with wired(app, edge, subprotocols=("mesh", f"identity.{a_token(EMAIL)}")) as wire:
        assert wire.subprotocol == "mesh"
        await wire.send(type="hello", session_id="s-1")
        assert (await wire.frame())["session_id"] == "s-1"


async def test_a_socket_ends_when_its_token_expires_unless_it_is_renewed(
    app: FastAPI, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesh.tokens.LEEWAY", 0)
    async with wired(app, edge) as wire:
        await wire.send(type="hello", identity_token=a_token(EMAIL, lasts=2))
        await wire.next("session")
        assert await wire.closed() == 4401


async def test_a_key_that_is_taken_away_ends_the_sockets_that_it_opened(
    app: FastAPI, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.handshake.REVALIDATED", 0.05)
    async with wired(app, edge) as wire:
        await wire.send(type="hello", identity_token=a_token(EMAIL))
        await wire.next("session")
        edge.tokens._keys = ()
        assert await wire.closed() == 4401


async def test_the_address_with_the_e_mail_is_for_the_demo(app: FastAPI, edge: Edge) -> None:
    async with wired(app, edge, f"/ws/{EMAIL}?session_id=s-1") as wire:
        assert await wire.closed() == 4403


@pytest.mark.parametrize("first", ["{}", '{"type": "ping"}', "[", '{"type": "hello", "colour": "red"}'])
async def test_who_does_not_say_hello_is_not_served(demo: tuple[FastAPI, Edge], first: str) -> None:
    async with wired(*demo) as wire:
        await wire.raw(first if first != "{}" else '{"type": "hello", "after": -1}')
        assert await wire.closed() == 1008


# -- attacks


async def greeted(wire: Wire, **who: str) -> dict[str, Any]:
    await wire.send(type="hello", **who)
    return await wire.next("session")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://desk.example.com.evil.example"])
async def test_a_page_of_a_wrong_origin_gets_no_socket(demo: tuple[FastAPI, Edge], origin: str) -> None:
    async with wired(*demo, origin=origin) as wire:
        # Closed before it was accepted: servers make HTTP 403 of it.
        assert (await wire._event())["type"] == "websocket.close"


async def test_pages_of_ours_and_of_allowed_origins_get_one() -> None:
    settings = open_settings(allowed_origins="https://shop.example", session_key="k" * 32)
    async with a_whole_edge(settings) as found:
        for origin in ("https://shop.example", "http://desk.example.com"):
            async with wired(an_app(settings), found, origin=origin) as wire:
                assert (await greeted(wire, customer_email=EMAIL))["session_id"]


@pytest.mark.parametrize("when", ["first", "later"])
async def test_a_frame_of_65_kilobytes_closes_the_socket(demo: tuple[FastAPI, Edge], when: str) -> None:
    async with wired(*demo) as wire:
        if when == "later":
            await greeted(wire, customer_email=EMAIL)
        await wire.send(type="message", text="x" * 65 * 1024)
        assert await wire.closed() == 1009
    assert demo[1].bus.published == []  # type: ignore[attr-defined]


async def test_the_101st_message_of_a_minute_is_refused_and_the_socket_stays(demo: tuple[FastAPI, Edge]) -> None:
    async with wired(*demo) as wire:
        await greeted(wire, customer_email=EMAIL)
        for number in range(100):
            await wire.send(type="message", text="Hello", message_id=f"m-{number}")
            assert (await wire.frame())["type"] == "accepted"
        await wire.send(type="message", text="Hello", message_id="m-100")
        refused = await wire.frame()
        assert (refused["type"], refused["message_id"]) == ("error", "m-100")
        assert 0 < refused["retry_after"] <= 60
        await wire.send(type="ping")
        assert (await wire.frame())["type"] == "pong"
    assert len(demo[1].bus.published) == 100  # type: ignore[attr-defined]


async def test_a_flood_of_frames_closes_the_socket() -> None:
    settings = open_settings(rate_socket="5/minute", session_key="k" * 32)
    async with a_whole_edge(settings) as found, wired(an_app(settings), found) as wire:
        await greeted(wire, customer_email=EMAIL)
        for _ in range(6):
            await wire.send(type="ping")
        assert await wire.closed() == 1008


async def test_one_customer_has_so_many_sockets_and_no_more(demo: tuple[FastAPI, Edge]) -> None:
    async with wired(*demo) as one, wired(*demo) as two, wired(*demo) as three, wired(*demo) as other:
        await greeted(one, customer_email=EMAIL)
        await greeted(two, customer_email=EMAIL.upper())
        await three.send(type="hello", customer_email=EMAIL)
        assert await three.closed() == 4429
        await greeted(other, customer_email="jack.jacket@example.com")
    async with wired(*demo) as again:
        await greeted(again, customer_email=EMAIL)


async def test_a_stolen_session_id_opens_no_socket(demo: tuple[FastAPI, Edge]) -> None:
    async with wired(*demo) as mine, wired(*demo) as anonymous:
        session_id = (await greeted(mine, customer_email=EMAIL))["session_id"]
        nobody = await greeted(anonymous)
    thefts: list[dict[str, str]] = [
        {"session_id": session_id},
        {"session_id": session_id, "customer_email": "jack.jacket@example.com"},
        {"session_id": session_id, "session_secret": nobody["session_secret"]},
        {"session_id": nobody["session_id"]},
        {"session_id": nobody["session_id"], "session_secret": "0" * 64},
        {"session_id": nobody["session_id"], "customer_email": EMAIL},
    ]
    for theft in thefts:
        async with wired(*demo) as wire:
            await wire.send(type="hello", **theft)
            assert await wire.closed() == 4403
    async with wired(*demo) as back:
        own = {"session_id": nobody["session_id"], "session_secret": nobody["session_secret"]}
        assert (await greeted(back, **own))["session_id"] == nobody["session_id"]
