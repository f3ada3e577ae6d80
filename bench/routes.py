"""Which steps the questions of `bench.chat` take: read from finished messages, so that others can take as many."""

from uuid import uuid4

from bench.chat import QUESTIONS
from bench.stack import Stack
from mesh.protocol import Message

Steps = tuple[tuple[str, ...], ...]
"""The actors of each visit, one after the other."""


def steps_of(message: Message) -> Steps:
    """What a finished message visited; actors of one visit stand together."""
    visits: dict[int, list[str]] = {}
    for entry in message.route.trace:
        if entry.kind == "visited":
            visits.setdefault(entry.hop, []).append(entry.actor)
    return tuple(tuple(visits[hop]) for hop in sorted(visits))


async def travelled(stack: Stack) -> tuple[Steps, ...]:
    """The steps of each question, in the order of `QUESTIONS`."""
    return tuple([steps_of(await _asked(stack, email, text)) for email, text in QUESTIONS])


async def _asked(stack: Stack, email: str, text: str) -> Message:
    message_id = uuid4().hex
    stack.chat(text, email, message_id=message_id)
    return await stack.end(message_id)
