"""Elections without the wait: when a server of the cluster dies or stops, the others are asked to vote at once.

Left alone they notice only after four to nine seconds, which is fixed in them (`minElectionTimeout` in NATS' raft.go).
We see it at once: its connection breaks, or it leaves our pings unanswered. Then a request for votes is sent on behalf
of nobody, with an empty log, in a newer term. No server with anything in its log may grant it; each stands for election
itself within 0.8 s, as Raft demands, and they vote by their own rules. A request too many costs one election and can
lose nothing.
"""

import asyncio
import contextlib
import json
import logging
import struct
from typing import Any, Final, NamedTuple

import nats
from nats.aio.client import Client
from nats.errors import Error as NATSError
from pydantic import BaseModel, TypeAdapter, ValidationError

from mesh.settings import Settings
from workers.cluster import NAMES, SYSTEM, secret_of

log = logging.getLogger("mesh")

PULSE: Final = 0.25
"""Seconds between two pings."""
SILENT: Final = 1.5
"""Seconds after which a server that does not answer a ping has stopped."""
GREETING: Final = b'CONNECT {"verbose":false,"pedantic":false,"name":"elections"}\r\n'
LONGEST_LINE: Final = 2**20
PAUSES: Final = (1.2, 1.8, 2.7)
"""Seconds until those are asked again that have no leader yet. A request ends the election that is under way, so each
pause is longer than an election takes, and the next is longer still."""
LISTEN: Final = 0.25
"""Seconds for the servers to say how their groups stand."""
ACCOUNTS: Final = ("SYSTEM", "MESH")
VOTE: Final = struct.Struct("<QQQ8s")
"""Term, last term, last index, candidate: what NATS' servers ask each other for a vote with."""
NOBODY: Final = b"_nobody_"


class Peer(BaseModel):
    name: str = ""


class Group(BaseModel):
    """A Raft group as one server sees it: a stream, a consumer, or the cluster itself."""

    id: str
    leader: str = ""
    term: int = 0
    peers: dict[str, Peer] = {}

    def led_by(self, server: str) -> str:
        """The name of the leader; empty when there is none. `server` is who says so."""
        return server if self.leader == self.id else self.peers.get(self.leader, Peer()).name


GROUPS: Final = TypeAdapter(dict[str, dict[str, Group]])


class Seen(NamedTuple):
    """What one server says of a group."""

    server: str
    group: Group


class Elections:
    """Watches the servers of the embedded cluster, for as long as `watch` runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asking = asyncio.Lock()
        self._ports = dict(zip(NAMES, settings.nats_ports, strict=True))

    async def watch(self) -> None:
        """Watch every server, for ever."""
        async with asyncio.TaskGroup() as group:
            for name in self._ports:
                group.create_task(self._guard(name))

    async def _guard(self, name: str) -> None:
        while True:
            with contextlib.suppress(NATSError, OSError):
                await self._until_gone(name)
                log.warning("%s has died or stopped: the others vote", name)
                # One after the other: two who ask would end each other's elections.
                async with self._asking:
                    await self.hasten(name)
            await asyncio.sleep(PULSE)

    async def _until_gone(self, name: str) -> None:
        """Return when a server that answered does not any more.

        Raises:
            OSError: it does not answer yet.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", self._ports[name], limit=LONGEST_LINE)
        try:
            async with asyncio.timeout(SILENT):
                await reader.readline()
            writer.write(GREETING)
            with contextlib.suppress(OSError, TimeoutError):
                while await _answers(reader, writer):  # noqa: ASYNC110 - nobody sets an event when a server dies
                    await asyncio.sleep(PULSE)
        finally:
            writer.close()

    async def hasten(self, gone: str) -> None:
        """Let the servers elect leaders for what the one that is gone led; what starts anew is left to itself."""
        others = [f"nats://127.0.0.1:{port}" for name, port in self._ports.items() if name != gone]
        client = await nats.connect(
            others, name="elections", user=SYSTEM, password=secret_of(self._settings), allow_reconnect=False,
            connect_timeout=1, error_cb=_quiet,
        )  # fmt: skip
        try:
            lost: set[str] | None = None
            for pause in PAUSES:
                seen = await self._seen(client)
                lost = led_by(gone, seen) if lost is None else lost
                waiting = {group: term for group, term in leaderless(seen, gone).items() if group in lost}
                if not waiting:
                    return
                for group, term in waiting.items():
                    await client.publish(f"$NRG.V.{group}", request(term + 1), reply=client.new_inbox())
                await asyncio.sleep(pause)
        finally:
            await client.close()

    async def _seen(self, client: Client) -> dict[str, list[Seen]]:
        """Every group as each server that answers sees it."""
        inbox, found = client.new_inbox(), dict[str, list[Seen]]()
        listening = await client.subscribe(inbox)
        for account in ACCOUNTS:
            await client.publish("$SYS.REQ.SERVER.PING.RAFTZ", json.dumps({"account": account}).encode(), reply=inbox)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LISTEN):
                async for answer in listening.messages:
                    _note(json.loads(answer.data), found)
        await listening.unsubscribe()
        return found


def led_by(gone: str, seen: dict[str, list[Seen]]) -> set[str]:
    """The groups that another server takes to be led by the one that is gone."""
    return {
        name
        for name, views in seen.items()
        if any(view.server != gone and view.group.led_by(view.server) == gone for view in views)
    }


def leaderless(seen: dict[str, list[Seen]], gone: str) -> dict[str, int]:
    """The newest term of every group that nobody leads but, perhaps, the one that is gone."""
    found: dict[str, int] = {}
    for name, views in seen.items():
        leaders = {view.group.led_by(view.server) for view in views if view.server != gone}
        if leaders <= {"", gone}:
            found[name] = max(view.group.term for view in views)
    return found


def request(term: int) -> bytes:
    """A request for votes that nobody may grant."""
    return VOTE.pack(term, 0, 0, NOBODY)


def _note(answer: dict[str, Any], found: dict[str, list[Seen]]) -> None:
    try:
        groups = GROUPS.validate_python(answer.get("data") or {})
    except ValidationError:
        return
    for name, group in (item for account in groups.values() for item in account.items()):
        found.setdefault(name, []).append(Seen(str(answer["server"]["name"]), group))


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Whether a server answers a ping; False when it has closed the connection."""
    writer.write(b"PING\r\n")
    async with asyncio.timeout(SILENT):
        while line := (await reader.readline()).strip():
            if line == b"PONG":
                return True
            if line == b"PING":
                writer.write(b"PONG\r\n")
    return False


async def _quiet(_: Exception) -> None: ...
