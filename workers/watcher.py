"""The watcher: finds what ended without anybody burying it, and buries it.

JetStream tells of messages it gives up only while somebody listens, and a terminated workflow tells nobody. So besides
listening, everything is compared at start and from time to time.
"""

import asyncio
import logging

from pydantic import ValidationError

from mesh.errors import Transient, Unavailable
from mesh.letters import Advisory, Letters
from mesh.protocol import Failure, Message
from mesh.revival import Revival, Wreck
from workers.burial import Burial

log = logging.getLogger(__name__)
CONFIRM = 2.0
"""Seconds between two looks at the queue: what was acknowledged just now may still lie there at the first."""


class Watcher:
    """Compares the queue, the journeys and the dead letters."""

    def __init__(self, letters: Letters, journeys: Revival, burial: Burial) -> None:
        self._letters = letters
        self._journeys = journeys
        self._burial = burial
        self._settled: set[str] = set()

    async def watch(self, every: float) -> None:
        """Listen and sweep for ever, each so many seconds."""
        await self._letters.watch(self.on_advisory)
        while True:
            try:
                await self.sweep()
            except (Unavailable, Transient) as error:
                log.warning("the sweep for dead letters waits: %s", error)
            await asyncio.sleep(every)

    async def on_advisory(self, advisory: Advisory) -> None:
        await self._letters.bury(advisory.stream_seq, advisory.why, advisory.deliveries)

    async def sweep(self) -> None:
        """Bury what was given up or ended badly while nobody looked."""
        await self._sweep_queue()
        # First the wrecks, then the letters: a letter that is written meanwhile is then seen.
        wrecks = {wreck.run_id: wreck async for wreck in self._journeys.wrecks()}
        self._settled &= wrecks.keys()
        fresh = [wreck for run, wreck in wrecks.items() if run not in self._settled]
        known = {letter.message_id async for letter in self._letters.after()} if fresh else set()
        for wreck in fresh:
            if wreck.message_id not in known and await self._journeys.is_last(wreck):
                await self._bury(wreck)
            self._settled.add(wreck.run_id)

    async def _sweep_queue(self) -> None:
        given_up = await self._letters.given_up()
        if not given_up:
            return
        await asyncio.sleep(CONFIRM)
        for place, deliveries in (await self._letters.given_up()).items():
            if place not in given_up:
                continue
            if await self._has_journey(place):
                # Acknowledged, and the server that led the queue died before it had taken the message off.
                await self._letters.settle(place)
            else:
                await self._letters.bury(place, "no consumer is given the message any more", deliveries)

    async def _has_journey(self, place: int) -> bool:
        try:
            message = Message.model_validate_json(await self._letters.queued(place) or b"")
        except ValidationError:
            return False
        return await self._journeys.finished(message.message_id) != "unknown"

    async def _bury(self, wreck: Wreck) -> None:
        message = await self._journeys.wreckage(wreck)
        if message is None:
            log.error("message %s: its workflow was %s and nothing of it can be read", wreck.message_id, wreck.failure)
            return
        log.warning("message %s is a dead letter: its workflow was found %s", wreck.message_id, wreck.failure)
        await self._burial.keep(_wrecked(message, wreck), failure=wreck.failure)


def _wrecked(message: Message, wreck: Wreck) -> Message:
    """The message with the end of its workflow as its last failure."""
    reason = f"the workflow was found {wreck.failure}; nobody had buried its message"
    route = message.route
    failure = Failure(actor="+".join(route.here), hop=route.current_step, kind="permanent", reason=reason)
    log_ = (*message.payload.recovery_log, failure)
    payload = message.payload.model_copy(update={"error": failure, "recovery_log": log_})
    return message.model_copy(update={"payload": payload})
