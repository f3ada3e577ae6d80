"""`mesh up`: the embedded servers, the shop and our processes, started in order, kept alive, stopped together."""

import asyncio
import fcntl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import click
from rich.console import Console
from rich.table import Table

from mesh.errors import MeshError
from mesh.identity import demand_sound
from mesh.settings import Settings
from workers import ledger
from workers.children import Child, Children
from workers.cluster import is_cluster, nats_servers, shown
from workers.mail import agentmail
from workers.process import read_settings, run
from workers.readiness import wait_for_ports, wait_for_workers
from workers.servers import Port, Program, temporal, valkey

Planned = Callable[[Settings], tuple[list[Program], list[Program]]]

console = Console()


@click.command()
@click.option(
    "--nats-nodes", type=click.Choice(["1", "3"]), help="NATS servers; with 3 also two of each process. Or NATS_NODES."
)
def up(nats_nodes: str | None) -> None:
    """Start everything and keep it running until Ctrl-C."""
    run(partial(_serve_on, None if nats_nodes is None else int(nats_nodes)))


async def _serve_on(nodes: int | None, settings: Settings, stop: asyncio.Event) -> None:
    await serve(settings if nodes is None else settings.model_copy(update={"nats_nodes": nodes}), stop)


@click.command()
def down() -> None:
    """Stop what `mesh up` started, wherever it runs, and whatever a killed one left behind."""
    ended = ledger.end(read_settings().mesh_data_dir)
    console.print(f"stopped {', '.join(ended)}" if ended else "nothing is running")


@click.command()
def status() -> None:
    """Show every process: pid, memory, restarts; and the NATS servers. Ends with code 1 when nothing is running."""
    settings = read_settings()
    entries = ledger.alive(settings_dir := settings.mesh_data_dir)
    table = Table("process", "pid", "memory", "restarts")
    for entry in entries:
        table.add_row(entry.name, str(entry.pid), f"{ledger.memory(entry) / 2**20:,.0f} MiB", str(entry.restarts))
    if not entries:
        sys.exit(f"nothing is running under {settings_dir}: start it with `mesh up`")
    console.print(table)
    console.print(f"memory in all: {sum(map(ledger.memory, entries)) / 2**20:,.0f} MiB")
    if is_cluster(settings):
        console.print(asyncio.run(shown(settings)))


async def serve(settings: Settings, stop: asyncio.Event, planned: Planned | None = None) -> None:
    """Run the stack until `stop` is set; `planned` says of which programs it consists.

    Raises:
        MeshError: one is running already, a port is taken, or something did not become ready.
    """
    demand_sound(settings)
    with _alone(settings):
        ledger.end(settings.mesh_data_dir)
        servers, ours = (planned or plan)(settings)
        ledger.check_ports([port for program in (*servers, *ours) for port in program.ports])
        async with Children(settings.mesh_data_dir) as children:
            starting = asyncio.create_task(_start(settings, servers, ours, children))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                starting.cancel()
            else:
                await starting
                console.print(_addresses(settings))
            await _attended(settings, stopping)
            console.print("stopping")


async def _attended(settings: Settings, stopping: asyncio.Task[bool]) -> None:
    """Wait for the end; meanwhile a cluster need not wait before it elects."""
    if not is_cluster(settings):
        await stopping
        return
    from workers.elections import Elections  # noqa: PLC0415 - large, and one server needs none

    elections = asyncio.create_task(Elections(settings).watch())
    try:
        await stopping
    finally:
        elections.cancel()


async def _start(settings: Settings, servers: list[Program], ours: list[Program], children: Children) -> None:
    """Servers first: our processes end when what they need does not answer."""
    for program in servers:
        children.start(Child(program))
    await wait_for_ports(servers, children)
    if settings.nats_nodes > 1:
        # Our processes end when nobody leads the streams, and several servers first elect who does.
        await children.errand(_opening(settings, "--streams"))
    for program in ours:
        children.start(Child(program))
    async with asyncio.TaskGroup() as group:
        group.create_task(wait_for_ports(ours, children))
        group.create_task(wait_for_workers(children, _opening(settings)))


def plan(settings: Settings) -> tuple[list[Program], list[Program]]:
    """The servers to start, then what needs them; a server whose address is set is used and not started.

    Nobody needs the mocks to begin, so they start last.
    """
    servers = [
        *([] if settings.temporal_address else [temporal(settings)]),
        *([] if settings.nats_url else nats_servers(settings)),
        *([] if settings.redis_url else [valkey(settings)]),
    ]
    mocks = [
        *([] if settings.customers_url and settings.orders_url and settings.tracking_url else [_shop(settings)]),
        *([] if settings.agentmail_url else [agentmail(settings)]),
    ]
    return servers, [*_ours(settings), *mocks]


def _ours(settings: Settings) -> list[Program]:
    """Our processes; with several nodes two of each that serves customers, so that one can be missed."""
    gateway_port = (Port(settings.gateway_port, "GATEWAY_PORT", settings.gateway_host),)
    single = [
        Program("workflow", _mesh("workflow")),
        Program("actors", _mesh("worker")),
        Program("intake", _mesh("intake")),
        Program("gateway", _mesh("gateway"), gateway_port),
    ]
    if settings.nats_nodes == 1:
        return single
    other = settings.second_gateway_port
    second = [
        Program("actors2", _mesh("worker")),
        Program("intake2", _mesh("intake")),
        Program(
            "gateway2",
            _mesh("gateway"),
            (Port(other, "SECOND_GATEWAY_PORT", settings.gateway_host),),
            (("GATEWAY_PORT", str(other)),),
        ),
    ]
    return [replace(program, environment=(*program.environment, _told(settings))) for program in (*single, *second)]


def _opening(settings: Settings, *options: str) -> Program:
    return Program("opening", (sys.executable, "-m", "workers.opening", *options), environment=(_told(settings),))


def _told(settings: Settings) -> tuple[str, str]:
    """The option may have said it, and not the environment that they read."""
    return "NATS_NODES", str(settings.nats_nodes)


def _shop(settings: Settings) -> Program:
    command = (
        sys.executable, "-m", "mock_services",
        "--customers-port", str(settings.customers_port),
        "--orders-port", str(settings.orders_port),
        "--tracking-port", str(settings.tracking_port),
        "--data", str(settings.mesh_data_dir / "shop"),
    )  # fmt: skip
    ports = (
        Port(settings.customers_port, "CUSTOMERS_PORT"),
        Port(settings.orders_port, "ORDERS_PORT"),
        Port(settings.tracking_port, "TRACKING_PORT"),
    )
    return Program("shop", command, ports)


def _mesh(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "mesh.cli", command)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder's lock.

    Raises:
        MeshError: another `mesh up` holds it.
    """
    settings.mesh_data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.mesh_data_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = settings.mesh_data_dir.resolve()
            raise MeshError(
                f"the mesh is running already (data folder {where}): use it, or stop it with `mesh down`"
            ) from None
        yield


def _addresses(settings: Settings) -> Table:
    table = Table("ready", "address", show_edge=False)
    table.add_row("Chat page", settings.gateway_url)
    if settings.nats_nodes > 1:
        table.add_row("Second gateway", f"http://{settings.gateway_host}:{settings.second_gateway_port}")
    for page in ("desk", "mesh", "insights"):
        table.add_row(page.capitalize(), f"{settings.gateway_url}/{page}")
    table.add_row("API docs", f"{settings.gateway_url}/docs")
    table.add_row("Temporal Web UI", settings.temporal_ui if not settings.temporal_address else "(yours)")
    table.add_row("Temporal", settings.temporal_target)
    table.add_row("NATS", settings.nats_target)
    table.add_row("Valkey", settings.redis_target)
    for service, url in settings.shop_targets.items():
        table.add_row(f"Shop: {service}", f"{url}/docs")
    if not settings.agentmail_url:
        table.add_row("Mail", settings.agentmail_target)
    table.add_row("Logs", str((settings.mesh_data_dir / "logs").resolve()))
    return table
