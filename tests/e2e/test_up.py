"""`mesh up`: one at a time, nothing left behind, clear words when it cannot start."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_stack, gone, running, start, wait_for_restart

pytestmark = pytest.mark.e2e


def output_of(process: subprocess.Popen[str]) -> str:
    printed, _ = process.communicate(timeout=PATIENCE)
    return printed


def test_a_second_up_says_that_one_is_running(stack: Stack) -> None:
    second = start(stack.folder, stack.environment)
    assert "the mesh is running already" in output_of(second)
    assert second.returncode == 1


def test_a_taken_port_is_named_with_its_setting(stack: Stack, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        environment = {**stack.environment, "MESH_DATA_DIR": str(tmp_path / "other"), "VALKEY_PORT": str(taken)}
        process = start(tmp_path, environment)
        printed = output_of(process)
    assert process.returncode == 1
    assert f"port {taken} (VALKEY_PORT)" in printed
    assert f"port {stack.environment['NATS_PORT']} (NATS_PORT)" in printed


def test_a_setting_that_does_not_fit_is_named(tmp_path: Path) -> None:
    process = start(tmp_path, {"MESH_DATA_DIR": str(tmp_path), "NATS_PORT": "many"})
    printed = output_of(process)
    assert process.returncode == 1
    assert "nats_port" in printed
    assert ".env.example" in printed


async def test_a_child_that_dies_is_started_again_and_status_counts_it(stack: Stack) -> None:
    pid = stack.pids()["gateway"]
    stack.kill("gateway")
    await wait_for_restart(stack, "gateway", pid)

    async def healthy() -> bool:
        try:
            return stack.request("GET", "/api/health")[0] == 200
        except OSError:
            return False

    await until(healthy, PATIENCE)
    status = stack.mesh("status", COLUMNS="120")
    assert status.returncode == 0, status.stderr
    row = next(line for line in status.stdout.splitlines() if " gateway " in line)
    assert str(stack.pids()["gateway"]) in row
    assert "memory in all" in status.stdout


def test_ctrl_c_ends_everything_and_what_a_killed_up_left_is_ended_by_down(tmp_path: Path) -> None:
    with a_stack(tmp_path) as own:
        left = own.pids()
        assert len(left) == 10
        own.process.kill()
        own.process.communicate()
        assert running(left["nats"])
        down = own.mesh("down")
        assert "nats" in down.stdout
        assert [name for name, pid in left.items() if not gone(pid)] == []
        assert own.mesh("status").returncode == 1
        again = start(own.folder, own.environment)
        own.process = again
        assert again.stdout is not None
        while "Logs" not in again.stdout.readline():
            assert again.poll() is None
        children = own.pids()
        os.kill(again.pid, signal.SIGTERM)
        again.communicate(timeout=PATIENCE)
        assert [name for name, pid in children.items() if not gone(pid)] == []


def test_a_server_whose_address_is_given_is_used_and_not_started(stack: Stack, tmp_path: Path) -> None:
    with a_stack(tmp_path, NATS_URL=stack.settings.nats_target, REDIS_URL=stack.settings.redis_target) as other:
        assert {"nats", "valkey"} & other.pids().keys() == set()
