"""What happens beyond capacity? Open loop at a multiple of what the stack answers, measured first in the same run.

    python -m bench.overload [--factor 3] [--seconds 300] [--obedient 0.25] [--json FILE]

Customers come whether or not others were answered. Who is refused either comes back when told, until they are in, or
goes away. Every message that was accepted must be answered once, every message of somebody obedient accepted in the
end, and no message of somebody who went away may be known. Everything runs on this machine, the load as well.
"""

import asyncio
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import click
import httpx

from bench.chat import QUESTIONS, measure
from bench.stack import a_stack, memory

CLIENTS = 12
"""Enough to keep everything busy, and too few to be refused."""
WARM_UP = 5.0
AT_ONCE = 1_000
"""Requests that may be open; the load is bounded where the stack is not."""
CHECKS = 16
LOOKS = 240
"""How often an accepted message is asked for, twice a second, before it counts as lost."""
GONE = 300
"""How many of those who went away are asked for."""
GATE = {"ADMISSION": "true", "ADMISSION_CUSTOMER_SHARE": "1"}
"""All customers of a measurement are five addresses."""


@dataclass
class Visitor:
    """Somebody with one message: when they were accepted and answered (seconds), and what they were told before."""

    email: str
    text: str
    obedient: bool
    message_id: str = field(default_factory=lambda: uuid4().hex)
    came: float = 0.0
    accepted: float | None = None
    answered: float | None = None
    told: list[int] = field(default_factory=list)
    trouble: str = ""
    late: float = 0.0
    """Seconds between the time that they were first told and the time at which they came in."""


@dataclass
class Found:
    """What the gateway says of the messages afterwards."""

    lost: int = 0
    doubled: int = 0
    known: int = 0


class Crowd:
    """Those who come in one run."""

    def __init__(self, http: httpx.AsyncClient, urls: Sequence[str], obedient: float) -> None:
        self._http, self._urls, self._obedient = http, cycle(urls), obedient
        self._chance = random.Random(2026)
        self._questions = cycle(QUESTIONS)
        self.all: list[Visitor] = []

    async def come(self, rate: float, seconds: float) -> None:
        """Let so many come a second, at random moments; return when each was answered or has gone."""
        begin, at = time.perf_counter(), 0.0
        async with asyncio.TaskGroup() as group:
            while (at := at + self._chance.expovariate(rate)) < seconds:
                await asyncio.sleep(max(0.0, begin + at - time.perf_counter()))
                group.create_task(self._visit(self._visitor()))

    def _visitor(self) -> Visitor:
        email, text = next(self._questions)
        found = Visitor(email, text, self._chance.random() < self._obedient, came=time.perf_counter())
        self.all.append(found)
        return found

    async def _visit(self, visitor: Visitor) -> None:
        wait = await self._say(visitor)
        while wait and visitor.obedient:
            await asyncio.sleep(wait)
            wait = await self._say(visitor)

    async def _say(self, visitor: Visitor) -> int:
        """Say it once; for how many seconds to wait before it is said again, 0 when that is not wanted."""
        begin = time.perf_counter()
        body = {"message": visitor.text, "customer_email": visitor.email, "message_id": visitor.message_id}
        answer = await self._http.post(f"{next(self._urls)}/api/chat", json=body)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and answer.json().get("reason") == "busy":
            visitor.told.append(int(answer.headers["Retry-After"]))
            return visitor.told[-1]
        if answer.status_code not in {httpx.codes.OK, httpx.codes.ACCEPTED}:
            visitor.trouble = str(answer.status_code)
            return 0
        visitor.accepted = begin
        if visitor.told:
            visitor.late = begin - visitor.came - visitor.told[0]
        if answer.status_code == httpx.codes.OK:
            visitor.answered = time.perf_counter()
        return 0

    async def found(self) -> Found:
        """Ask for every message as its customer would."""
        found = Found()
        gone = [visitor for visitor in self.all if visitor.accepted is None]
        accepted = [visitor for visitor in self.all if visitor.accepted is not None]
        await each((*accepted, *gone[:GONE]), lambda visitor: self._ask(visitor, found))
        return found

    async def _ask(self, visitor: Visitor, found: Found) -> None:
        answer = await self._look(visitor)
        for _ in range(LOOKS):
            if answer.status_code != httpx.codes.ACCEPTED:
                break
            await asyncio.sleep(0.5)
            answer = await self._look(visitor)
        if visitor.accepted is None:
            found.known += answer.status_code != httpx.codes.NOT_FOUND
        elif answer.status_code != httpx.codes.OK:
            found.lost += 1
        else:
            visitor.answered = visitor.answered or time.perf_counter()
            found.doubled += sum(reply["status"] != "escalated" for reply in answer.json()["replies"]) > 1

    async def _look(self, visitor: Visitor) -> httpx.Response:
        headers = {"X-Customer-Email": visitor.email}
        return await self._http.get(f"{next(self._urls)}/api/chat/{visitor.message_id}", headers=headers)


async def each(visitors: Iterable[Visitor], do: Callable[[Visitor], Awaitable[None]]) -> None:
    """Do this for all of them, a few at the same time."""
    waiting = iter(visitors)

    async def some() -> None:
        for visitor in waiting:
            await do(visitor)

    await asyncio.gather(*(some() for _ in range(CHECKS)))


def told(found: Sequence[float]) -> dict[str, float]:
    """Quantiles, rounded; empty when there is nothing."""
    if len(found) < 2:  # noqa: PLR2004
        return {}
    parts = statistics.quantiles(found, n=100)
    return {"p50": round(parts[49], 2), "p95": round(parts[94], 2), "p99": round(parts[98], 2), "max": max(found)}


def report(crowd: Crowd, found: Found, seconds: float) -> dict[str, object]:
    accepted = [one for one in crowd.all if one.accepted is not None]
    refused = [one for one in crowd.all if one.told]
    obedient = [one for one in refused if one.obedient]
    took = [one.answered - one.accepted for one in accepted if one.answered and one.accepted]
    inside = [one for one in accepted if one.accepted and one.accepted < crowd.all[0].came + seconds]
    return {
        "came": len(crowd.all),
        "accepted": len(accepted),
        "accepted_per_minute_while_it_lasted": round(len(inside) / seconds * 60),
        "refused_at_first": len(refused),
        "refusals": sum(len(one.told) for one in refused),
        "retry_after_seconds": told([float(wait) for one in refused for wait in one.told]),
        "lost": found.lost,
        "doubled": found.doubled,
        "answered_within_seconds": told(took),
        "obedient_refused": len(obedient),
        "obedient_in_at_last": sum(one.accepted is not None for one in obedient),
        "obedient_refusals_each": dict(sorted(Counter(len(one.told) for one in obedient).items())),
        "obedient_seconds_behind_first_told": told([one.late for one in obedient if one.accepted is not None]),
        "gone_and_known": found.known,
        "troubles": dict(Counter(one.trouble for one in crowd.all if one.trouble)),
    }


async def overload(urls: Sequence[str], rate: float, seconds: float, obedient: float) -> dict[str, object]:
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(timeout=90, trust_env=False, limits=limits) as http:
        crowd = Crowd(http, urls, obedient)
        await crowd.come(rate, seconds)
        return report(crowd, await crowd.found(), seconds)


@click.command()
@click.option("--factor", default=3.0, help="How many times its capacity.")
@click.option("--seconds", default=300.0, help="For how long.")
@click.option("--obedient", default=0.25, help="Share of those who come back when they are told to.")
@click.option("--measure", "measured", default=20.0, help="Seconds in which the capacity is measured.")
@click.option("--json", "file", type=click.Path(path_type=Path), default=None, help="Where to keep the figures.")
def main(factor: float, seconds: float, obedient: float, measured: float, file: Path | None) -> None:
    """Start a stack, measure its capacity, overload it, and look what became of everybody."""
    with a_stack(None, **GATE) as stack:
        # One customer first, as when a day begins: the gate learns how long an answer takes alone.
        for clients in (1, CLIENTS):
            asyncio.run(measure(stack.urls, clients, WARM_UP))
        calm = asyncio.run(measure(stack.urls, CLIENTS, measured))
        capacity = calm.per_minute
        print(f"capacity: {capacity:,.0f} messages a minute, p95 {calm.quantile(95):.0f} ms at {CLIENTS} clients")
        print(f"errors then: {dict(calm.errors)}; {factor:g} times that follow", flush=True)
        found = asyncio.run(overload(stack.urls, capacity / 60 * factor, seconds, obedient))
        found |= {"capacity_per_minute": round(capacity), "factor": factor, "seconds": seconds}
        found |= {"memory_mib": round(memory(stack) / 2**20)}
    print(json.dumps(found, indent=2))
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n")
    if found["lost"] or found["doubled"] or found["gone_and_known"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
