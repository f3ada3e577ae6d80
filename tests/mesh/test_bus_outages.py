"""NATS away, frozen, restarted or never there: nothing is lost and nothing is claimed. On a real NATS server."""

import asyncio
import signal
import time

import pytest

from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.replies import Progress
from mesh.settings import Settings
from mesh.streams import MESSAGES, REPLIES
from tests.conftest import free_ports, running, until
from tests.fakes import a_message, settings
from tests.mesh.test_bus import EMPTY, a_reply, taken
from workers.servers import nats


async def test_pulling_goes_on_after_nats_was_killed(
    bus: Bus, nats_server: asyncio.subprocess.Process, ports_settings: Settings
) -> None:
    await bus.publish(a_message())
    pulling = asyncio.create_task(taken(bus, 2))
    assert await until(lambda: _drained(bus))
    nats_server.kill()
    await nats_server.wait()
    async with running(nats(ports_settings)):
        await until(lambda: _published(bus, "m-2"))
        found = await asyncio.wait_for(pulling, 30)
    assert [delivery.subject for delivery in found] == ["ecommerce.support.somebody"] * 2


async def _drained(bus: Bus) -> bool:
    return await bus.depth() == EMPTY


async def _published(bus: Bus, message_id: str) -> bool:
    try:
        await bus.publish(a_message(message_id=message_id))
    except Unavailable:
        return False
    return True


async def test_no_server_at_the_address_is_said_with_what_to_do() -> None:
    nowhere = settings(nats_url=f"nats://127.0.0.1:{free_ports(1)[0]}")
    with pytest.raises(Unavailable, match=f"{nowhere.nats_target}: start it or set NATS_URL"):
        async with Bus.open(nowhere, "test"):
            pytest.fail("it opened")


async def test_while_nats_is_away_nothing_is_accepted_and_nobody_waits_long(
    bus: Bus, nats_server: asyncio.subprocess.Process
) -> None:
    nats_server.kill()
    await nats_server.wait()
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await bus.publish(a_message())

    async def noticed() -> bool:
        return not bus.connected

    await until(noticed)
    with pytest.raises(Unavailable, match="NATS is away"):
        await bus.reply(a_reply(1))
    for asking in (bus.depth(), bus.replies_after("s-1", 0), bus.intakes()):
        with pytest.raises(Unavailable):
            await asking
    assert time.monotonic() - started < 15


async def test_progress_is_never_an_error(bus: Bus, nats_server: asyncio.subprocess.Process) -> None:
    nats_server.kill()
    await nats_server.wait()
    await bus.progress(Progress(message_id="m-1", session_id="s-1", actor="somebody"))


async def test_progress_over_a_closed_connection_is_no_error(bus: Bus) -> None:
    await bus._client.close()
    await bus.progress(Progress(message_id="m-1", session_id="s-1", actor="somebody"))


async def test_the_bus_closes_although_the_server_is_gone(
    nats_server: asyncio.subprocess.Process, ports_settings: Settings
) -> None:
    async with Bus.open(ports_settings, "test"):
        nats_server.kill()
        await nats_server.wait()


async def test_a_server_that_is_frozen_confirms_nothing(bus: Bus, nats_server: asyncio.subprocess.Process) -> None:
    nats_server.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(Unavailable, match="did not confirm"):
        await bus.publish(a_message())
    nats_server.send_signal(signal.SIGCONT)
    assert 2 < time.monotonic() - started < 6


async def test_without_jetstream_the_bus_does_not_open(ports_settings: Settings) -> None:
    program = nats(ports_settings)
    config = ports_settings.mesh_data_dir / "nats" / "nats.conf"
    config.write_text(config.read_text().splitlines()[0])
    async with running(program):
        with pytest.raises(Unavailable, match="JetStream is not usable"):
            async with Bus.open(ports_settings, "test"):
                pytest.fail("it opened")


async def test_what_was_confirmed_is_there_after_a_kill(
    bus: Bus, nats_server: asyncio.subprocess.Process, ports_settings: Settings
) -> None:
    await bus.publish(a_message())
    await bus.reply(a_reply(1))
    nats_server.kill()
    await nats_server.wait()
    async with running(nats(ports_settings)), Bus.open(ports_settings, "after") as after:
        assert await after.depth() == EMPTY | {MESSAGES: 1, REPLIES: 1}


def test_every_write_is_synced_before_it_is_confirmed(ports_settings: Settings) -> None:
    program = nats(ports_settings)
    config = (ports_settings.mesh_data_dir / "nats" / "nats.conf").read_text()
    assert "sync_interval: always" in config
    assert program.command[-1].endswith("nats.conf")
