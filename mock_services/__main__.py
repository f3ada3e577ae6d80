"""Serve the shop: `python -m mock_services --data DIR`."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from mock_services.services import services
from mock_services.shop import open_shop
from mock_services.store import StoreError


class QuietServer(uvicorn.Server):
    """Leaves the signals to us: three servers in one process cannot each take them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    ports = (options.customers_port, options.orders_port, options.tracking_port)
    try:
        with (
            contextlib.ExitStack() as stack,
            open_shop(options.data, seed=options.seed) as shop,
        ):
            apps = services(shop, options.seed)
            sockets = [stack.enter_context(listening(options.host, port)) for port in ports]
            _announce(apps._fields, sockets)
            servers = [QuietServer(_config(app)) for app in apps]
            with asyncio.Runner(loop_factory=servers[0].config.get_loop_factory()) as runner:
                runner.run(_serve(servers, sockets))
    except StoreError as error:
        sys.exit(f"mock_services: {error}")


async def _serve(servers: Sequence[QuietServer], sockets: Sequence[socket.socket]) -> None:
    end_with_a_signal(servers)
    await asyncio.gather(*(server.serve([sock]) for server, sock in zip(servers, sockets, strict=True)))


def end_with_a_signal(servers: Sequence[QuietServer]) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop)


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="warning",
        # A request that was told to hang must not keep the process alive.
        timeout_graceful_shutdown=1,
    )


def listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        sock = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        sys.exit(f"mock_services: cannot listen on {host}:{port}: {error.strerror}")
    # Connections inherit it; asyncio sets it only on sockets it made. Without it an answer waits 40 ms for an ACK.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _announce(names: Sequence[str], sockets: Sequence[socket.socket]) -> None:
    for name, sock in zip(names, sockets, strict=True):
        host, port = sock.getsockname()[:2]
        sys.stdout.write(f"{name}: http://{host}:{port} (docs at /docs)\n")
    sys.stdout.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mock_services", description="The mock shop's three services.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--customers-port", type=int, default=8001, help="0 picks a free one")
    parser.add_argument("--orders-port", type=int, default=8002, help="0 picks a free one")
    parser.add_argument("--tracking-port", type=int, default=8003, help="0 picks a free one")
    parser.add_argument("--data", type=Path, default=None, help="directory that keeps changes; in memory without it")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
