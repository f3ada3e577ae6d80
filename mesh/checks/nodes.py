"""The servers of NATS one by one: which answer, what each leads, and which copies are behind."""

import asyncio
import contextlib
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from mesh.checks.finding import Finding, ok, warn
from mesh.nodes import Standing
from mesh.settings import Settings

GREETING = 1.5
DEFAULT_PORT = 4222
LOSING = "start it again: while one is away, the next that fails stops everything"


class Node(BaseModel):
    """A server. `name`: as it says itself; None when it does not answer."""

    model_config = ConfigDict(frozen=True)

    address: str
    name: str | None = None


class _Info(BaseModel):
    server_name: str


async def nodes(settings: Settings) -> list[Node]:
    """Every server that the settings name, asked for its name."""
    addresses = [_bare(target) for target in settings.nats_targets]
    names = await asyncio.gather(*(_greeted(host, port) for host, port in addresses))
    return [Node(address=f"{host}:{port}", name=name) for (host, port), name in zip(addresses, names, strict=True)]


def findings(found: list[Node], stand: Standing, settings: Settings) -> list[Finding]:
    """What there is to say of several servers; nothing of one."""
    if len(found) == 1 and stand.wanted == 1:
        return []
    return [*(_node(node, stand) for node in found), _copies(stand, settings)]


def _node(node: Node, stand: Standing) -> Finding:
    check = f"nats.node.{node.address}"
    if node.name is None:
        return warn(check, "does not answer", LOSING)
    behind = stand.behind.get(node.name, [])
    if behind:
        return warn(check, f"{node.name} is behind in {', '.join(behind)}", "wait until it has caught up")
    return ok(check, f"{node.name} leads {len(stand.leads.get(node.name, []))} of {len(stand.streams)} streams")


def _copies(stand: Standing, settings: Settings) -> Finding:
    if stand.leaderless:
        names = ", ".join(stand.leaderless)
        return warn("nats.replicas", f"nobody leads {names}", "start servers until more than half of them run")
    wanted = settings.stream_replicas
    if wanted is not None and stand.wanted != wanted:
        advice = "start `mesh intake` or `mesh workflow`, which bring it to the setting"
        return warn("nats.replicas", f"{stand.wanted} instead of {wanted}", advice)
    return ok("nats.replicas", f"{stand.wanted} copies of each stream")


async def _greeted(host: str, port: int) -> str | None:
    """The name in the first line that a server sends to everybody; one that is stopped sends none."""
    with contextlib.suppress(OSError, TimeoutError, ValidationError):
        async with asyncio.timeout(GREETING):
            reader, writer = await asyncio.open_connection(host, port, limit=2**20)
            try:
                line = await reader.readline()
            finally:
                writer.close()
        return _Info.model_validate_json(line.removeprefix(b"INFO ")).server_name
    return None


def _bare(target: str) -> tuple[str, int]:
    """Host and port of an address, without what is secret in it."""
    parts = urlsplit(target if "://" in target else f"nats://{target}")
    return parts.hostname or "127.0.0.1", parts.port or DEFAULT_PORT
