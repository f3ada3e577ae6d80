"""Who runs: a file that names every process of the stack, so that nothing is left behind, even by a killed one."""

import json
import os
import socket
from collections.abc import Iterable
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mesh.errors import MeshError
from workers.servers import Port

GRACE = 15.0


class Entry(BaseModel):
    """A process. The time it was created tells it from a later one with the same pid."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    created: float
    restarts: int = 0


ENTRIES = TypeAdapter(list[Entry])


def entry_of(name: str, pid: int, restarts: int = 0) -> Entry:
    return Entry(name=name, pid=pid, created=psutil.Process(pid).create_time(), restarts=restarts)


def write(folder: Path, entries: Iterable[Entry]) -> None:
    """Replace the ledger, all or nothing."""
    fresh = folder / "run.json.new"
    fresh.write_text(json.dumps([entry.model_dump() for entry in entries]), encoding="utf-8")
    fresh.replace(folder / "run.json")


def alive(folder: Path) -> list[Entry]:
    """The processes of the ledger that run now, the supervisor first."""
    try:
        entries = ENTRIES.validate_json((folder / "run.json").read_bytes())
    except (FileNotFoundError, ValidationError):
        return []
    return [entry for entry in entries if _process(entry)]


def memory(entry: Entry) -> int:
    """Resident memory in bytes, shared pages counted once (USS); 0 when it has ended."""
    process = _process(entry)
    try:
        return int(process.memory_full_info().uss) if process else 0
    except psutil.Error:
        return 0


def end(folder: Path) -> list[str]:
    """End every process of the ledger but this one: the supervisor, which ends its children, then what is left."""
    ended: list[str] = []
    for entry in alive(folder):
        process = _process(entry)
        if process is None or entry.pid == os.getpid():
            continue
        process.terminate()
        try:
            process.wait(GRACE)
        except psutil.TimeoutExpired:
            process.kill()
            # Until then its ports are taken. A zombie that nobody reaps holds none.
            psutil.wait_procs([process], timeout=1)
        ended.append(entry.name)
    return ended


def check_ports(ports: Iterable[Port]) -> None:
    """Make sure that nobody listens on these ports.

    Raises:
        MeshError: somebody does; names every such port, its setting and, where it can be seen, the process.
    """
    taken = [f"port {port.number} ({port.setting}){_owner(port.number)}" for port in ports if _listens(port)]
    if taken:
        raise MeshError(f"taken already: {', '.join(taken)}. Stop what uses it, or set another port in .env")


def _process(entry: Entry) -> psutil.Process | None:
    try:
        process = psutil.Process(entry.pid)
        same = abs(process.create_time() - entry.created) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if same else None


def _listens(port: Port) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port that only lingers in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError:
            return True
    return False


def _owner(number: int) -> str:
    try:
        found = [one.pid for one in psutil.net_connections("tcp") if one.laddr and one.laddr.port == number and one.pid]
        return f" by {psutil.Process(found[0]).name()} (pid {found[0]})" if found else ""
    except psutil.Error:
        return ""
