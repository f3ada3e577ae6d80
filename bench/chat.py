"""How fast are answers? Closed loop on POST /api/chat against a whole stack of its own, everything durable.

    python -m bench.chat [--seconds 30] [--rounds 3] [--clients 1 --clients 20] [--nodes 3]

Each client sends its next message when the answer to the last one is there. Every message is a session of its own.
"""

import asyncio
import os
import platform
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

import click
import httpx

from bench.stack import a_stack, memory

QUESTIONS = (
    ("polly.inquirer@example.com", "Hi, could you please tell me where my order ORD-00067890 is? Thank you!"),
    ("connie.confused@example.com", "Where is my refund for order 33301?"),
    ("jack.jacket@example.com", "Which payment methods do you accept?"),
    ("oscar.old@example.com", "How long do I have to return something?"),
    ("nora.new@example.com", "How long does express delivery take?"),
)

UNREACHED = 0.1
"""Seconds until a client tries again where nobody answers."""


@dataclass
class Result:
    """Latencies in seconds of the answered messages, and how many were not answered well."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def quantile(self, percent: int) -> float:
        """In milliseconds."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000

    @property
    def per_minute(self) -> float:
        return len(self.latencies) / self.seconds * 60


@click.command()
@click.option("--seconds", default=30.0, help="Length of one round.")
@click.option("--rounds", default=3, help="Rounds at each number of clients.")
@click.option("--clients", multiple=True, default=(1, 20), help="Clients at the same time.")
@click.option("--warm-up", default=5.0, help="Seconds before the first round that do not count.")
@click.option("--nodes", type=click.Choice(["1", "3"]), default="1", help="NATS servers; 3 come with two gateways.")
def main(seconds: float, rounds: int, clients: tuple[int, ...], warm_up: float, nodes: str) -> None:
    """Start a stack, measure, print a table, stop it."""
    with a_stack(NATS_NODES=nodes) as stack:
        asyncio.run(measure(stack.urls, max(clients), warm_up))
        print(f"cold start: {stack.cold_start:.1f} s")
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print("| clients | round | messages/min | p50 ms | p95 ms | p99 ms | max ms | errors |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for count in clients:
            for number in range(1, rounds + 1):
                show(count, number, asyncio.run(measure(stack.urls, count, seconds)))
        print(f"memory of the stack: {memory(stack) / 2**20:,.0f} MiB (USS)")


def show(clients: int, number: int, result: Result) -> None:
    quantiles = " | ".join(f"{result.quantile(percent):.0f}" for percent in (50, 95, 99))
    errors = ", ".join(f"{count} x {what}" for what, count in result.errors.items()) or "0"
    longest = max(result.latencies) * 1000
    print(f"| {clients} | {number} | {result.per_minute:,.0f} | {quantiles} | {longest:.0f} | {errors} |", flush=True)


async def measure(
    urls: Sequence[str], clients: int, seconds: float, asked: Sequence[tuple[str, str]] = QUESTIONS
) -> Result:
    """Let this many clients ask for this long, each at one of these gateways."""
    result = Result()
    questions = cycle(asked)
    begin = time.perf_counter()
    # Every client has a connection of its own, as browsers have.
    limits = httpx.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with httpx.AsyncClient(timeout=60, trust_env=False, limits=limits) as http, asyncio.TaskGroup() as group:
        for url in islice(cycle(urls), clients):
            group.create_task(_client(http, url, questions, begin + seconds, result))
    result.seconds = time.perf_counter() - begin
    return result


async def _client(
    http: httpx.AsyncClient, url: str, questions: Iterator[tuple[str, str]], end: float, result: Result
) -> None:
    while (begin := time.perf_counter()) < end:
        email, text = next(questions)
        try:
            answer = await http.post(f"{url}/api/chat", json={"message": text, "customer_email": email})
        except httpx.HTTPError as error:
            result.errors[type(error).__name__] += 1
            await asyncio.sleep(UNREACHED)
            continue
        # Others that answer the same request have other words for it, or none.
        status = answer.json().get("status", "resolved") if answer.status_code == httpx.codes.OK else "refused"
        if status == "resolved":
            result.latencies.append(time.perf_counter() - begin)
        else:
            result.errors[f"{answer.status_code} {status}"] += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", 0)))


if __name__ == "__main__":
    main()
