"""What every process does the same: settings, log lines, a clean end on a signal, and errors in words."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version

from pydantic import ValidationError

from mesh.errors import MeshError
from mesh.protocol import misfit
from mesh.settings import Settings

Serve = Callable[[Settings, asyncio.Event], Awaitable[None]]

log = logging.getLogger("mesh")

RELEASE = version("actor-mesh")
"""What a worker says that it runs. Unless told, the client makes a checksum of every module, which takes seconds."""


def read_settings() -> Settings:
    """The settings from the environment, or an end with what is wrong in them."""
    try:
        return Settings()
    except ValidationError as error:
        sys.exit(f"a setting does not fit: {misfit(error)}; see .env.example")


def run(serve: Serve) -> None:
    """Run a process until SIGTERM or SIGINT sets its event; a `MeshError` ends it with its text and code 1."""
    settings = read_settings()
    logging.basicConfig(
        level=settings.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # uvicorn logs the address of every socket, and ours holds the customer's e-mail address.
    for chatty in ("httpx", "alembic", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        asyncio.run(_until_signal(serve, settings))
    except* MeshError as group:
        sys.exit("; ".join(str(error) for error in _flat(group)))


async def _until_signal(serve: Serve, settings: Settings) -> None:
    stop = asyncio.Event()
    _spare_collections()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, stop)


def _spare_collections() -> None:
    """Look for garbage rarely, never among what was imported: a message makes many objects and no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _flat(group: BaseExceptionGroup[MeshError]) -> list[MeshError]:
    return [
        error
        for item in group.exceptions
        for error in (_flat(item) if isinstance(item, BaseExceptionGroup) else [item])
    ]
