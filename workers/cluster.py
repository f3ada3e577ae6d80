"""Three NATS servers on this machine, which keep every stream three times and elect who leads it."""

import asyncio
import os
import secrets
from pathlib import Path
from typing import Final

from rich.table import Table

from mesh.errors import MeshError
from mesh.settings import Settings
from workers.servers import MAX_NATS_PAYLOAD, Port, Program, nats, script

NAMES: Final = ("nats", "nats2", "nats3")
"""Of the processes, of the servers among themselves, and of their folders; one server alone bears the first."""
SYSTEM: Final = "system"
"""The user that servers tell of themselves; the routes' secret is their password."""
CLUSTERED: Final = "cluster"
"""A file in the first server's folder that holds the routes' secret: only a cluster has one."""


def nats_servers(settings: Settings) -> list[Program]:
    """The NATS servers to start: one, or a cluster.

    Raises:
        MeshError: the data folder was made with another number of servers.
    """
    demand_same_number(settings)
    if settings.nats_nodes == 1:
        return [nats(settings)]
    secret = secret_of(settings)
    return [_node(settings, number, secret) for number in range(settings.nats_nodes)]


def demand_same_number(settings: Settings) -> None:
    """A server that joins a cluster deletes what it kept alone, and one of three may lack what the others confirmed.

    Raises:
        MeshError: the data folder was made with another number of servers; says what to do.
    """
    folder = _folder(settings, NAMES[0])
    clustered, used = is_cluster(settings), (folder / "jetstream").exists()
    where = settings.mesh_data_dir.resolve()
    if settings.nats_nodes == 1 and clustered:
        raise MeshError(
            f"the streams in {where} are kept by three NATS servers, and one alone may lack what was confirmed: start "
            "with --nats-nodes 3 (or NATS_NODES=3), or take another MESH_DATA_DIR"
        )
    if settings.nats_nodes > 1 and used and not clustered:
        raise MeshError(
            f"the streams in {where} are kept by one NATS server, which would lose them in a cluster: start with "
            "--nats-nodes 1, or take another MESH_DATA_DIR for three"
        )


def is_cluster(settings: Settings) -> bool:
    """Whether the servers of this data folder are a cluster, whatever the environment says now."""
    return not settings.nats_url and (settings.mesh_data_dir / NAMES[0] / CLUSTERED).exists()


async def shown(settings: Settings) -> Table:
    """The servers of the cluster, what each leads, and which copies are behind."""
    # Large, and only who asks needs them.
    from mesh.checks.bus import standing_of  # noqa: PLC0415
    from mesh.checks.nodes import nodes  # noqa: PLC0415

    settings = settings.model_copy(update={"nats_nodes": len(NAMES)})
    found, stand = await asyncio.gather(nodes(settings), standing_of(settings))
    table = Table("NATS server", "address", "leads", "behind in")
    for node in found:
        leads, behind = (stand.leads, stand.behind) if stand else ({}, {})
        name = node.name or "does not answer"
        table.add_row(name, node.address, str(len(leads.get(name, []))), ", ".join(behind.get(name, [])) or "nothing")
    return table


def _node(settings: Settings, number: int, secret: str) -> Program:
    name, port, route = NAMES[number], settings.nats_ports[number], settings.nats_route_ports[number]
    folder = _folder(settings, name)
    config = folder / "nats.conf"
    _write_private(config, _config(settings, number, folder, secret))
    ports = (Port(port, "NATS_MORE_PORTS" if number else "NATS_PORT"), Port(route, "NATS_ROUTE_PORTS"))
    return Program(name, (script("nats-server"), "--config", str(config)), ports)


def _config(settings: Settings, number: int, folder: Path, secret: str) -> str:
    others = [port for place, port in enumerate(settings.nats_route_ports[: settings.nats_nodes]) if place != number]
    routes = ", ".join(f'"nats-route://mesh:{secret}@127.0.0.1:{port}"' for port in others)
    return (
        f"server_name: {NAMES[number]}\n"
        f'listen: "127.0.0.1:{settings.nats_ports[number]}"\n'
        f"max_payload: {MAX_NATS_PAYLOAD}\n"
        f'jetstream {{ store_dir: "{folder.resolve()}", sync_interval: always }}\n'
        "cluster {\n"
        "  name: mesh\n"
        f'  listen: "127.0.0.1:{settings.nats_route_ports[number]}"\n'
        f'  authorization {{ user: mesh, password: "{secret}", timeout: 2 }}\n'
        f"  routes: [{routes}]\n"
        "}\n"
        # Clients of this machine need no password, as with one server; what the servers tell of themselves does.
        "accounts {\n"
        f'  SYSTEM: {{ users: [{{ user: {SYSTEM}, password: "{secret}" }}] }}\n'
        "  MESH: { jetstream: enabled, users: [{ user: mesh, password: mesh }] }\n"
        "}\n"
        "system_account: SYSTEM\n"
        "no_auth_user: mesh\n"
    )


def _folder(settings: Settings, name: str) -> Path:
    folder = settings.mesh_data_dir / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret_of(settings: Settings) -> str:
    """The secret that the servers know each other by, made when first asked for."""
    file = _folder(settings, NAMES[0]) / CLUSTERED
    if not file.exists():
        _write_private(file, secrets.token_hex(32))
    return file.read_text(encoding="utf-8")


def _write_private(file: Path, text: str) -> None:
    """Replace a file that nobody else on this machine may read."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(text)
    fresh.replace(file)
