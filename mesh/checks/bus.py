"""NATS: server, streams and their configuration, intake, and whether every write is synced."""

import asyncio
import contextlib
import json
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NATSError
from nats.js.api import StreamConfig

from mesh.checks.clocks import drift
from mesh.checks.finding import Finding, at_least, fail, ok, warn
from mesh.checks.nodes import findings, nodes
from mesh.errors import Unavailable
from mesh.nodes import Standing, standing
from mesh.protocol import MAX_ENVELOPE_BYTES
from mesh.settings import Settings
from mesh.streams import INTAKE, INTAKE_CONSUMER, MESSAGES, STREAMS

OLDEST = (2, 11)
CALL = 3.0
COMPARED = ("subjects", "retention", "storage", "max_age", "duplicate_window", "allow_direct")
SYNC = "set `sync_interval: always` in NATS: without it a power cut loses messages that were acknowledged"
RESTART = "start `mesh intake` or `mesh workflow`, which bring it to today's configuration"


async def check(settings: Settings) -> list[Finding]:
    # Not the bus itself: opening it would repair what is to be looked at.
    try:
        async with asyncio.timeout(CALL):
            client = await nats.connect(
                settings.nats_targets, allow_reconnect=False, connect_timeout=1, error_cb=_quiet
            )
    except (NATSError, OSError, TimeoutError):
        found = f"no answer at {settings.nats_target}"
        return [fail("nats.server", found, "start it with `mesh up`, or set NATS_URL to one that runs")]
    try:
        several = findings(await nodes(settings), await standing(partial(_raw, client)), settings)
        return [_server(client), _payload(client), *await _jetstream(client), *several, await _sync(settings)]
    finally:
        await client.close()


async def standing_of(settings: Settings) -> Standing | None:
    """How the streams stand; None when no server answers."""
    with contextlib.suppress(NATSError, OSError, TimeoutError):
        async with asyncio.timeout(CALL):
            client = await nats.connect(
                settings.nats_targets, allow_reconnect=False, connect_timeout=1, error_cb=_quiet
            )
        try:
            return await standing(partial(_raw, client))
        finally:
            await client.close()
    return None


async def _quiet(_: Exception) -> None: ...


def _server(client: Client) -> Finding:
    version = client.connected_server_version
    words = f"version {version.major}.{version.minor}.{version.patch}"
    if not at_least(words.removeprefix("version "), OLDEST):
        return warn("nats.server", words, "use 2.11 or newer")
    return ok("nats.server", words)


def _payload(client: Client) -> Finding:
    if client.max_payload < MAX_ENVELOPE_BYTES:
        found = f"messages over {client.max_payload:,} bytes are refused"
        return fail("nats.max_payload", found, f"set max_payload to {MAX_ENVELOPE_BYTES:,} or more")
    return ok("nats.max_payload", f"{client.max_payload:,} bytes")


async def _jetstream(client: Client) -> list[Finding]:
    account = await _ask(client, "INFO")
    if account is None:
        return [fail("nats.jetstream", "JetStream is off", "run NATS with JetStream and a store_dir on disk")]
    streams = [await _stream(client, config) for config in STREAMS]
    return [ok("nats.jetstream", "on"), *streams, await _intake(client), await _clock(client)]


async def _stream(client: Client, wanted: StreamConfig) -> Finding:
    name = str(wanted.name)
    found = await _ask(client, f"STREAM.INFO.{name}")
    if found is None:
        return fail(f"nats.stream.{name}", "missing", RESTART)
    has = found["config"]
    ours = {key: getattr(value, "value", value) for key, value in wanted.as_dict().items()}
    other = [key for key in COMPARED if key in ours and ours[key] is not None and has.get(key) != ours[key]]
    if other:
        words = "; ".join(f"{key} is {has.get(key)} instead of {ours[key]}" for key in other)
        fixed = {"retention", "storage"} & {*other}
        advice = (
            "retention and storage cannot be changed: move its messages, delete it, start intake" if fixed else RESTART
        )
        return fail(f"nats.stream.{name}", words, advice)
    return ok(f"nats.stream.{name}", f"{found['state']['messages']:,} messages")


async def _intake(client: Client) -> Finding:
    found = await _ask(client, f"CONSUMER.INFO.{MESSAGES}.{INTAKE}")
    if found is None:
        return fail("nats.intake", "its consumer is missing", RESTART)
    ours, has = INTAKE_CONSUMER.as_dict(), found["config"]
    other = [key for key in ("ack_policy", "ack_wait", "filter_subject") if has.get(key) != ours.get(key)]
    if other:
        return fail("nats.intake", f"its consumer has another {', '.join(other)}", RESTART)
    if not found.get("num_waiting"):
        return fail("nats.intake", f"nobody takes messages; {found['num_pending']:,} wait", "start `mesh intake`")
    return ok("nats.intake", f"{found['num_waiting']} slots wait for messages")


async def _clock(client: Client) -> Finding:
    found = await _ask(client, f"STREAM.INFO.{MESSAGES}")
    stamp = (found or {}).get("ts")
    if not isinstance(stamp, str):
        return warn("clocks.nats", "the server does not tell its time", "compare the clocks by hand")
    # Nanoseconds are more than Python reads.
    seconds, _, rest = stamp.rstrip("Z").partition(".")
    return drift("nats", datetime.fromisoformat(f"{seconds}.{rest[:6]:0<6}").replace(tzinfo=UTC))


async def _sync(settings: Settings) -> Finding:
    """Clients cannot see it: only the server's monitoring port, or the file of the server that we started, tells."""
    if settings.nats_monitor_url:
        return _always(await asyncio.to_thread(_varz, settings.nats_monitor_url), "its monitoring port")
    if settings.nats_url is None and (text := _config(file := settings.mesh_data_dir / "nats" / "nats.conf")):
        return _always("sync_interval: always" in text, str(file))
    return warn("nats.sync", "cannot be seen from outside", f"set NATS_MONITOR_URL to have it checked; {SYNC}")


def _always(found: bool | None, source: str) -> Finding:  # noqa: FBT001 - a fact, not a switch
    if found is None:
        return warn("nats.sync", f"{source} does not answer", f"set NATS_MONITOR_URL to the monitoring port; {SYNC}")
    return ok("nats.sync", f"always, says {source}") if found else fail("nats.sync", f"not always, says {source}", SYNC)


def _varz(url: str) -> bool | None:
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/varz", timeout=CALL) as answer:  # noqa: S310 - an operator's
            config = json.load(answer).get("jetstream", {}).get("config", {})
    except (OSError, ValueError):
        return None
    return bool(config.get("sync_always"))


def _config(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return None


async def _raw(client: Client, what: str) -> bytes:
    try:
        return bytes((await client.request(f"$JS.API.{what}", timeout=1)).data)
    except NATSError as error:
        raise Unavailable(f"NATS does not answer {what}") from error


async def _ask(client: Client, what: str) -> Mapping[str, Any] | None:
    """An answer of JetStream's own API, with its numbers as they are; None where it has none."""
    try:
        answer = await client.request(f"$JS.API.{what}", timeout=CALL)
    except NATSError:
        return None
    found: dict[str, Any] = json.loads(answer.data)
    return None if "error" in found else found
