"""Three servers know each other by a secret, and a data folder stays with the number of servers that made it."""

import stat
from pathlib import Path

import pytest

from mesh.errors import MeshError
from mesh.settings import Settings
from tests.fakes import settings
from workers.cluster import NAMES, nats_servers
from workers.stack import plan


@pytest.fixture
def three(tmp_path: Path) -> Settings:
    return settings(mesh_data_dir=tmp_path, nats_nodes=3)


def test_three_servers_sync_every_write_and_keep_their_routes_to_themselves(three: Settings) -> None:
    programs = nats_servers(three)
    assert [program.name for program in programs] == [*NAMES]
    assert [[port.number for port in program.ports] for program in programs] == [
        [4222, 6222],
        [4223, 6223],
        [4224, 6224],
    ]
    for number, program in enumerate(programs):
        file = Path(program.command[-1])
        config = file.read_text()
        assert "sync_interval: always" in config
        assert f"server_name: {NAMES[number]}\n" in config
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert f"@127.0.0.1:{6222 + number}" not in config
        assert config.count("nats-route://mesh:") == 2


def test_the_secret_of_the_routes_is_made_once_and_told_to_nobody(three: Settings) -> None:
    first = Path(nats_servers(three)[0].command[-1]).read_text()
    again = Path(nats_servers(three)[0].command[-1]).read_text()
    file = three.mesh_data_dir / "nats" / "cluster"
    assert first == again
    assert file.read_text() in first
    assert len(file.read_text()) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_one_server_kept_is_not_handed_to_a_cluster_which_would_delete_it(three: Settings) -> None:
    (three.mesh_data_dir / "nats" / "jetstream").mkdir(parents=True)
    with pytest.raises(MeshError, match=r"kept by one NATS server.*--nats-nodes 1, or take another MESH_DATA_DIR"):
        nats_servers(three)
    assert [program.name for program in nats_servers(three.model_copy(update={"nats_nodes": 1}))] == ["nats"]


def test_one_server_alone_does_not_go_on_with_what_three_kept(three: Settings) -> None:
    nats_servers(three)
    with pytest.raises(MeshError, match=r"kept by three NATS servers.*--nats-nodes 3"):
        nats_servers(three.model_copy(update={"nats_nodes": 1}))
    assert len(nats_servers(three)) == 3


def test_with_three_servers_there_are_two_of_each_that_serves_customers(three: Settings) -> None:
    _, ours = plan(three)
    assert [program.name for program in ours] == [
        "workflow", "actors", "intake", "gateway", "actors2", "intake2", "gateway2",
        "shop", "agentmail",
    ]  # fmt: skip
    told = {program.name: dict(program.environment) for program in ours if "mesh.cli" in program.command}
    assert {found["NATS_NODES"] for found in told.values()} == {"3"}
    assert told["gateway2"]["GATEWAY_PORT"] == "8010"
    assert "GATEWAY_PORT" not in told["gateway"]


def test_with_one_server_everything_is_there_once(tmp_path: Path) -> None:
    servers, ours = plan(settings(mesh_data_dir=tmp_path))
    assert [program.name for program in servers] == ["temporal", "nats", "valkey"]
    assert [program.name for program in ours] == ["workflow", "actors", "intake", "gateway", "shop", "agentmail"]


def test_a_cluster_of_ones_own_is_used_and_none_started(tmp_path: Path) -> None:
    given = settings(mesh_data_dir=tmp_path, nats_nodes=3, nats_url="nats://a:1, nats://b:2")
    servers, _ = plan(given)
    assert [program.name for program in servers] == ["temporal", "valkey"]
    assert given.nats_targets == ["nats://a:1", "nats://b:2"]
    assert given.stream_replicas is None
    assert settings(nats_url="nats://a:1", nats_replicas=3).stream_replicas == 3


def test_ports_are_read_from_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NATS_NODES": "3", "NATS_MORE_PORTS": "5, 6", "NATS_ROUTE_PORTS": "7,8,9"}.items():
        monkeypatch.setenv(name, value)
    found = Settings(_env_file=None)
    assert (found.nats_ports, found.nats_route_ports, found.stream_replicas) == ((4222, 5, 6), (7, 8, 9), 3)
