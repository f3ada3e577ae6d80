"""One run: customers and mischief at the same time, then the verdict."""

import asyncio
import time
from dataclasses import dataclass

from bench.chaos.customers import Budget, Conversation, by_http, by_socket
from bench.chaos.faults import VICTIMS, Mischief
from bench.chaos.verdict import Verdict, healthy_after, judge
from bench.stack import Stack


@dataclass(frozen=True)
class Plan:
    """How much load, how much harm, and the seed that decides who is hurt when."""

    messages: int
    kills: int
    seed: int
    clients: int = 16
    victims: tuple[str, ...] = VICTIMS
    pause: tuple[float, float] = (0.5, 2.5)


async def run(stack: Stack, plan: Plan) -> tuple[Verdict, Mischief, float]:
    """The verdict, what was done to the processes, and the seconds that the load took."""
    budget = Budget(plan.messages)
    conversations = [Conversation() for _ in range(plan.clients)]
    mischief = Mischief(stack, plan.seed, plan.kills, plan.pause, plan.victims)
    begin = time.monotonic()
    async with asyncio.TaskGroup() as group:
        healthy = group.create_task(_harm(stack, mischief))
        for number, conversation in enumerate(conversations):
            customer = by_socket if number % 2 else by_http
            group.create_task(customer(stack.url, budget, conversation))
    took = time.monotonic() - begin
    verdict = await judge(stack, conversations)
    verdict.healthy_after = healthy.result()
    return verdict, mischief, took


async def _harm(stack: Stack, mischief: Mischief) -> float | None:
    await mischief.run()
    return await healthy_after(stack, mischief.last)
