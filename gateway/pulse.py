"""The heartbeat of the mesh view: once a second, what happened since, the same for everybody who looks on."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from pydantic import BaseModel

from gateway.edge import Temporal
from gateway.observed import Move, Observed
from gateway.travelled import Latency, Travels
from mesh.errors import Transient, Unavailable
from mesh.plan import Plan
from mesh.protocol import queue_of
from mesh.store import History
from mesh.temporal import Mailbox

log = logging.getLogger(__name__)

BEAT: Final = 1.0
QUEUES_EVERY: Final = 5.0
TRACES_EVERY: Final = 3.0
LONGEST_LOOK: Final = 300.0
"""Seconds after which a stream ends. The page opens another, and so the right to see it is looked at anew."""
LINE: Final = 4
"""Pulses that may wait for one page; of a slower one the oldest are dropped, as the next tells it all again."""


class Work(BaseModel):
    """What one actor does. `rate` and `retries` are visits within the last minute; `inside` is messages there now."""

    rate: int = 0
    retries: int = 0
    inside: int = 0
    latency: Latency | None = None
    mailbox: Mailbox | None = None


class Flow(BaseModel):
    """Messages that went from one actor to the next since the last pulse; an empty target is the way out."""

    source: str
    target: str
    messages: int


class Sampled(BaseModel):
    """One of these moves."""

    message_id: str
    source: str
    target: str


class Pulse(BaseModel):
    """The state of the mesh. `stations` counts the actors of the plan: when it grows there is more to draw.

    `queues` and `traces` say why their figures are missing or old; empty when they are not.
    """

    stations: int
    links: int
    actors: dict[str, Work]
    answers: dict[str, int]
    flows: list[Flow] = []
    sample: list[Sampled] = []
    queues: str = ""
    traces: str = ""


class Followed(BaseModel):
    """Something happened to the message that this page follows."""

    message_id: str


class Line:
    """What one page is to be told."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[Pulse | Followed] = asyncio.Queue(LINE)

    def put(self, item: Pulse | Followed) -> None:
        if self._items.full():
            self._items.get_nowait()
        self._items.put_nowait(item)

    async def get(self) -> Pulse | Followed:
        return await self._items.get()


class Heart:
    """Beats while somebody looks on, and not otherwise."""

    def __init__(
        self, plan: Plan, history: History, temporal: Temporal, observed: Observed, *, longest: float = LONGEST_LOOK
    ) -> None:
        self._plan = plan
        self.longest = longest
        self._temporal = temporal
        self.observed = observed
        self.travels = Travels(history)
        self.mailboxes: Mapping[str, Mailbox] = {}
        self._lines: list[Line] = []
        self._beating: asyncio.Task[None] | None = None
        self._trouble: dict[str, str] = {"queues": "", "traces": ""}
        self._due = {"queues": 0.0, "traces": 0.0}

    @property
    def plan(self) -> Plan:
        """The plan with everything that was seen on it."""
        self._plan = self._plan.with_seen([*self.travels.pairs, *self.observed.pairs])
        return self._plan

    @property
    def viewers(self) -> int:
        return len(self._lines)

    @asynccontextmanager
    async def viewing(self, message_id: str | None = None) -> AsyncIterator[Line]:
        """A line on which every pulse comes, and every event of the message that is followed."""
        line = Line()
        stop = self._follow(line, message_id)
        self._lines.append(line)
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
        try:
            yield line
        finally:
            stop()
            self._lines.remove(line)
            if not self._lines:
                await self.rest()

    async def rest(self) -> None:
        """Stop beating."""
        beating, self._beating = self._beating, None
        if beating:
            beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beating

    async def refresh(self) -> None:
        """Read what is due: queues and traces. What cannot be read stays as it was, with the reason."""
        await asyncio.gather(
            self._read("queues", QUEUES_EVERY, self._look_into_queues),
            self._read("traces", TRACES_EVERY, self.travels.read),
        )

    def pulse(self, *, moves: Counter[tuple[str, str]] | None = None, sample: Sequence[Move] = ()) -> Pulse:
        """The state now, with these moves."""
        rates, retries, inside = self.observed.rates(), self.observed.retries(), self.observed.inside()
        plan = self.plan
        return Pulse(
            stations=len(plan.stations),
            links=len(plan.links),
            actors={station.name: self._work(station.name, rates, retries, inside) for station in plan.stations},
            answers=dict(self.observed.answers()),
            flows=[Flow(source=a, target=b, messages=count) for (a, b), count in (moves or {}).items()],
            sample=[Sampled(message_id=one.message_id, source=one.source, target=one.target) for one in sample],
            **self._trouble,
        )

    def pulse_of(self, actor: str) -> Work:
        """What this actor does now; nobody's pulse misses anything for it."""
        return self._work(actor, self.observed.rates(), self.observed.retries(), self.observed.inside())

    def _work(self, name: str, rates: Counter[str], retries: Counter[str], inside: Counter[str]) -> Work:
        return Work(
            rate=rates[name],
            retries=retries[name],
            inside=inside[name],
            latency=self.travels.latency(name) or self.observed.latency(name),
            mailbox=self.mailboxes.get(name),
        )

    def _follow(self, line: Line, message_id: str | None) -> Callable[[], None]:
        if message_id is None:
            return lambda: None
        followed = Followed(message_id=message_id)
        return self.observed.listen(message_id, lambda: line.put(followed))

    async def _beat(self) -> None:
        self.observed.drained()
        while True:
            await self.refresh()
            moves, sample = self.observed.drained()
            pulse = self.pulse(moves=moves, sample=sample)
            for line in self._lines:
                line.put(pulse)
            await asyncio.sleep(BEAT)

    async def _read(self, what: str, every: float, read: Callable[[], Awaitable[None]]) -> None:
        now = time.monotonic()
        if now < self._due[what]:
            return
        self._due[what] = now + every
        try:
            await read()
            self._trouble[what] = ""
        except (Transient, Unavailable) as error:
            self._trouble[what] = str(error)

    async def _look_into_queues(self) -> None:
        journeys = await self._temporal.journeys()
        names = sorted(self.plan.names)
        found = await asyncio.gather(*(journeys.mailbox(queue_of(name)) for name in names))
        self.mailboxes = dict(zip(names, found, strict=True))
