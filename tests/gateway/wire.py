"""A socket to the gateway in process: no server, no port."""

import asyncio
import json
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI

from gateway.edge import Edge
from tests.gateway.indoors import STRANGER, with_edge

Event = dict[str, Any]


class Wire:
    """The client's end. `closed` is the code that the gateway closed with, or 403 when it never opened."""

    def __init__(self) -> None:
        self.to_gateway: asyncio.Queue[Event] = asyncio.Queue()
        self.from_gateway: asyncio.Queue[Event] = asyncio.Queue()
        self.subprotocol: str | None = None

    async def send(self, **frame: object) -> None:
        await self.raw(json.dumps(frame))

    async def raw(self, text: str) -> None:
        await self.to_gateway.put({"type": "websocket.receive", "text": text})

    async def frame(self) -> Event:
        """The next frame; an assertion when the gateway closes instead."""
        event = await self._event()
        assert event["type"] == "websocket.send", event
        found: Event = json.loads(event["text"])
        return found

    async def next(self, kind: str) -> Event:
        while (frame := await self.frame())["type"] != kind:
            pass
        return frame

    async def to_client(self, event: MutableMapping[str, Any]) -> None:
        await self.from_gateway.put(dict(event))

    async def closed(self) -> int:
        """The code it closes with; what it says before is dropped."""
        while (event := await self._event())["type"] != "websocket.close":
            pass
        return int(event["code"])

    async def _event(self) -> Event:
        async with asyncio.timeout(30):
            return await self.from_gateway.get()


@asynccontextmanager
async def wired(
    app: FastAPI, edge: Edge, path: str = "/ws", *, subprotocols: tuple[str, ...] = (), **headers: str
) -> AsyncIterator[Wire]:
    """Open a socket; the handshake is over when this yields, unless it was refused."""
    wire = Wire()
    place, _, query = path.partition("?")
    scope = {
        "type": "websocket", "path": place, "raw_path": place.encode(), "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in {"host": "desk.example.com", **headers}.items()],
        "client": STRANGER, "server": ("desk.example.com", 80), "scheme": "ws", "subprotocols": list(subprotocols),
        "asgi": {"version": "3.0"}, "root_path": "",
    }  # fmt: skip
    await wire.to_gateway.put({"type": "websocket.connect"})

    async def serve() -> None:
        await with_edge(app, edge)(scope, wire.to_gateway.get, wire.to_client)

    serving = asyncio.create_task(serve())
    try:
        event = await wire._event()
        if event["type"] == "websocket.accept":
            wire.subprotocol = event.get("subprotocol")
        else:
            await wire.from_gateway.put(event)
        yield wire
    finally:
        await wire.to_gateway.put({"type": "websocket.disconnect", "code": 1000})
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await serving
