"""The history's line for every accepted message: written before its workflow, many in one transaction."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from mesh.bus import Bus
from mesh.delivery import PLAIN_APOLOGY, Answer, acceptance, deliver
from mesh.errands import after_delivery
from mesh.errors import Transient
from mesh.protocol import Message
from mesh.store import History, Row, said_by

log = logging.getLogger(__name__)

QUICK = timedelta(minutes=30)
"""How old an open message may be so that the next one still goes on with it."""


class Acceptance:
    """Notes acceptances. `write` must run beside it: it commits together what came together.

    A commit costs an fsync, whether of one row or of thirty. What arrives while one commit runs waits for the next.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._waiting: asyncio.Queue[tuple[Row, asyncio.Future[tuple[str, ...]]]] = asyncio.Queue()

    async def accept(self, message: Message) -> tuple[str, ...]:
        """Note this message; when this returns the line is on disk, or was there before.

        Returns:
            The ids of this customer's earlier messages of the session that have no answer yet, oldest first.

        Raises:
            Transient: the history is locked, full or away.
        """
        noted: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((acceptance(message, datetime.now(UTC)), noted))
        return await noted

    async def apologise(self, message: Message, bus: Bus) -> None:
        """End a message that was accepted and could never be started."""
        apology = Answer(text=PLAIN_APOLOGY, status="apologised")
        await deliver(message, apology, history=self._history, bus=bus)
        if errand := after_delivery(message, message.reply_id, apology.status):
            await bus.publish(errand)

    async def write(self) -> None:
        """Commit what waits, for ever."""
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._commit(batch)

    async def _commit(self, batch: list[tuple[Row, asyncio.Future[tuple[str, ...]]]]) -> None:
        # The same message may wait twice: two deliveries of one id.
        rows = {row.row_id: row for row, _ in batch}
        failure: Transient | None = None
        unanswered: tuple[Row, ...] = ()
        try:
            await self._history.add(rows.values())
            unanswered = await self._unanswered(rows.values())
        except Transient as error:
            failure = error
        for row, noted in ((row, noted) for row, noted in batch if not noted.done()):
            if failure:
                noted.set_exception(failure)
            else:
                noted.set_result(_before(row, unanswered))

    async def _unanswered(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """What these may go on with. Each answers for itself when it cannot be read."""
        accepted = tuple(rows)
        since = min(row.timestamp for row in accepted) - QUICK
        try:
            return await self._history.unanswered({row.session_id for row in accepted}, since)
        except Transient as error:
            log.warning("going on without what is open in the same sessions: %s", error)
            return ()


def _before(row: Row, unanswered: Iterable[Row]) -> tuple[str, ...]:
    """The open messages of the same customer and session that were said before this one."""
    noted = {other.row_id: other for other in unanswered}
    email = (row.payload or {}).get("customer_email")
    place = _place(noted.get(row.row_id, row))
    since = place[0] - QUICK
    return tuple(
        other.message_id
        for other in noted.values()
        if other.session_id == row.session_id
        and said_by(other, email)
        and other.timestamp >= since
        and _place(other) < place
    )


def _place(row: Row) -> tuple[datetime, str]:
    return row.timestamp, row.row_id
