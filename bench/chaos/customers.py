"""Customers who insist: they repeat a message under the same id until it is answered."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

CUSTOMERS = (
    ("polly.inquirer@example.com", "Hi, where is my order ORD-00067890?"),
    ("connie.confused@example.com", "My order 33302 has not arrived yet, it is missing."),
    ("oscar.old@example.com", "How long do I have to return something?"),
    ("furious.frank@example.com", "My order 12345 has still not arrived, please look into it."),
)
PAUSE = 1.0
"""Seconds before a message is repeated."""
SWITCH = 0.1
"""Seconds before it is repeated at another gateway."""


class Doors:
    """The gateways, one of which a customer uses until it fails; and where mails are sent to."""

    def __init__(self, *urls: str, first: int = 0, mail: str = "") -> None:
        self.mail = mail
        self._urls = urls
        self._at = first % len(urls)

    @property
    def here(self) -> str:
        return self._urls[self._at]

    async def elsewhere(self) -> None:
        """Go to the next one after a while."""
        self._at = (self._at + 1) % len(self._urls)
        await asyncio.sleep(PAUSE if len(self._urls) == 1 else SWITCH)


@dataclass
class Conversation:
    """One session of one customer: what was said in which order, and what came back."""

    email: str
    text: str
    session_id: str = field(default_factory=lambda: uuid4().hex)
    said: list[str] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)
    given_twice: list[str] = field(default_factory=list)
    times: dict[str, tuple[float, float]] = field(default_factory=dict)
    """When each was said first and when it was answered, in monotonic seconds."""

    channel: str = "chat"

    def say(self, message_id: str = "") -> str:
        """The id of one more message; a fresh one unless it is given."""
        message_id = message_id or uuid4().hex
        self.said.append(message_id)
        self.times[message_id] = time.monotonic(), 0.0
        return message_id

    def hear(self, message_id: str, words: str) -> None:
        """An answer has come."""
        if message_id in self.times and message_id not in self.answered:
            self.times[message_id] = self.times[message_id][0], time.monotonic()
        self.answered[message_id] = words


class Budget:
    """How many messages are left to say, for all customers together; they go on while harm is done."""

    def __init__(self, messages: int) -> None:
        self._least = messages
        self._numbers = count()
        self.enough = asyncio.Event()

    def next(self) -> bool:
        """Whether one more message is to be said."""
        return next(self._numbers) < self._least or not self.enough.is_set()


Customer = Callable[[Doors, Budget, Conversation], Coroutine[None, None, None]]


async def by_http(doors: Doors, budget: Budget, conversation: Conversation) -> None:
    """Say messages one after the other over HTTP, each until it is answered."""
    async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
        body = {
            "message": conversation.text,
            "customer_email": conversation.email,
            "session_id": conversation.session_id,
        }
        while budget.next():
            message_id = conversation.say()
            while message_id not in conversation.answered:
                answer = await _post(http, doors.here, {**body, "message_id": message_id})
                if answer.get("response"):
                    conversation.hear(message_id, answer["response"])
                else:
                    await doors.elsewhere()


async def _post(http: httpx.AsyncClient, url: str, body: dict[str, str]) -> dict[str, Any]:
    with contextlib.suppress(httpx.HTTPError, ValueError):
        answer = await http.post(f"{url}/api/chat", json=body)
        if answer.is_success:
            found: dict[str, Any] = answer.json()
            return found
    return {}


async def by_socket(doors: Doors, budget: Budget, conversation: Conversation) -> None:
    """Say messages one after the other over a WebSocket that is opened again whenever it breaks, resuming."""
    customer = _Socket(doors, conversation)
    while budget.next():
        await customer.say(conversation.say(), conversation.text)
    await customer.close()


class _Socket:
    """The widget's side of the socket's protocol."""

    def __init__(self, doors: Doors, conversation: Conversation) -> None:
        self._doors = doors
        self._conversation = conversation
        self._connection: ClientConnection | None = None
        self._sequence: int | None = None
        self._given: set[str] = set()
        self._repeated: set[str] = set()

    async def say(self, message_id: str, text: str) -> None:
        frame = json.dumps({"type": "message", "text": text, "message_id": message_id})
        while message_id not in self._conversation.answered:
            try:
                connection = await self._connected()
                await connection.send(frame)
                await asyncio.wait_for(self._until_answered(connection, message_id), 20)
            except (OSError, WebSocketException, TimeoutError):
                self._repeated.add(message_id)
                await self.close()
                await self._doors.elsewhere()

    async def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                await asyncio.wait_for(self._connection.close(), 2)
        self._connection = None

    async def _connected(self) -> ClientConnection:
        if self._connection is None:
            after = "" if self._sequence is None else f"&after={self._sequence}"
            place = f"/ws/{self._conversation.email}?session_id={self._conversation.session_id}{after}"
            url = self._doors.here.replace("http", "ws", 1)
            self._connection = await connect(url + place, open_timeout=5, close_timeout=1)
            self._given = set()
        return self._connection

    async def _until_answered(self, connection: ClientConnection, message_id: str) -> None:
        while message_id not in self._conversation.answered:
            frame = json.loads(await connection.recv())
            if frame["type"] == "error":
                raise TimeoutError
            if frame["type"] == "reply":
                self._take(frame)

    def _take(self, frame: dict[str, Any]) -> None:
        # A message that was said again may be answered again, with the same reply: that is what was asked for.
        if frame["reply_id"] in self._given and frame["message_id"] not in self._repeated:
            self._conversation.given_twice.append(frame["reply_id"])
        self._given.add(frame["reply_id"])
        if frame["sequence"] is not None:
            self._sequence = max(self._sequence or 0, frame["sequence"])
        self._conversation.hear(frame["message_id"], frame["text"])
