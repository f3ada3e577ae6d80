"""What understanding a message costs: `python -m bench.evaluation.cost` prints processor time and memory.

Processor time, so that what else the machine does counts for nothing.
"""

import asyncio
import json
import time

import psutil

from bench.evaluation.scenario import scenarios
from mesh.actor import discover
from mesh.bus import Bus
from mesh.llm import LLM
from mesh.protocol import Message, Payload, Route
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.store import History
from tests.fakes import FakeBus, FakeHistory, MemorySessions, NoLLM

UNDERSTANDING = ("sentiment_analyzer", "intent_analyzer")
WARM = 20
MEGABYTE = 1024 * 1024


async def measured() -> dict[str, float]:
    actors = discover()
    given: dict[type, object] = {
        Settings: Settings(_env_file=None),
        LLM: NoLLM(),
        Sessions: MemorySessions(),
        History: FakeHistory(),
        Bus: FakeBus(),
    }
    steps = [actors[name].bind(given) for name in UNDERSTANDING]
    taken: list[float] = []
    for number, text in enumerate(said for one in scenarios() for turn in one.turns for said in turn.say):
        message = _message(number, text)
        begin = time.process_time()
        for step in steps:
            await step(message)
        taken.append(time.process_time() - begin)
    warm = sorted(taken[WARM:])
    resident = psutil.Process().memory_info().rss / MEGABYTE
    return {
        "understanding a message, p95 on one core": 1000 * warm[int(len(warm) * 0.95)],
        "memory of a process that understands": resident,
    }


def _message(number: int, text: str) -> Message:
    return Message(
        message_id=f"m-{number}",
        session_id=f"s-{number}",
        route=Route(steps=UNDERSTANDING),
        payload=Payload(customer_message=text, customer_email=None),
        metadata={},
    )


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured())))
