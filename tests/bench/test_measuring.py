"""What measures: loops, routes that are read, hops on a real NATS server, talks with a real gateway."""

import asyncio

import httpx
import nats
import pytest
from websockets.asyncio.client import connect

from bench import chat, hops, talk
from bench.loop import closed
from bench.routes import steps_of
from mesh.protocol import Message, Payload, Route, TraceEntry
from mesh.settings import Settings
from tests.gateway.conftest import empty_house, house
from tests.gateway.house import House

__all__ = ["empty_house", "house"]


def entry(actor: str, hop: int, kind: str = "visited") -> TraceEntry:
    return TraceEntry.model_validate({"actor": actor, "hop": hop, "kind": kind})


def test_steps_are_what_was_visited_with_groups_together() -> None:
    trace = (entry("one", 0), entry("two", 0), entry("router", 1), entry("router", 1, "edited"), entry("last", 2))
    message = Message(
        message_id="m",
        session_id="s",
        route=Route(steps=("last",), trace=trace),
        payload=Payload(customer_message="Hi"),
    )
    assert steps_of(message) == (("one", "two"), ("router",), ("last",))


async def test_each_client_begins_anew_when_its_turn_has_ended_and_failures_are_no_answers() -> None:
    under_way: set[int] = set()

    async def turn(client: int) -> str | None:
        assert client not in under_way
        under_way.add(client)
        await asyncio.sleep(0.001)
        under_way.remove(client)
        return "lost" if client == 0 else None

    found = await closed(3, 0.1, turn)
    assert found.errors["lost"] > 0
    assert len(found.latencies) > 0


async def test_a_message_is_handed_from_hop_to_hop_and_comes_back(
    nats_server: asyncio.subprocess.Process, ports_settings: Settings
) -> None:
    def run() -> chat.Result:
        routes = ((("one",), ("two",)), (("one",), ("two", "three"), ("four",)))
        with hops.worker(ports_settings.nats_target, routes):
            return asyncio.run(hops.measure(ports_settings.nats_target, routes, 3, 0.3))

    found = await asyncio.to_thread(run)
    assert len(found.latencies) >= 3
    assert not found.errors
    client = await nats.connect(ports_settings.nats_target)
    taken = [await client.jetstream().consumer_info("BENCH_HOPS", f"hop-{number}") for number in range(3)]
    first, second, third = (one.delivered.consumer_seq for one in taken if one.delivered)
    assert first == second == len(found.latencies)
    assert third == len(found.latencies) // 2, "every other message has a third hop"
    await client.close()


async def test_hops_that_nobody_serves_are_errors(
    nats_server: asyncio.subprocess.Process, ports_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hops, "ANSWERED_WITHIN", 0.1)
    client = await nats.connect(ports_settings.nats_target)
    await client.jetstream().add_stream(hops.STREAM)
    await client.close()
    found = await hops.measure(ports_settings.nats_target, [(("one",),)], 1, 0.1)
    assert found.errors["no reply"] > 0
    assert not found.latencies


async def test_customers_say_three_things_on_a_socket_and_leave(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = 0

    def counted(url: str, *, open_timeout: float) -> object:
        nonlocal opened
        opened += 1
        return connect(url, open_timeout=open_timeout)

    monkeypatch.setattr("bench.talk.connect", counted)
    customer = talk.Customer(house.settings.gateway_url, 0)
    assert [await customer.say() for _ in range(7)] == [None] * 7
    await customer.leave()
    assert opened == 3


async def test_a_socket_that_cannot_be_opened_is_an_error(house: House) -> None:
    customer = talk.Customer("http://127.0.0.1:9", 0)
    assert await customer.say() == "ConnectionRefusedError"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Response]:
    """What a server answers, one after the other, then that all is well."""
    given: list[httpx.Response] = []

    def answer(_: httpx.Request) -> httpx.Response:
        return given.pop(0) if given else httpx.Response(200, json={"response": "Hello"})

    client = httpx.AsyncClient
    transport = httpx.MockTransport(answer)
    monkeypatch.setattr("bench.chat.httpx.AsyncClient", lambda **_: client(transport=transport))
    return given


async def test_a_peer_answers_with_its_own_words_and_ours_must_have_resolved(answers: list[httpx.Response]) -> None:
    answers += [httpx.Response(200, json={"status": "apologised"}), httpx.Response(200, json={"status": "resolved"})]
    found = await chat.measure(["http://peer"], 1, 0.05)
    assert found.errors == {"200 apologised": 1}
    assert len(found.latencies) > 1


async def test_a_server_that_nobody_reaches_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await chat.measure(["http://127.0.0.1:9"], 1, 0.05)
    assert found.errors == {"ConnectError": 1}


async def test_a_refused_client_waits_as_long_as_it_was_told(
    answers: list[httpx.Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def slept(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("bench.chat.asyncio.sleep", slept)
    answers.append(httpx.Response(503, headers={"Retry-After": "4"}, json={}))
    found = await chat.measure(["http://peer"], 1, 0.05)
    assert (found.errors, pauses[0]) == ({"503 refused": 1}, 4)
