"""The gateway's process: FastAPI on uvicorn, given the standard route and the names of all actors."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import click
import uvicorn

from gateway.app import create_app
from gateway.handshake import MAX_FRAME
from mesh.actor import discover
from mesh.identity import demand_sound
from mesh.plan import Plan
from mesh.settings import Settings
from mesh.store import migrate
from workers.compose import mail_routes, standard_route
from workers.process import run


@click.command()
def gateway() -> None:
    """Serve the gateway: chat page, HTTP and WebSocket API."""
    run(serve)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve HTTP until `stop` is set; open requests get three seconds to finish."""
    demand_sound(settings)
    await migrate(settings)
    actors, route, mail = discover(), standard_route(), mail_routes()
    app = create_app(settings, route=route, actors=sorted(actors), plan=Plan.of(actors, mail.answer), mail=mail)
    config = uvicorn.Config(
        app,
        host=settings.gateway_host,
        port=settings.gateway_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
        ws_max_size=MAX_FRAME,
        # Whose word counts for an address is a setting of ours; uvicorn would believe everybody on this machine.
        proxy_headers=False,
        server_header=False,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        await stop.wait()
        server.should_exit = True


class _Server(uvicorn.Server):
    """Leaves the signals to `process.run`, which sets the event."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
