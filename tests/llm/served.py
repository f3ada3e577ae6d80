"""The local model's server, which MESH_LOCAL_MODEL says how to start, on loopback for as long as it is needed."""

import contextlib
import os
import shlex
import subprocess
import time
import urllib.request
from collections.abc import Iterator

from tests.conftest import free_ports

PATIENCE = 180.0
"""Seconds to read a gigabyte from a slow disk."""


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Where the model can be asked.

    Raises:
        KeyError: MESH_LOCAL_MODEL is not set.
        RuntimeError: its server does not get ready.
    """
    (port,) = free_ports(1)
    command = [*shlex.split(os.environ["MESH_LOCAL_MODEL"]), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the model's server ended before it was ready")
        # It listens before it has read the model, and says so with an error.
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError("the model's server is not ready")
