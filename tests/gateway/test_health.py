import asyncio
import re

from tests.conftest import running
from tests.gateway.customer import on_socket
from tests.gateway.house import ACTORS, EMAIL, House
from tests.gateway.test_chat import say
from workers.servers import nats


async def test_all_is_well(house: House) -> None:
    answer = await house.http.get("/api/health")
    parts = {"nats": "ok", "temporal": "ok", "valkey": "ok", "history": "ok"}
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": parts})


async def test_the_part_that_is_down_is_named(house: House, valkey_server: asyncio.subprocess.Process) -> None:
    valkey_server.kill()
    await valkey_server.wait()
    house.journeys.down = True
    answer = await house.http.get("/api/health")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    parts = answer.json()["parts"]
    assert {name for name, state in parts.items() if state != "ok"} == {"valkey", "temporal"}
    assert "temporal: " in answer.json()["detail"]


async def test_the_storage_tells_how_much_the_streams_hold(house: House) -> None:
    await say(house)
    found = (await house.http.get("/api/health/storage")).json()
    assert found["streams"]["ECOMMERCE_SUPPORT_REPLIES"] == 1
    assert found["parts"]["valkey"] == "ok"


async def test_a_lost_nats_is_seen_and_its_return_too(house: House, nats_server: asyncio.subprocess.Process) -> None:
    nats_server.kill()
    await nats_server.wait()
    assert (await house.http.get("/api/health/storage")).json()["parts"]["nats"] != "ok"
    async with running(nats(house.settings)):
        await _well(house)


async def test_every_actor_is_served_and_by_how_many(house: House) -> None:
    found = (await house.http.get("/api/health/actors")).json()
    assert set(found) == {*ACTORS, "workflow", "intake"}
    assert found["intake"]["pollers"] >= 1
    assert found["human_agent"] == {"queue": "ecommerce.support.human_agent", "pollers": 1}


async def test_an_actor_that_nobody_serves_is_named(house: House) -> None:
    house.journeys.unserved.add("ecommerce.support.human_agent")
    answer = await house.http.get("/api/health/actors")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Nobody serves human_agent."
    assert answer.json()["actors"]["human_agent"]["pollers"] == 0


async def test_the_shop_that_does_not_answer_is_named(house: House) -> None:
    answer = await house.http.get("/api/health/services")
    assert answer.status_code == 503
    assert answer.json()["parts"]["orders"] == "does not answer"


async def test_requests_chats_replies_and_sockets_are_counted(house: House) -> None:
    await say(house, message_id="m-1")
    await house.http.get("/api/chat/m-1")
    await house.http.get("/api/chat/m-2")
    await house.http.get("/no/such/page")
    async with on_socket(house) as customer:
        await customer.next("session")
        text = (await house.http.get("/metrics")).text
    assert 'mesh_gateway_requests_total{method="POST",path="/api/chat",status="200"} 1.0' in text
    assert 'mesh_gateway_requests_total{method="GET",path="/api/chat/{message_id}",status="404"} 1.0' in text
    assert 'mesh_gateway_requests_total{method="GET",path="other",status="404"} 1.0' in text
    assert 'mesh_gateway_chat_seconds_count{status="200"} 1.0' in text
    assert 'mesh_gateway_replies_total{status="resolved"} 1.0' in text
    assert "mesh_gateway_open_sockets 1.0" in text
    assert "mesh_gateway_waiting_chats 0.0" in text
    assert EMAIL not in text


async def test_the_page_loads_nothing_from_elsewhere_and_says_so(house: House) -> None:
    page = await house.http.get("/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert page.headers["x-content-type-options"] == "nosniff"
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(sources) == 4
    for source in sources:
        assert source.startswith("/static/")
        assert (await house.http.get(source)).status_code == 200


async def test_the_interface_is_described(house: House) -> None:
    paths = (await house.http.get("/openapi.json")).json()["paths"]
    assert {"/api/chat", "/api/chat/{message_id}", "/api/desk", "/api/desk/{message_id}/reply"} <= set(paths)
    assert (await house.http.get("/docs")).status_code == 200


async def _well(house: House) -> None:
    async with asyncio.timeout(10):
        while (await house.http.get("/api/health")).status_code != 200:
            await asyncio.sleep(0.1)
