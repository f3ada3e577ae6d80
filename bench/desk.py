"""Takeovers at random moments, through the whole stack: does an automatic reply arrive after the claim was confirmed?

    python -m bench.desk [--races 1000] [--at-once 8] [--seed 7]

Each race is a conversation of its own: the customer asks by HTTP, a person claims by HTTP while the answer is made.
"""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from urllib.parse import urlsplit
from uuid import uuid4

import click
import httpx

from bench.chat import QUESTIONS, a_stack
from mesh.bus import Bus
from mesh.settings import Settings

WAIT = "1.5"
"""Seconds after which an answer that has not come was held back: far more than one takes."""
SPREAD = 0.15
"""Seconds over which the claims are strewn: about what an answer takes here, several at once."""


@click.command()
@click.option("--races", default=1000, help="How many conversations.")
@click.option("--at-once", default=8, help="Conversations at the same time.")
@click.option("--seed", default=7, help="Makes the moments repeatable; what the machine does with them is not.")
def main(races: int, at_once: int, seed: int) -> None:
    """Start a stack, run the races, say what was seen; the exit code is 1 when a reply came too late."""
    os.environ["CHAT_TIMEOUT"] = WAIT
    with a_stack() as (url, folder):
        nats = next(line for line in _addresses(folder.parent / "mesh") if line)
        sys.exit(asyncio.run(_run(url, nats, races, at_once, random.Random(seed))))


if __name__ == "__main__":
    main()
