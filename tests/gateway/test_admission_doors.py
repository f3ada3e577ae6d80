"""What a customer is told at each door while too much comes, and that they come in when they were told to."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.admission import Gate
from gateway.edge import Edge
from gateway.gatekeeping import look
from gateway.metrics import Metrics
from mesh.delivery import acceptance
from mesh.protocol import Message
from mesh.replies import Reply
from tests.fakes import FakeBus, FakeJourneys, MemorySessions, a_message
from tests.gateway.house import EMAIL
from tests.gateway.indoors import a_whole_edge, an_app, browser, open_settings
from tests.gateway.provider import a_door, a_mail
from tests.gateway.rush import NOW, Clock, answer
from tests.gateway.wire import wired


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def edge(clock: Clock) -> AsyncIterator[Edge]:
    settings, metrics = open_settings(session_key="k" * 32, admission=True), Metrics()
    async with a_whole_edge(settings, metrics=metrics, gate=Gate(settings, metrics, clock)) as found:
        yield found


@pytest.fixture
async def http(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(an_app(edge.settings), edge) as client:
        yield client


def bus_of(edge: Edge) -> FakeBus:
    assert isinstance(edge.bus, FakeBus)
    return edge.bus


def fill(edge: Edge) -> None:
    for number in range(40):
        edge.gate.took(f"mail-{number}")


def empty(edge: Edge) -> None:
    for number in range(40):
        edge.gate.take_reply(answer(f"mail-{number}"))


async def say(http: httpx.AsyncClient, **more: str) -> httpx.Response:
    return await http.post("/api/chat", json={"message": "Hello", "customer_email": EMAIL, **more})


async def test_over_http_it_is_503_with_when_to_come_back_and_nothing_is_published(
    http: httpx.AsyncClient, edge: Edge
) -> None:
    fill(edge)
    refused = await say(http, message_id="m-1")
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    problem = refused.json()
    assert int(refused.headers["retry-after"]) == problem["retry_after"] >= 1
    assert (problem["reason"], problem["message_id"]) == ("busy", "m-1")
    assert f"{problem['retry_after']} s" in problem["detail"]
    assert bus_of(edge).published == []
    assert not await edge.sessions.accepted("m-1")


async def test_without_an_id_of_its_own_a_refused_message_is_given_one_to_come_back_with(
    http: httpx.AsyncClient, edge: Edge
) -> None:
    fill(edge)
    message_id = (await say(http)).json()["message_id"]
    empty(edge)
    edge.gate.outside.came(message_id)
    assert (await say(http, message_id=message_id)).status_code == 202
    assert [message.message_id for message in bus_of(edge).published] == [message_id]


async def test_over_the_socket_it_is_an_error_with_when_to_send_it_again_and_then_it_comes_in(
    edge: Edge, clock: Clock
) -> None:
    async with wired(an_app(edge.settings), edge) as wire:
        await wire.send(type="hello", customer_email=EMAIL)
        await wire.next("session")
        fill(edge)
        await wire.send(type="message", text="Hello", message_id="m-1")
        refused = await wire.frame()
        assert (refused["type"], refused["reason"], refused["message_id"]) == ("error", "busy", "m-1")
        empty(edge)
        clock.now += refused["retry_after"]
        await wire.send(type="message", text="Hello", message_id="m-1")
        assert (await wire.frame())["type"] == "accepted"
    assert len(bus_of(edge).published) == 1


async def test_a_message_that_was_accepted_before_is_taken_again_however_much_there_is(
    http: httpx.AsyncClient, edge: Edge
) -> None:
    first = a_message("Hello", email=EMAIL, message_id="m-1", session_id="s-1")
    await edge.history.add((acceptance(first, NOW),))
    await edge.sessions.accept("m-1", "s-1")
    fill(edge)
    assert (await say(http, message_id="m-1", session_id="s-1")).status_code == 202


async def test_a_message_that_is_known_by_its_mark_alone_is_taken_again_too(
    http: httpx.AsyncClient, edge: Edge
) -> None:
    await edge.sessions.accept("m-1", "s-1")
    journeys = await edge.temporal.journeys()
    assert isinstance(journeys, FakeJourneys)
    journeys.open["m-1"] = a_message("Hello", email=EMAIL, message_id="m-1", session_id="s-1")
    fill(edge)
    assert (await say(http, message_id="m-1", session_id="s-1")).status_code == 202


async def test_without_the_marks_the_history_says_what_was_accepted(http: httpx.AsyncClient, edge: Edge) -> None:
    first = a_message("Hello", email=EMAIL, message_id="m-1", session_id="s-1")
    await edge.history.add((acceptance(first, NOW),))
    fill(edge)
    assert isinstance(edge.sessions, MemorySessions)
    edge.sessions.down = True
    assert (await say(http, message_id="m-1", session_id="s-1")).status_code == 202
    assert (await say(http, message_id="m-2")).status_code == 503


async def test_what_is_refused_begins_no_session(http: httpx.AsyncClient, edge: Edge) -> None:
    assert isinstance(edge.sessions, MemorySessions)
    fill(edge)
    for number in range(5):
        assert (await say(http, message_id=f"m-{number}")).status_code == 503
    assert edge.sessions.notes == {}


async def test_what_nats_did_not_confirm_takes_no_place(http: httpx.AsyncClient, edge: Edge) -> None:
    bus_of(edge).down = True
    refused = await say(http, message_id="m-1")
    assert (refused.status_code, refused.json().get("reason")) == (503, None)
    assert len(edge.gate.backlog) == 0


async def test_a_mail_is_taken_however_much_there_is_counts_and_comes_after_all_others() -> None:
    async with a_door(admission=True) as door:
        assert await door.status(a_mail()) == (200, "started")
        fill(door.edge)
        assert await door.status(a_mail()) == (200, "started")
        assert len(door.edge.gate.backlog) == 42
        calm, crowded = (
            {message.route.policy(name).priority for name in (*message.route.here, *message.route.ahead)}
            for message in door.bus.published
        )
    assert calm == {3}
    assert crowded == {5}


async def test_the_customers_hash_marks_their_second_message_and_not_their_address(
    http: httpx.AsyncClient, edge: Edge
) -> None:
    for number in range(20):
        edge.gate.took(f"mail-{number}")
    for number in (1, 2):
        await say(http, message_id=f"m-{number}")
    one, two = bus_of(edge).published
    assert one.fairness is None
    assert two.fairness
    assert EMAIL not in str(two.metadata)


async def test_a_rush_is_written_down_when_it_is_over(http: httpx.AsyncClient, edge: Edge, clock: Clock) -> None:
    fill(edge)
    await say(http)
    await say(http)
    empty(edge)
    await look(edge)
    assert await edge.acts.newest() == ()
    clock.now += 60
    await look(edge)
    [act] = await edge.acts.newest()
    assert (act.who, act.act, act.subject, act.outcome) == ("gateway", "refuse", "2 messages in 0 s", "503")


async def test_what_waits_in_nats_is_asked_for_while_anything_is_on_its_way_and_not_else(edge: Edge) -> None:
    bus_of(edge).in_stream = 7
    await look(edge)
    assert len(edge.gate.backlog) == 0
    edge.gate.took("mail-1")
    await look(edge)
    assert len(edge.gate.backlog) == 7


async def test_the_metrics_say_how_much_is_in_hand_and_who_was_refused(http: httpx.AsyncClient, edge: Edge) -> None:
    fill(edge)
    await say(http)
    await look(edge)
    told = edge.metrics.exposition().decode()
    assert "mesh_gateway_messages_in_hand 40.0" in told
    assert 'mesh_gateway_refused_messages_total{why="newcomer"} 1.0' in told


def test_the_tier_travels_with_the_reply_and_is_told_to_no_customer() -> None:
    reply = answer("m-1", tier="vip")
    assert Reply.model_validate_json(reply.model_dump_json()).tier == "vip"
    assert "tier" not in answer("m-1").model_dump_json()


def test_the_mark_survives_the_wire() -> None:
    marked = a_message().model_copy(update={"metadata": {"fairness": "0a"}})
    assert Message.model_validate_json(marked.model_dump_json()).fairness == "0a"
