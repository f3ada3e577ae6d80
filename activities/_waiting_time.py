"""How long the customer waits for a person: what answers took lately, where that is known, else what we hold to."""

import asyncio
from typing import Final

from activities._case import Case
from activities._tongues import tongue
from mesh.assignment.pace import Served, rounded
from mesh.bus import Bus
from mesh.errors import Transient, Unavailable
from mesh.protocol import Message

HOUR: Final = 60
PATIENCE: Final = 0.5
"""Seconds that a holding reply waits for the figure; it goes out without."""
PERSON: Final = "human_agent"


async def usual_minutes(message: Message, bus: Bus) -> int | None:
    """Minutes within which most are answered who ask now; None when nobody can say, or not before the deadline."""
    if PERSON not in message.route.ahead:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            seconds = await Served(bus).expected()
    except (Unavailable, Transient, TimeoutError):
        return None
    minutes = None if seconds is None else rounded(seconds)
    most = latest_minutes(message)
    return minutes if minutes is not None and (most is None or minutes < most) else None


def latest_minutes(message: Message) -> int | None:
    """Minutes after which the customer hears of us in any case; None when the route does not say."""
    known = PERSON in message.route.policies
    return round(message.route.policy(PERSON).timeout / 60) if known else None


def in_words(minutes: int | None, case: Case) -> str:
    """Empty when there is nothing to say."""
    if minutes is None:
        return ""
    if spoken := tongue(case.language):
        return spoken.within(minutes)
    count, unit = (minutes, "minute") if minutes % HOUR else (minutes // HOUR, "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}" if count else ""
