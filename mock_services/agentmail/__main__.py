"""Serve AgentMail: `python -m mock_services.agentmail --data DIR`."""

import argparse
import asyncio
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

import uvicorn

from mock_services.__main__ import QuietServer, end_with_a_signal, listening
from mock_services.agentmail.app import service
from mock_services.agentmail.models import EventType
from mock_services.agentmail.office import Office, opened
from mock_services.store import StoreError

CLIENT: Final = "actor-mesh"
"""Whose webhook the one given on the command line is."""


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    sock = listening(options.host, options.port)
    try:
        with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner, sock:
            host, port = sock.getsockname()[:2]
            sys.stdout.write(f"agentmail: http://{host}:{port}\n")
            sys.stdout.flush()
            runner.run(_serve(options, sock))
    except (StoreError, OSError) as error:
        sys.exit(f"mock_services.agentmail: {error}")


async def _serve(options: argparse.Namespace, sock: socket.socket) -> None:
    key = options.key_file.read_text().strip() if options.key_file else None
    async with opened(options.data, key=key, time_scale=options.time_scale) as office:
        _furnish(office, options)
        config = uvicorn.Config(
            service(office),
            lifespan="off",
            ws="none",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        server = QuietServer(config)
        end_with_a_signal([server])
        await server.serve([sock])


def _furnish(office: Office, options: argparse.Namespace) -> None:
    """The inbox and the webhook of the command line, as they were if they are there already."""
    if options.inbox:
        office.inbox(options.inbox, "Support")
    for number, url in enumerate(options.webhook_url):
        # The first signs; whoever rotates has the others for what was signed before.
        secret = options.secret_file.read_text().split()[0]
        office.subscribe(url, get_args(EventType), secret, f"{CLIENT}-{number + 1}" if number else CLIENT)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m mock_services.agentmail", description="AgentMail, for development."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8004, help="0 picks a free one")
    parser.add_argument("--data", type=Path, default=None, help="directory that keeps the mail; in memory without it")
    parser.add_argument("--key-file", type=Path, default=None, help="the API key to ask for; any key serves without it")
    parser.add_argument("--inbox", default=None, help="address of an inbox that is there from the start")
    parser.add_argument("--webhook-url", action="append", default=[], help="who is told of everything; may be repeated")
    parser.add_argument("--secret-file", type=Path, default=None, help="the secret that signs for --webhook-url")
    parser.add_argument(
        "--time-scale", type=float, default=1.0, help="what every wait between attempts is multiplied by"
    )
    found = parser.parse_args(arguments)
    if found.webhook_url and not found.secret_file:
        parser.error("--webhook-url needs --secret-file")
    return found


if __name__ == "__main__":
    main()
