import asyncio

import pytest

from tests.conftest import running
from tests.gateway.customer import on_socket
from tests.gateway.house import House
from tests.gateway.test_chat import say
from workers.servers import nats


@pytest.mark.parametrize("earlier", [0, 3], ids=["before the first reply", "after some replies"])
async def test_replies_arrive_again_after_nats_was_killed_and_came_back(
    house: House, nats_server: asyncio.subprocess.Process, earlier: int
) -> None:
    for number in range(earlier):
        await say(house, f"Question {number}", session_id="s-1")
    async with on_socket(house, f"session_id=s-1&after={earlier}") as customer:
        await customer.next("session")
        nats_server.kill()
        await nats_server.wait()
        async with running(nats(house.settings)):
            await _accepted(house, "m-back")
            reply = await customer.next("reply")
            assert (reply["message_id"], reply["sequence"]) == ("m-back", earlier + 1)
            assert (await say(house, "And again", session_id="s-1")).status_code == 200
            assert (await customer.next("reply"))["text"] == "You said: And again"
            await customer.silence()


async def test_replies_of_before_the_gateway_started_are_not_told_as_new_after_a_restart_of_nats(
    empty_house: House, nats_server: asyncio.subprocess.Process
) -> None:
    house = empty_house
    async with house.is_open():
        await say(house, "Earlier")
    async with house.is_open():
        nats_server.kill()
        await nats_server.wait()
        async with running(nats(house.settings)):
            await _accepted(house, "m-back")
            # Longer than the gateway takes to notice that its consumer is gone.
            await asyncio.sleep(4)
            metrics = (await house.http.get("/metrics")).text
            assert 'mesh_gateway_replies_total{status="resolved"} 1.0' in metrics


async def _accepted(house: House, message_id: str) -> None:
    async with asyncio.timeout(10):
        while (await say(house, "Are you back?", session_id="s-1", message_id=message_id)).status_code == 503:
            await asyncio.sleep(0.1)
