"""Takeovers at random moments, through the whole stack: does an automatic reply arrive after the claim was confirmed?

    python -m bench.desk [--races 1000] [--at-once 8] [--seed 7]

Each race is a conversation of its own: the customer asks by HTTP, a person claims by HTTP while the answer is made.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from uuid import uuid4

import click
import httpx

from bench.chat import QUESTIONS
from bench.stack import Stack, a_stack

WAIT = "1"
"""Seconds that the customer waits before they ask again later."""
SPREAD = 0.6
"""Seconds over which the claims are strewn: about what an answer takes here, many at once."""


PATIENCE = 30.0


async def race(http: httpx.AsyncClient, number: int, moment: float) -> Counter[str]:
    """Ask, and take over at this moment: was the answer sent before, held back, or sent too late?"""
    email, text = QUESTIONS[number % len(QUESTIONS)]
    message_id = uuid4().hex
    body = {"message": text, "customer_email": email, "message_id": message_id}
    asking = asyncio.create_task(http.post("/api/chat", json=body))
    await asyncio.sleep(moment)
    await _claimed(http, message_id)
    before = await _automatic(http, message_id)
    await asking
    # What was held back comes to the desk: who claimed it can answer it.
    answered = before or await _answered_by_person(http, message_id)
    after = await _automatic(http, message_id)
    return Counter(sent=before, held=not after, late=after - before, lost=not answered)


async def _claimed(http: httpx.AsyncClient, message_id: str) -> None:
    answers: Counter[int] = Counter()
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        answer = await http.post(f"/api/desk/{message_id}/claim")
        if answer.status_code == httpx.codes.OK:
            return
        # 404 until the message has a journey: nobody can see it before.
        answers[answer.status_code] += 1
        await asyncio.sleep(0.02)
    raise TimeoutError(f"{message_id} could not be claimed: {dict(answers)}, lastly {answer.text}")


async def _automatic(http: httpx.AsyncClient, message_id: str) -> int:
    """How many automatic answers to this message the customer can read."""
    answer = await http.get(f"/api/chat/{message_id}")
    replies = answer.json()["replies"] if answer.status_code == httpx.codes.OK else []
    return sum(reply["metadata"]["author"] != "human" for reply in replies)


async def _answered_by_person(http: httpx.AsyncClient, message_id: str) -> bool:
    """Whether it comes to wait for a person, whose answer then reaches the customer."""
    end = time.perf_counter() + PATIENCE
    body = {"text": "Here I am."}
    while time.perf_counter() < end:
        if (await http.post(f"/api/desk/{message_id}/reply", json=body)).status_code == httpx.codes.OK:
            return True
        await asyncio.sleep(0.1)
    return False


@click.command()
@click.option("--races", default=1000, help="How many conversations.")
@click.option("--at-once", default=8, help="Conversations at the same time.")
@click.option("--seed", default=7, help="Makes the moments repeatable; what the machine does with them is not.")
def main(races: int, at_once: int, seed: int) -> None:
    """Start a stack, run the races, say what was seen; the exit code is 1 when a reply came too late or was lost."""
    with a_stack(CHAT_TIMEOUT=WAIT) as stack:
        total = asyncio.run(_run(stack, races, at_once, random.Random(seed)))
    sys.exit(1 if total["late"] + total["lost"] else 0)


async def _run(stack: Stack, races: int, at_once: int, dice: random.Random) -> Counter[str]:
    begin, slots, total = time.perf_counter(), asyncio.Semaphore(at_once), Counter[str]()

    async def one(http: httpx.AsyncClient, number: int) -> Counter[str]:
        async with slots:
            return await race(http, number, dice.uniform(0, SPREAD))

    dana = stack.credentials("dana")
    async with httpx.AsyncClient(base_url=stack.url, timeout=60, trust_env=False, headers=dana) as http:
        for found in await asyncio.gather(*(one(http, number) for number in range(races))):
            total.update(found)
    print(
        f"{races} takeovers through the stack in {time.perf_counter() - begin:.0f} s: {total['sent']} answers sent, "
        f"{total['held']} held back, {total['late']} sent too late, {total['lost']} held back and at nobody's desk"
    )
    return total


if __name__ == "__main__":
    main()
