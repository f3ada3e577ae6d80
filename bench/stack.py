"""A whole stack for a measurement: `mesh up` on free ports with fresh data."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from mesh.settings import Settings
from tests.conftest import free_ports

ARTICLES = Path(__file__).resolve().parents[1] / "knowledge"
PORTS = (
    "TEMPORAL_PORT", "TEMPORAL_UI_PORT", "NATS_PORT", "VALKEY_PORT",
    "CUSTOMERS_PORT", "ORDERS_PORT", "TRACKING_PORT", "GATEWAY_PORT",
)  # fmt: skip


@dataclass(frozen=True)
class Stack:
    """A running mesh."""

    settings: Settings
    folder: Path
    cold_start: float

    @property
    def url(self) -> str:
        return self.settings.gateway_url

    def pids(self) -> dict[str, int]:
        """The processes by name; one that is being started again is missing."""
        entries = json.loads((self.folder / "run.json").read_text())
        return {entry["name"]: entry["pid"] for entry in entries}


def memory(stack: Stack) -> int:
    """Unique memory of every process of the stack, in bytes."""
    return sum(psutil.Process(pid).memory_full_info().uss for pid in stack.pids().values())


@contextmanager
def a_stack(**environment: str) -> Iterator[Stack]:
    """`mesh up` until the block ends."""
    with tempfile.TemporaryDirectory() as place:
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        given = {**ports, "MESH_DATA_DIR": f"{place}/mesh", "KNOWLEDGE_DIR": str(ARTICLES), **environment}
        begin = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "mesh.cli", "up"],
            env={**os.environ, **given},
            cwd=place,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            while "Logs" not in process.stdout.readline():
                if process.poll() is not None:
                    sys.exit("mesh up ended before it was ready")
            settings = Settings.model_validate({name.lower(): value for name, value in given.items()})
            yield Stack(settings, Path(place) / "mesh", time.perf_counter() - begin)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=90)
