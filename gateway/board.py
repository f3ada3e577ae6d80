"""What every window of the desk is shown: read once for all of this process, told to each when it changes."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from typing import Annotated, Final, Literal, NamedTuple

from fastapi import Depends
from pydantic import JsonValue, TypeAdapter, ValidationError
from starlette.requests import HTTPConnection

from gateway.desk_models import Wanted
from gateway.edge import Edge
from gateway.models import Waiting
from gateway.waiting_list import PERSON, listed
from mesh.assignment.seats import PLACE
from mesh.desk import Hold
from mesh.errors import Transient, Unavailable
from mesh.floor import Colleague, Floor
from mesh.registers import DESK, NOTES, PEOPLE, SEATS, TRANSFERS
from mesh.replies import DUE, Due, Progress, Reply

log = logging.getLogger(__name__)

EVERY: Final = 10.0
"""Seconds between two readings when nothing is heard: hints may be lost, and people leave without a word."""
SETTLE: Final = 0.25
"""Seconds from a hint to the reading: hints come in swarms."""
VISIBLE: Final = 1.5
"""Seconds until Temporal lists what it has begun, at the latest as a rule."""
LENGTH: Final = 256

Kind = Literal["waiting", "people", "said", "noted", "due", "trouble"]
WAITING: Final = TypeAdapter(tuple[Waiting, ...])
COLLEAGUES: Final = TypeAdapter(tuple[Colleague, ...])
NEWS: Final = TypeAdapter(dict[str, JsonValue])


class News(NamedTuple):
    """One event for the windows; `data` is JSON."""

    kind: Kind
    data: str


CLOSED: Final = News("trouble", "")
"""The last that a window gets which is too slow, or when we close. It connects again and is shown everything anew."""

Window = asyncio.Queue[News]
"""What one open page is to be told."""


class Board:
    """Reads the list while anybody listens, and passes on what is heard about the conversations on it."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._listeners: set[Window] = set()
        self._shown: dict[Kind, str] = {}
        self._holders: dict[str, str | None] = {}
        self._said: dict[str, bytes] = {}
        self._looked_at: frozenset[str] = frozenset()
        self._messages: frozenset[str] = frozenset()
        self._list_hinted = self._people_hinted = True
        self._hinted = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to hear what changes.

        Raises:
            Unavailable: NATS cannot be watched.
        """
        for bucket in (DESK, NOTES, PEOPLE, TRANSFERS):
            await self._edge.bus.hear(f"$KV.{bucket}.>", self._take_change)
        await self._edge.bus.hear(f"$KV.{SEATS}.{PLACE}.>", lambda _subject, _data: self._hint())
        await self._edge.bus.hear(DUE, self._take_due)

    def close(self) -> None:
        if self._reading:
            self._reading.cancel()
        for listener in self._listeners:
            _put(listener, CLOSED)

    @contextlib.contextmanager
    def listening(self) -> Iterator[Window]:
        """What is shown now, then every change, until the block ends."""
        queue: Window = asyncio.Queue(LENGTH)
        for kind, data in self._shown.items():
            queue.put_nowait(News(kind, data))
        self._listeners.add(queue)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
            if not self._listeners:
                self._rest()

    # -- what is heard

    def take_progress(self, event: Progress) -> None:
        if event.actor == PERSON or event.message_id in self._messages:
            self._hint()
            self._hint_later()
        self._say_said(event.session_id)

    def take_reply(self, reply: Reply) -> None:
        if reply.message_id in self._messages:
            self._hint_later()
        self._say_said(reply.session_id)

    def _take_change(self, subject: str, data: bytes) -> None:
        bucket, key = subject.split(".", 2)[1:]
        if bucket == NOTES:
            self._tell("noted", {"message_id": key})
        elif bucket == PEOPLE:
            self._take_presence(key, data)
        elif bucket == TRANSFERS or self._changes_hands(key, data):
            self._hint()

    def _take_presence(self, window: str, data: bytes) -> None:
        """Every window repeats itself all the time; that somebody is gone is seen when the time comes to look."""
        if self._said.get(window) != data:
            self._said[window] = data
            self._people_hinted = True
            self._hinted.set()

    def _changes_hands(self, session_id: str, data: bytes) -> bool:
        """Whether a claim says more than that somebody is still there: everybody who has one repeats it."""
        try:
            return Hold.model_validate_json(data).agent != self._holders.get(session_id)
        except ValidationError:
            return True

    def _take_due(self, _: str, data: bytes) -> None:
        with contextlib.suppress(ValidationError):
            self._tell("due", {"message_id": Due.model_validate_json(data).message_id})
            self._hint()

    def _say_said(self, session_id: str) -> None:
        if session_id in self._holders or session_id in self._looked_at:
            self._tell("said", {"session_id": session_id})

    # -- reading

    def _hint(self) -> None:
        self._list_hinted = True
        self._hinted.set()

    def _hint_later(self) -> None:
        if self._listeners:
            asyncio.get_running_loop().call_later(VISIBLE, self._hint)

    async def _read(self) -> None:
        self._list_hinted = self._people_hinted = True
        while True:
            try:
                await self._look()
            except (Unavailable, Transient) as error:
                self._show("trouble", NEWS.dump_json({"detail": str(error)}).decode())
            try:
                async with asyncio.timeout(EVERY):
                    await self._hinted.wait()
                await asyncio.sleep(SETTLE)
            except TimeoutError:
                self._list_hinted = self._people_hinted = True

    async def _look(self) -> None:
        self._hinted.clear()
        if self._people_hinted:
            self._people_hinted = False
            await self._look_who_is_there()
        if self._list_hinted:
            self._list_hinted = False
            await self._look_what_waits()
            self._show("trouble", NEWS.dump_json({}).decode())

    async def _look_who_is_there(self) -> None:
        people = await Floor(self._edge.bus).people()
        here = {one.person.encode().hex() for one in people}
        self._said = {window: data for window, data in self._said.items() if window.split(".")[0] in here}
        self._looked_at = frozenset(session_id for one in people for session_id in one.looking)
        self._show("people", COLLEAGUES.dump_json(people).decode())

    async def _look_what_waits(self) -> None:
        waiting = await listed(self._edge, Wanted())
        self._messages = frozenset(item.message_id for item in waiting)
        self._holders = {item.session_id: item.claimed_by for item in waiting if item.session_id}
        # Until when a claim holds changes all the time, and tells nobody anything.
        data = WAITING.dump_json(tuple(waiting), exclude={"__all__": {"claimed_until"}})
        self._show("waiting", data.decode())

    def _rest(self) -> None:
        if self._reading:
            self._reading.cancel()
            self._reading = None
        # What was shown grows old unseen.
        self._shown.clear()

    def _show(self, kind: Kind, data: str) -> None:
        if self._shown.get(kind) != data:
            self._shown[kind] = data
            self._put_all(News(kind, data))

    def _tell(self, kind: Kind, data: dict[str, JsonValue]) -> None:
        self._put_all(News(kind, NEWS.dump_json(data).decode()))

    def _put_all(self, news: News) -> None:
        for listener in self._listeners:
            _put(listener, news)


def _put(window: Window, news: News) -> None:
    full = window.full()
    if full:
        window.get_nowait()
    window.put_nowait(CLOSED if full else news)


def board_of(connection: HTTPConnection) -> Board:
    board = connection.state.board
    assert isinstance(board, Board)  # noqa: S101 - the lifespan put it there
    return board


TheBoard = Annotated[Board, Depends(board_of)]
