"""Every check of everything that the mesh needs."""

import asyncio

from mesh.checks import bus, local, sessions, store, temporal
from mesh.checks.finding import Finding
from mesh.settings import Settings


async def examine(settings: Settings) -> list[Finding]:
    """What every check found, system by system; none of them changes anything that lasts."""
    groups = await asyncio.gather(
        asyncio.to_thread(local.check, settings),
        temporal.check(settings),
        bus.check(settings),
        sessions.check(settings),
        store.check(settings),
        local.shop(settings),
    )
    return [finding for group in groups for finding in group]
