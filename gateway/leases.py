"""A claim that runs out: who had it is gone without a word, and customer and desk are told, once.

Every gateway hears every claim, so it knows when each would end if nobody stays with it. Whichever looks first ends it
by comparison and tells; the others find nothing to tell. No socket asks for anything.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError

from gateway.edge import Edge
from gateway.presence_news import tell_gone
from mesh.desk import GRACE, Desk, Hold
from mesh.errors import Transient, Unavailable
from mesh.registers import DESK

log = logging.getLogger(__name__)

LATER: Final = timedelta(seconds=5)
"""Until the next look, when NATS or the history could not be asked."""
SHORTEST: Final = timedelta(seconds=0.5)
"""Between two looks: clocks that differ a little would have us look all the time."""


class Leases:
    """When claims end by themselves, and what happens then."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._due: dict[str, asyncio.TimerHandle] = {}
        self._work: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Begin to hear of claims.

        Raises:
            Unavailable: NATS cannot be watched.
        """
        await self._edge.bus.hear(f"$KV.{DESK}.>", self._take)
        self._begin(self._catch_up())

    def close(self) -> None:
        for due in self._due.values():
            due.cancel()
        for task in self._work:
            task.cancel()

    # -- hearing

    def _take(self, subject: str, data: bytes) -> None:
        session_id = subject.rpartition(".")[2]
        with contextlib.suppress(ValidationError):
            hold = Hold.model_validate_json(data)
            # By the clock of whoever wrote it, which may be another than ours.
            self._expect(session_id, hold, hold.until - (hold.written or datetime.now(UTC)))

    async def _catch_up(self) -> None:
        """Whom nobody heard of since this gateway began may be gone, too."""
        try:
            for session_id, data in (await self._edge.bus.entries(DESK)).items():
                if session_id not in self._due:
                    self._take(session_id, data)
        except Unavailable as error:
            log.warning("claims from before this gateway began may run out untold: %s", error)

    def _expect(self, session_id: str, hold: Hold, left: timedelta) -> None:
        self._forget(session_id)
        if hold.agent is not None:
            self._look_in(session_id, left + GRACE)

    def _forget(self, session_id: str) -> None:
        if due := self._due.pop(session_id, None):
            due.cancel()

    def _look_in(self, session_id: str, left: timedelta) -> None:
        self._forget(session_id)
        seconds = max(left, SHORTEST).total_seconds()
        self._due[session_id] = asyncio.get_running_loop().call_later(seconds, self._run_out, session_id)

    def _run_out(self, session_id: str) -> None:
        del self._due[session_id]
        self._begin(self._look(session_id))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    # -- looking

    async def _look(self, session_id: str) -> None:
        try:
            newest = await self._edge.history.recent(session_id, 1)
            hold, ended = await Desk(self._edge.bus).lapse(session_id)
        except (Unavailable, Transient) as error:
            log.warning("whether a claim has run out cannot be told now: %s", error)
            self._look_in(session_id, LATER)
            return
        if hold and not ended:
            self._expect(session_id, hold, hold.until - datetime.now(UTC))
        elif hold and hold.agent:
            for row in newest:
                await tell_gone(self._edge, row.message_id, session_id, hold.agent)
