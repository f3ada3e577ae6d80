import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from mesh import sessions as module
from mesh.errors import Transient, Unavailable
from mesh.sessions import KEPT_TURNS, Sessions, SessionState, SessionTurn
from mesh.settings import Settings
from mesh.shop import Customer, Order
from tests.conftest import free_ports, running
from tests.fakes import settings
from workers.servers import valkey

POLLY = Customer(customer_id="C-1", email="polly.inquirer@example.com", name="Polly")


class Source:
    """Somewhere to load a fact from, which counts how often it was asked."""

    def __init__(self, answer: Customer | None) -> None:
        self.answer = answer
        self.asked = 0

    async def __call__(self) -> Customer | None:
        self.asked += 1
        return self.answer


def turn(number: int) -> SessionTurn:
    return SessionTurn(sender="customer", text=f"turn {number}", message_id=f"m-{number}")


@pytest.fixture
def valkey_url(valkey_server: object, ports_settings: Settings) -> str:
    return ports_settings.redis_target


@pytest.fixture
async def sessions(valkey_url: str) -> AsyncIterator[Sessions]:
    async with Sessions.open(settings(redis_url=valkey_url)) as opened:
        yield opened


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(valkey_url) as client:
        yield client


@pytest.fixture
async def unreachable() -> AsyncIterator[Sessions]:
    async with Sessions.open(settings(redis_url=f"redis://127.0.0.1:{free_ports(1)[0]}/0")) as opened:
        yield opened


async def test_a_saved_session_is_loaded_as_it_was(sessions: Sessions) -> None:
    state = SessionState(session_id="s-1", customer_email=POLLY.email, turns=3, clarifications=1, last_intent="refund")
    await sessions.save(state, (turn(1), turn(2)))
    assert await sessions.load("s-1") == (state, (turn(1), turn(2)))


async def test_a_new_session_is_none(sessions: Sessions) -> None:
    assert await sessions.load("never-seen") is None


async def test_only_the_newest_turns_are_kept(sessions: Sessions) -> None:
    await sessions.save(SessionState(session_id="s-1"), tuple(turn(number) for number in range(25)))
    found = await sessions.load("s-1")
    assert found
    assert [kept.text for kept in found.turns] == [f"turn {number}" for number in range(25 - KEPT_TURNS, 25)]


async def test_both_session_keys_expire(valkey_url: str, redis: Redis) -> None:
    async with Sessions.open(settings(redis_url=valkey_url, session_ttl=100)) as sessions:
        await sessions.save(SessionState(session_id="s-1"), (turn(1),))
    for key in ("session:s-1:state", "session:s-1:context"):
        assert 90 < await redis.ttl(key) <= 100


async def test_an_idle_session_is_gone(valkey_url: str) -> None:
    async with Sessions.open(settings(redis_url=valkey_url, session_ttl=0.05)) as sessions:
        await sessions.save(SessionState(session_id="s-1"), ())
        await asyncio.sleep(0.15)
        assert await sessions.load("s-1") is None


async def test_an_unreadable_session_counts_as_lost(sessions: Sessions, redis: Redis) -> None:
    await redis.set("session:s-1:state", b"not json")
    assert await sessions.load("s-1") is None


async def test_a_message_is_accepted_once(sessions: Sessions, redis: Redis) -> None:
    assert not await sessions.accepted("m-1")
    assert [await sessions.accept("m-1"), await sessions.accept("m-1")] == [True, False]
    assert await sessions.accepted("m-1")
    assert 86_300 < await redis.ttl("chat:m-1") <= 86_400


async def test_a_fact_is_loaded_once_until_it_is_forgotten(sessions: Sessions) -> None:
    source = Source(POLLY)
    found = [await sessions.cached("polly", Customer, source) for _ in range(3)]
    assert found == [POLLY] * 3
    assert source.asked == 1
    await sessions.forget("polly", "another")
    await sessions.cached("polly", Customer, source)
    assert source.asked == 2


async def test_a_fact_expires(valkey_url: str) -> None:
    source = Source(POLLY)
    async with Sessions.open(settings(redis_url=valkey_url, cache_ttl=0.05)) as sessions:
        await sessions.cached("polly", Customer, source)
        await asyncio.sleep(0.15)
        await sessions.cached("polly", Customer, source)
    assert source.asked == 2


async def test_what_does_not_exist_is_asked_for_again(sessions: Sessions, redis: Redis) -> None:
    source = Source(None)
    assert [await sessions.cached("nobody", Customer, source) for _ in range(2)] == [None, None]
    assert source.asked == 2
    assert await redis.keys("fact:*") == []


async def test_a_failed_load_is_not_cached(sessions: Sessions) -> None:
    async def fail() -> Customer | None:
        raise Transient("the customers service answered 503")

    with pytest.raises(Transient):
        await sessions.cached("polly", Customer, fail)
    assert await sessions.cached("polly", Customer, Source(POLLY)) == POLLY


async def test_a_list_of_facts_comes_back_typed(sessions: Sessions) -> None:
    async def load() -> tuple[Order, ...]:
        return (Order(order_id="ORD-00000001", customer_email=POLLY.email, status="shipped"),)

    first = await sessions.cached("orders", tuple[Order, ...], load)
    assert await sessions.cached("orders", tuple[Order, ...], load) == first == await load()


async def test_an_unreadable_fact_is_loaded_anew(sessions: Sessions, redis: Redis) -> None:
    await redis.set("fact:polly", b"{}")
    assert await sessions.cached("polly", Customer, Source(POLLY)) == POLLY
    assert Customer.model_validate_json(await redis.get("fact:polly") or "") == POLLY


@pytest.mark.parametrize(
    "use",
    [
        lambda sessions: sessions.load("s-1"),
        lambda sessions: sessions.save(SessionState(session_id="s-1"), (turn(1),)),
        lambda sessions: sessions.accept("m-1"),
        lambda sessions: sessions.accepted("m-1"),
        lambda sessions: sessions.ping(),
    ],
)
async def test_without_a_server_the_caller_is_told(
    unreachable: Sessions, use: Callable[[Sessions], Awaitable[object]]
) -> None:
    with pytest.raises(Unavailable, match="REDIS_URL"):
        await use(unreachable)


async def test_without_a_server_facts_are_loaded_and_one_line_is_logged(
    unreachable: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(POLLY)
    with caplog.at_level(logging.WARNING, "mesh.sessions"):
        found = [await unreachable.cached(f"key-{number}", Customer, source) for number in range(4)]
    assert found == [POLLY] * 4
    assert source.asked == 4
    assert len(caplog.records) == 1
    assert "Polly" not in caplog.text
    assert "key-" not in caplog.text


async def test_a_server_that_never_answers_is_given_up_soon() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Sessions.open(settings(redis_url=f"redis://127.0.0.1:{port}/0")) as sessions, asyncio.timeout(3):
            with pytest.raises(Unavailable):
                await sessions.load("s-1")


async def test_sessions_and_cache_work_again_after_the_server_restarts(
    ports_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CACHE_PAUSE", 0.0)
    source = Source(POLLY)
    async with Sessions.open(ports_settings) as sessions:
        async with running(valkey(ports_settings)):
            await sessions.ping()
        assert await sessions.cached("polly", Customer, source) == POLLY
        async with running(valkey(ports_settings)):
            await sessions.save(SessionState(session_id="s-1"), (turn(1),))
            assert await sessions.load("s-1")
            await sessions.cached("polly", Customer, source)
            await sessions.cached("polly", Customer, source)
    assert source.asked == 2


async def test_after_a_failure_the_cache_is_left_alone_for_a_while(ports_settings: Settings) -> None:
    source = Source(POLLY)
    async with Sessions.open(ports_settings) as sessions:
        await sessions.cached("polly", Customer, source)
        async with running(valkey(ports_settings)):
            await sessions.cached("polly", Customer, source)
            async with Redis.from_url(ports_settings.redis_target) as redis:
                assert await redis.keys("fact:*") == []
    assert source.asked == 2


# -- notes


async def test_who_notes_first_is_what_is_noted(sessions: Sessions) -> None:
    assert await sessions.noted("owner:s-1") is None
    assert await sessions.first("owner:s-1", "polly", 60) == "polly"
    assert await sessions.first("owner:s-1", "jack", 60) == "polly"
    await sessions.note("owner:s-1", "jack", 60)
    assert await sessions.noted("owner:s-1", 60) == "jack"
    await sessions.unnote("owner:s-1")
    assert await sessions.noted("owner:s-1") is None


async def test_a_note_ends(sessions: Sessions, redis: Redis) -> None:
    await sessions.first("one", "x", 60)
    await sessions.note("two", "x", 30)
    assert 59_000 < await redis.pttl("note:one") <= 60_000
    assert await sessions.noted("two", 90) == "x"
    assert 89_000 < await redis.pttl("note:two") <= 90_000


async def test_a_mark_says_in_which_session_a_message_was_accepted(sessions: Sessions) -> None:
    assert await sessions.accepted_in("m-1") is None
    await sessions.accept("m-1", "s-1")
    await sessions.accept("m-2")
    assert (await sessions.accepted_in("m-1"), await sessions.accepted_in("m-2")) == ("s-1", "")
    assert await sessions.accepted("m-1")


async def test_without_the_server_nothing_is_noted_by_guess(unreachable: Sessions) -> None:
    for work in (unreachable.first("a", "b", 1), unreachable.note("a", "b", 1), unreachable.noted("a")):
        with pytest.raises(Unavailable):
            await work
