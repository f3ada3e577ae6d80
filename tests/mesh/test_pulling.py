"""A message that is being worked at is not given to another; one whose process died is, within seconds."""

import asyncio

import pytest
from nats.aio.msg import Msg

from mesh import pulling
from mesh.bus import Bus
from mesh.streams import ACK_WAIT, INTAKE, MESSAGES
from tests.conftest import until
from tests.fakes import a_message


async def test_what_takes_long_is_kept_and_delivered_once(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "STILL_WORKING", 0.2)
    info = await bus._stream.consumer_info(MESSAGES, INTAKE)
    info.config.ack_wait = 1.0
    await bus._stream.add_consumer(MESSAGES, info.config)
    delivered: list[int] = []

    async def take(delivery: Msg) -> None:
        delivered.append(delivery.metadata.num_delivered or 0)
        await asyncio.sleep(2.5)
        await delivery.ack_sync()

    taking = asyncio.create_task(bus.pull(2, take))
    await bus.publish(a_message())

    async def done() -> bool:
        return (await bus._stream.stream_info(MESSAGES)).state.messages == 0

    await until(done)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    assert delivered == [1]


def test_a_killed_intake_delays_what_it_held_by_less_than_anybody_waits() -> None:
    assert ACK_WAIT <= 5
    assert pulling.STILL_WORKING * 2 < ACK_WAIT
