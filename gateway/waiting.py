"""Who waits for what: replies and progress from the mesh find their HTTP requests and sockets here."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pydantic import BaseModel

from gateway.metrics import Metrics
from mesh.protocol import Message
from mesh.replies import Progress, Reply

LINE_LENGTH = 256
"""Frames that may wait for one socket. A reader that is further behind is cut off; it can resume."""

Item = Reply | Progress | BaseModel


class Line:
    """The bounded queue of what one socket is to be told."""

    def __init__(self, length: int = LINE_LENGTH) -> None:
        self._items: asyncio.Queue[Item] = asyncio.Queue(length)
        self.overflowed = asyncio.Event()

    def put(self, item: Item) -> None:
        try:
            self._items.put_nowait(item)
        except asyncio.QueueFull:
            # A lost reply would be a gap that nobody sees, so the socket ends; lost progress is no loss.
            if not isinstance(item, Progress):
                self.overflowed.set()

    async def get(self) -> Item:
        return await self._items.get()


class Switchboard:
    """Connects what comes from the mesh with whoever waits for it in this process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._chats: defaultdict[str, list[tuple[Message, asyncio.Future[Reply | Progress]]]] = defaultdict(list)
        self._lines: defaultdict[str, list[Line]] = defaultdict(list)
        self._replies: list[Callable[[Reply], None]] = []
        self._progress: list[Callable[[Progress], None]] = []

    def also(self, take_reply: Callable[[Reply], None], take_progress: Callable[[Progress], None]) -> None:
        """Tell somebody of everything that comes, whoever waits for it."""
        self._replies.append(take_reply)
        self._progress.append(take_progress)

    @contextmanager
    def waiting_for(self, message: Message) -> Iterator[asyncio.Future[Reply | Progress]]:
        """The first reply to this message from now on, or that a later one answers it; several may wait."""
        chat = (message, asyncio.get_running_loop().create_future())
        self._chats[message.message_id].append(chat)
        self._metrics.waiting.inc()
        try:
            yield chat[1]
        finally:
            self._metrics.waiting.dec()
            # By identity: twins are equal.
            left = [other for other in self._chats[message.message_id] if other is not chat]
            self._chats[message.message_id] = left
            if not left:
                del self._chats[message.message_id]

    def awaited(self, message_id: str) -> Message | None:
        """The message that is being waited for under this id, as it was first said."""
        return next((message for message, _ in self._chats.get(message_id, ())), None)

    @contextmanager
    def listening(self, session_id: str, line: Line) -> Iterator[None]:
        """Every reply and progress event of this session goes onto the line."""
        self._lines[session_id].append(line)
        self._metrics.sockets.inc()
        try:
            yield
        finally:
            self._metrics.sockets.dec()
            self._lines[session_id].remove(line)
            if not self._lines[session_id]:
                del self._lines[session_id]

    def take_reply(self, reply: Reply) -> None:
        self._metrics.replies.labels(reply.status).inc()
        self._tell(reply.message_id, reply)
        for take in self._replies:
            take(reply)
        for line in self._lines.get(reply.session_id, ()):
            line.put(reply)

    def take_progress(self, event: Progress) -> None:
        if event.answered_by:
            self._tell(event.message_id, event)
        for take in self._progress:
            take(event)
        for line in self._lines.get(event.session_id, ()):
            line.put(event)

    def _tell(self, message_id: str, news: Reply | Progress) -> None:
        for _, future in self._chats.get(message_id, ()):
            if not future.done():
                future.set_result(news)
