"""How fast are e-mails answered? Open loop over the whole stack: they come in at a fixed rate, whatever is answered.

    python -m bench.mail [--per-minute 1000] [--minutes 5] [--warm-up 10]

Each mail begins a thread of its own. Measured by the mock AgentMail, from its first try to deliver the webhook until
the reply has reached it; only mails after the warm-up count. Ends with code 1 when one was lost, doubled, or late.
"""

import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final

import click
import httpx
from pydantic import TypeAdapter

from bench.chat import QUESTIONS
from bench.stack import Stack, a_stack
from mock_services.agentmail.switches import Journey

JOURNEYS: Final = TypeAdapter(list[Journey])
SETTLED_WITHIN: Final = 60.0
"""Seconds after the last mail in which every answer must have come."""
LOOK_AGAIN: Final = 5.0
"""Seconds before a look at all journeys, which keeps the mock from its work for a moment."""
TARGET: Final = 2.0
"""Seconds that 95 of 100 mails may take."""
SUCCESS: Final = range(200, 300)


@dataclass
class Findings:
    """What came of the mails that count; `tries` are all tries to deliver, of every event, by status."""

    mails: int = 0
    latencies: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    refused: int = 0
    tries: Counter[str] = field(default_factory=Counter)

    @property
    def errors(self) -> Counter[str]:
        return Counter({status: count for status, count in self.tries.items() if status not in map(str, SUCCESS)})

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.refused or self.errors) and self.quantile(95) < TARGET

    def quantile(self, percent: int) -> float:
        """In seconds; without two answers there is none, which is for ever."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1] if len(self.latencies) > 1 else float("inf")


def found(journeys: Sequence[Journey], counting: Collection[str], refused: int, tries: Counter[str]) -> Findings:
    """The journeys of the mails that count."""
    wanted = [journey for journey in journeys if journey.message_id in counting]
    replies = Counter(min(len(journey.replied_at), 2) for journey in wanted)
    return Findings(
        mails=len(counting),
        latencies=[journey.replied_at[0] - journey.told_at[0] for journey in wanted if journey.replied_at],
        lost=len(counting) - replies[1] - replies[2],
        doubled=replies[2],
        refused=refused,
        tries=tries,
    )


@click.command()
@click.option("--per-minute", default=1000.0, help="Mails a minute.")
@click.option("--minutes", default=5.0, help="How long.")
@click.option("--warm-up", default=10.0, help="Seconds at the same rate before, that do not count.")
def main(per_minute: float, minutes: float, warm_up: float) -> None:
    """Start a stack, let mails in, print a table, stop it."""
    with a_stack() as stack:
        result = asyncio.run(measure(stack, per_minute, minutes * 60, warm_up))
    show(per_minute, minutes, result)
    sys.exit(0 if result.holds else 1)


def show(per_minute: float, minutes: float, result: Findings) -> None:
    longest = max(result.latencies, default=float("inf"))
    quantiles = " | ".join(f"{result.quantile(percent) * 1000:,.0f}" for percent in (50, 95, 99))
    errors = ", ".join(f"{count} x {status}" for status, count in result.errors.items()) or "0"
    print("| mails/min | minutes | mails | p50 ms | p95 ms | p99 ms | max ms | refused | errors | lost | doubled |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    wrong = f"{result.refused} | {errors} | {result.lost} | {result.doubled}"
    measured = f"{result.mails:,} | {quantiles} | {longest * 1000:,.0f}"
    print(f"| {per_minute:,.0f} | {minutes:g} | {measured} | {wrong} |")
    print(f"webhooks by answer: {dict(result.tries)}")


async def measure(stack: Stack, per_minute: float, seconds: float, warm_up: float) -> Findings:
    """Let mails in at this rate, first without counting, and wait for what is under way at the end."""
    inbox = {"inbox_id": stack.settings.agentmail_inbox}
    base = stack.settings.agentmail_target
    async with httpx.AsyncClient(base_url=base, timeout=60, trust_env=False) as http:
        await _let_in(http, per_minute, warm_up)
        written = await _let_in(http, per_minute, seconds)
        counting = {message_id for message_id in written if message_id}
        end = time.monotonic() + SETTLED_WITHIN
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            journeys = JOURNEYS.validate_json((await http.get("/_mock/journeys", params=inbox)).content)
            tries = Counter(json.loads((await http.get("/_mock/tries")).content))
            result = found(journeys, counting, written.count(None), tries)
            if not result.lost or time.monotonic() > end:
                return result


async def _let_in(http: httpx.AsyncClient, per_minute: float, seconds: float) -> list[str | None]:
    """The ids of mails that came in one after the other, at their times; None for one that was refused."""
    questions, begin, pause = cycle(QUESTIONS), time.monotonic(), 60 / per_minute
    async with asyncio.TaskGroup() as group:
        tasks = []
        for number in range(int(seconds / pause)):
            await asyncio.sleep(begin + number * pause - time.monotonic())
            tasks.append(group.create_task(_write(http, number, *next(questions))))
    return [task.result() for task in tasks]


async def _write(http: httpx.AsyncClient, number: int, email: str, text: str) -> str | None:
    mail = {"from": email, "subject": f"Question {number}", "text": text}
    answer = await http.post("/_mock/incoming", json=mail)
    return str(answer.json()["message_id"]) if answer.status_code == httpx.codes.OK else None


if __name__ == "__main__":
    main()
