"""The doctor names each of many broken settings, and nothing else. Against real servers."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nats import connect as nats_connect
from nats.js.api import RetentionPolicy, StorageType, StreamConfig
from redis.asyncio import Redis

from mesh.bus import Bus
from mesh.checks import bus, sessions, store
from mesh.checks.clocks import drift
from mesh.checks.finding import Finding, at_least
from mesh.doctor import examine
from mesh.settings import Settings
from mesh.store import migrate
from mesh.streams import STREAMS
from tests.conftest import free_ports, listening, running
from tests.fakes import settings as clean_settings
from workers.servers import Port, Program, script
from workers.stack import plan

PORTS = (
    "temporal_port", "temporal_ui_port", "nats_port", "valkey_port",
    "customers_port", "orders_port", "tracking_port", "gateway_port", "agentmail_port",
)  # fmt: skip
IDLE = {"temporal.workers", "nats.intake"}
"""What is not well in a house where only the servers run."""


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a house in which every server runs and is set as it must be; our own processes do not run."""
    folder = tmp_path_factory.mktemp("house")
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    found = clean_settings(mesh_data_dir=folder / "mesh", **ports)
    with ExitStack() as stack:
        servers, others = plan(found)
        for program in (*servers, *(other for other in others if "mesh.cli" not in other.command)):
            null = subprocess.DEVNULL
            process = stack.enter_context(subprocess.Popen(program.command, stdout=null, stderr=null))
            stack.callback(process.kill)
            for port in program.ports:
                asyncio.run(listening(port.number))
        asyncio.run(_prepare(found))
        yield found


async def _prepare(found: Settings) -> None:
    await migrate(found)
    async with Bus.open(found, "test"):
        pass
    async with asyncio.timeout(30):
        while "temporal.namespace" in ill(await examine(found)) or "temporal.server" in ill(await examine(found)):
            await asyncio.sleep(0.2)


def ill(findings: list[Finding]) -> set[str]:
    for one in findings:
        assert bool(one.advice) == (one.verdict != "ok"), one
    return {one.check for one in findings if one.verdict != "ok"}


async def test_where_all_is_well_only_what_does_not_run_is_named(well: Settings) -> None:
    found = await examine(well)
    assert ill(found) == IDLE
    assert len(found) > 20
    named = next(one for one in found if one.check == "temporal.workers")
    assert "ecommerce.workflow.follow_route" in named.found


NOWHERE = "127.0.0.1:9"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"temporal_address": NOWHERE}, {"temporal.server"}),
        ({"temporal_namespace": "elsewhere"}, {"temporal.namespace"}),
        ({"nats_url": f"nats://{NOWHERE}"}, {"nats.server"}),
        ({"nats_monitor_url": f"http://{NOWHERE}"}, {"nats.sync"}),
        ({"redis_url": f"redis://{NOWHERE}/0"}, {"redis.server"}),
        ({"database_url": "sqlite+aiosqlite:////nowhere/at/all.db"}, {"history.server"}),
        ({"database_url": "sqlite+aiosqlite://"}, {"history.schema"}),
        ({"database_url": "nosuchdatabase://"}, {"history.server"}),
        ({"customers_url": f"http://{NOWHERE}"}, {"shop.customers"}),
        ({"orders_url": f"http://{NOWHERE}"}, {"shop.orders"}),
        ({"tracking_url": f"http://{NOWHERE}"}, {"shop.tracking"}),
        ({"shop_timeout": 15}, {"settings.shop_timeout"}),
        ({"llm_timeout": 25}, {"settings.llm_timeout"}),
        ({"human_deadline_critical": 5000}, {"settings.human_deadlines"}),
        ({"llm_model": "openai/gpt-x"}, {"llm"}),
        ({"agentmail_url": "https://api.agentmail.to"}, {"mail"}),
        ({"llm_api_base": "http://127.0.0.1:1"}, {"llm"}),
        ({"gateway_port": 8001, "customers_port": 8001, "customers_url": "KEPT"}, {"settings.ports"}),
        ({"mesh_data_dir": Path("/dev/null"), "database_url": "KEPT"}, {"data_dir", "nats.sync"}),
    ],
)
async def test_a_broken_setting_is_named_and_nothing_else(
    well: Settings, changes: dict[str, Any], named: set[str]
) -> None:
    kept = {"customers_url": well.shop_targets["customers"], "database_url": well.database_target}
    values = {name: kept[name] if value == "KEPT" else value for name, value in changes.items()}
    found = ill(await examine(well.model_copy(update=values)))
    assert found - IDLE == named
    # An absent server says nothing more about itself.
    assert IDLE - found <= {one for one in IDLE if f"{one.split('.')[0]}." in str(named)}


@asynccontextmanager
async def a_nats(folder: Path, lines: str, http: int = 0) -> AsyncIterator[Settings]:
    """A NATS server with this configuration."""
    port = free_ports(1)[0]
    config = folder / "own.conf"
    config.write_text(f'listen: "127.0.0.1:{port}"\n{lines}\n')
    async with running(Program("nats", (script("nats-server"), "--config", str(config)), (Port(port, "NATS_PORT"),))):
        monitor = f"http://127.0.0.1:{http}" if http else None
        yield clean_settings(
            mesh_data_dir=folder, nats_url=f"nats://127.0.0.1:{port}", nats_port=port, nats_monitor_url=monitor
        )


def verdicts(findings: list[Finding]) -> dict[str, str]:
    return {one.check: one.verdict for one in findings}


async def test_nats_without_jetstream_and_with_small_messages_is_named(tmp_path: Path) -> None:
    async with a_nats(tmp_path, "max_payload: 65536") as found:
        named = verdicts(await bus.check(found))
    assert (named["nats.jetstream"], named["nats.max_payload"]) == ("fail", "fail")


@pytest.mark.parametrize(("interval", "verdict"), [("always", "ok"), ("2m", "fail")])
async def test_whether_every_write_is_synced_is_read_from_the_monitoring_port(
    tmp_path: Path, interval: str, verdict: str
) -> None:
    http = free_ports(1)[0]
    jetstream = f'jetstream {{ store_dir: "{tmp_path}", sync_interval: {interval} }}\nhttp: "127.0.0.1:{http}"'
    async with a_nats(tmp_path, jetstream, http) as found:
        assert verdicts(await bus.check(found))["nats.sync"] == verdict


async def test_streams_that_are_missing_or_set_otherwise_are_named_and_not_repaired(tmp_path: Path) -> None:
    messages, replies, dead = STREAMS
    wrong = StreamConfig(
        name=messages.name, subjects=messages.subjects, retention=RetentionPolicy.LIMITS, storage=StorageType.MEMORY
    )
    async with a_nats(tmp_path, f'jetstream {{ store_dir: "{tmp_path}" }}') as found:
        client = await nats_connect(found.nats_target)
        await client.jetstream().add_stream(wrong)
        await client.jetstream().add_stream(replies.evolve(max_age=600.0))
        first = await bus.check(found)
        second = await bus.check(found)
        await client.close()
    named = {one.check: one for one in first}
    assert "retention is limits instead of workqueue" in named[f"nats.stream.{messages.name}"].found
    assert "storage is memory instead of file" in named[f"nats.stream.{messages.name}"].found
    assert "max_age" in named[f"nats.stream.{replies.name}"].found
    assert named[f"nats.stream.{dead.name}"].found == "missing"
    assert named["nats.intake"].found == "its consumer is missing"
    assert verdicts(first) == verdicts(second)


async def test_a_server_that_drops_sessions_or_keeps_nothing_is_named(
    ports_settings: Settings, valkey_server: asyncio.subprocess.Process
) -> None:
    redis = Redis.from_url(ports_settings.redis_target)
    assert set(verdicts(await sessions.check(ports_settings)).values()) == {"ok"}
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    await redis.config_set("appendonly", "no")
    named = verdicts(await sessions.check(ports_settings))
    await redis.aclose()
    assert (named["redis.maxmemory_policy"], named["redis.persistence"]) == ("fail", "warn")


async def test_a_history_that_cannot_be_written_is_named(ports_settings: Settings) -> None:
    await migrate(ports_settings)
    assert set(verdicts(await store.check(ports_settings)).values()) == {"ok"}
    readonly = f"sqlite+aiosqlite:///file:{ports_settings.mesh_data_dir / 'history.db'}?mode=ro&uri=true"
    named = verdicts(await store.check(ports_settings.model_copy(update={"database_url": readonly})))
    assert named["history.writable"] == "fail"


@pytest.mark.parametrize(("seconds", "verdict"), [(0, "ok"), (5, "warn"), (-5, "warn"), (90, "fail")])
def test_clocks_that_go_apart_are_named(seconds: int, verdict: str) -> None:
    assert drift("nats", datetime.now(UTC) + timedelta(seconds=seconds)).verdict == verdict


@pytest.mark.parametrize(
    ("version", "wanted", "new"),
    [("2.12.1", (2, 11), True), ("2.9", (2, 11), False), ("v1.32.0-rc1", (1, 28), True), ("nonsense", (1, 0), False)],
)
def test_versions_are_compared_by_number(version: str, wanted: tuple[int, int], new: bool) -> None:  # noqa: FBT001
    assert at_least(version, wanted) is new
