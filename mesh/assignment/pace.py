"""How long people take to answer, measured; and whom a customer spoke with last."""

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field, ValidationError

from mesh.errors import Transient
from mesh.registers import SEATS, SERVED, Registers
from mesh.route import Wire

PACE: Final = "pace"
QUEUE: Final = "queue"
KEPT: Final = 60
FEWEST: Final = 5
"""Answers below which nothing is said of how long one takes."""
RECENT: Final = timedelta(hours=24)
SHARE: Final = 0.8
"""Which share of the answers came faster than what we call usual."""
RACES: Final = 20


class Answered(Wire):
    """An answer of a person: when, and how many seconds after somebody was asked for it."""

    at: datetime
    seconds: float = Field(ge=0)


class Pace(Wire):
    answers: tuple[Answered, ...] = ()

    def with_one(self, answered: Answered) -> "Pace":
        return Pace(answers=(*self.answers, answered)[-KEPT:])

    def usual(self, now: datetime) -> float | None:
        """Seconds within which most answers of the last day came; None when there were too few to say."""
        recent = sorted(one.seconds for one in self.answers if now - RECENT <= one.at)
        return recent[math.ceil(SHARE * len(recent)) - 1] if len(recent) >= FEWEST else None


class Queue(Wire):
    """How it stands at the desk: conversations that nobody was found for, and how many people could have at once."""

    waiting: int = 0
    people: int = 0
    places: int = 0
    taken: int = 0


def expected(pace: Pace, queue: Queue, now: datetime) -> float | None:
    """Seconds until a person answers who is asked for now, for most; None when nothing is known to say it from.

    With a place free, it is what answers took lately. Without, those who wait and this one come before that, and each
    answer frees a place: as many as there are, in the time that one takes.
    """
    usual = pace.usual(now)
    if usual is None or not queue.people or not queue.places:
        return None
    ahead = queue.waiting + 1 - max(0, queue.places - queue.taken)
    return usual + max(0, ahead) * usual / queue.places


class Served:
    """What is kept of answers, over one connection to NATS. Without NATS every method raises `Unavailable`."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    async def answered(self, customer: str, person: str, answered: Answered) -> None:
        """This person has answered this customer."""
        await self._registers.put(SERVED, _knew(customer), person.encode())
        for _ in range(RACES):
            value, revision, _ = await self._registers.read(SERVED, PACE)
            pace = _pace(value).with_one(answered)
            if await self._registers.write(SERVED, PACE, pace.model_dump_json().encode(), revision):
                return
        raise Transient("too many answers at the same time")

    async def knew(self, customer: str) -> str | None:
        """Who answered this customer last."""
        value = (await self._registers.read(SERVED, _knew(customer))).value
        return value.decode() if value else None

    async def stands(self, queue: Queue) -> None:
        """Tell everybody how it stands at the desk."""
        await self._registers.put(SEATS, QUEUE, queue.model_dump_json().encode())

    async def expected(self) -> float | None:
        """Seconds until a person answers who is asked for now, as `expected` has it."""
        pace = _pace((await self._registers.read(SERVED, PACE)).value)
        if len(pace.answers) < FEWEST:
            return None
        value = (await self._registers.read(SEATS, QUEUE)).value
        try:
            queue = Queue.model_validate_json(value) if value else Queue()
        except ValidationError:
            return None
        return expected(pace, queue, await self._registers.now())


def rounded(seconds: float, steps: Sequence[int] = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60)) -> int:
    """Minutes as people say them: the next longer step, and whole hours above one."""
    minutes = seconds / 60
    return next((step for step in steps if minutes <= step), math.ceil(minutes / 60) * 60)


def _pace(value: bytes | None) -> Pace:
    try:
        return Pace.model_validate_json(value) if value else Pace()
    except ValidationError:
        return Pace()


def _knew(customer: str) -> str:
    # An address may hold what no subject can, and names nobody here.
    return f"knew.{hashlib.sha256(customer.strip().lower().encode()).hexdigest()[:40]}"
