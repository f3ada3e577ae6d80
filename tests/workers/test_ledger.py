"""The ledger names what runs, is not fooled by a pid that was given to somebody else, and ends what is left."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mesh.errors import MeshError
from tests.conftest import free_ports
from workers import ledger
from workers.ledger import Entry
from workers.servers import Port

Start = Callable[[str], subprocess.Popen[bytes]]
SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"


@pytest.fixture
def start() -> Iterator[Start]:
    """Run Python code as a process of its own until the test ends; it is up when this returns."""
    started: list[subprocess.Popen[bytes]] = []

    def run(code: str = SLEEPS) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def test_what_was_written_and_runs_is_alive(tmp_path: Path, start: Start) -> None:
    entries = [ledger.entry_of("mesh up", os.getpid()), ledger.entry_of("nats", start(SLEEPS).pid, restarts=3)]
    ledger.write(tmp_path, entries)
    assert ledger.alive(tmp_path) == entries


def test_what_has_ended_is_not_alive_even_before_its_parent_noticed(tmp_path: Path, start: Start) -> None:
    process = start(SLEEPS)
    ledger.write(tmp_path, [ledger.entry_of("nats", process.pid)])
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert ledger.alive(tmp_path) == []


def test_a_later_process_with_the_same_pid_is_somebody_else(tmp_path: Path, start: Start) -> None:
    process = start(SLEEPS)
    entry = ledger.entry_of("nats", process.pid)
    ledger.write(tmp_path, [entry.model_copy(update={"created": entry.created - 10})])
    assert ledger.alive(tmp_path) == []
    assert ledger.end(tmp_path) == []
    assert process.poll() is None


@pytest.mark.parametrize("content", [None, "", "{", '[{"name": "nats"}]', "null"])
def test_no_ledger_or_an_unreadable_one_means_that_nothing_runs(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    assert ledger.alive(tmp_path) == []
    assert ledger.end(tmp_path) == []


def test_writing_replaces_the_ledger_and_leaves_nothing_else(tmp_path: Path) -> None:
    ledger.write(tmp_path, [ledger.entry_of("mesh up", os.getpid())])
    ledger.write(tmp_path, [])
    assert json.loads((tmp_path / "run.json").read_text()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_what_is_left_is_ended_and_named_and_this_process_is_not(tmp_path: Path, start: Start) -> None:
    process = start(SLEEPS)
    ledger.write(tmp_path, [ledger.entry_of("mesh up", os.getpid()), ledger.entry_of("nats", process.pid)])
    assert ledger.end(tmp_path) == ["nats"]
    assert not psutil.pid_exists(process.pid)


def test_what_ignores_a_request_to_end_is_killed(tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "GRACE", 0.3)
    process = start(STUBBORN)
    ledger.write(tmp_path, [ledger.entry_of("nats", process.pid)])
    assert ledger.end(tmp_path) == ["nats"]
    assert not psutil.pid_exists(process.pid)


def test_memory_is_that_of_the_process_and_none_after_its_end() -> None:
    assert ledger.memory(ledger.entry_of("test", os.getpid())) > 2**20
    assert ledger.memory(Entry(name="gone", pid=2**22 - 1, created=0)) == 0


def test_free_ports_are_fine() -> None:
    ledger.check_ports([Port(number, "NATS_PORT") for number in free_ports(3)])


def test_every_taken_port_is_named_with_its_setting_and_its_owner() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = [Port(one.getsockname()[1], "NATS_PORT"), Port(two.getsockname()[1], "GATEWAY_PORT")]
        with pytest.raises(MeshError) as found:
            ledger.check_ports([*ports, Port(free_ports(1)[0], "VALKEY_PORT")])
    said = str(found.value)
    for port in ports:
        assert f"port {port.number} ({port.setting})" in said
    assert f"(pid {os.getpid()})" in said
    assert "VALKEY_PORT" not in said
    assert said.startswith("taken already: ")
    assert "set another port" in said


def test_a_port_that_only_lingers_after_a_closed_connection_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            # Who closes first is left with the port in TIME_WAIT.
            accepted.close()
            assert client.recv(1) == b""
    ledger.check_ports([Port(port, "NATS_PORT")])
