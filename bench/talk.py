"""Customers on WebSockets in a closed loop: each says the next thing when the answer to the last one is there.

A customer says a few things on one socket, then leaves; the next one opens another. So a message costs what it costs
in a conversation of ordinary length, and its share of opening a socket.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from itertools import count
from typing import Final
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.chat import QUESTIONS, Result
from bench.loop import closed

SAID_BEFORE_LEAVING: Final = 3
ANSWERED_WITHIN: Final = 60.0


class Customer:
    """One customer after the other on one client's seat."""

    def __init__(self, url: str, number: int) -> None:
        self._url = url.replace("http", "ws", 1)
        self._following = count(number)
        self._socket: ClientConnection | None = None
        self._text, self._left = "", 0

    async def say(self) -> str | None:
        """Say one thing and wait for its reply; what went wrong, or None."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN):
                socket = await self._open()
                return await _answered(socket, self._text)
        except (WebSocketException, OSError) as error:
            self._left = 0
            return type(error).__name__

    async def leave(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _open(self) -> ClientConnection:
        if self._socket is None or not self._left:
            await self.leave()
            email, self._text = QUESTIONS[next(self._following) % len(QUESTIONS)]
            self._socket = await connect(f"{self._url}/ws/{email}?session_id={uuid4().hex}", open_timeout=30)
            self._left = SAID_BEFORE_LEAVING
        self._left -= 1
        return self._socket


async def _answered(socket: ClientConnection, text: str) -> str | None:
    message_id = uuid4().hex
    await socket.send(json.dumps({"type": "message", "text": text, "message_id": message_id}))
    async for frame in socket:
        told = json.loads(frame)
        if told.get("message_id") != message_id:
            continue
        if told["type"] == "error":
            await asyncio.sleep(told.get("retry_after") or 0)
            return "refused"
        if told["type"] == "reply":
            return None if told["status"] == "resolved" else str(told["status"])
    return "closed"


async def measure(url: str, clients: int, seconds: float) -> Result:
    """Let this many customers talk at the same time for this long."""
    customers = [Customer(url, number) for number in range(clients)]
    async with AsyncExitStack() as stack:
        for customer in customers:
            stack.push_async_callback(customer.leave)
        return await closed(clients, seconds, lambda number: customers[number].say())
