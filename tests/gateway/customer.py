"""A customer's program on the socket, as a test uses it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.gateway.house import House

Frame = dict[str, Any]


class Customer:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, **frame: object) -> None:
        await self.socket.send(json.dumps(frame))

    async def say(self, text: str, message_id: str) -> None:
        await self.send(type="message", text=text, message_id=message_id)

    async def frame(self) -> Frame:
        async with asyncio.timeout(10):
            found: Frame = json.loads(await self.socket.recv())
        return found

    async def next(self, kind: str) -> Frame:
        """The next frame of this type; progress may come in between."""
        while (frame := await self.frame())["type"] != kind:
            assert frame["type"] in {"progress", "accepted"}, frame
        return frame

    async def silence(self, seconds: float = 0.3) -> None:
        """Nothing is said for this long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                raise AssertionError(f"unexpected: {await self.socket.recv()!r}")


@contextlib.asynccontextmanager
async def on_socket(house: House, query: str = "session_id=s-1", **options: Any) -> AsyncIterator[Customer]:
    async with connect(f"{house.socket_url}?{query}", proxy=None, **options) as socket:
        yield Customer(socket)
