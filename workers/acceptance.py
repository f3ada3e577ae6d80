"""The history's line for every accepted message: written before its workflow, many in one transaction."""

import asyncio
from datetime import UTC, datetime

from mesh.bus import Bus
from mesh.delivery import PLAIN_APOLOGY, Answer, acceptance, deliver
from mesh.errors import Transient
from mesh.protocol import Message
from mesh.store import History, Row


class Acceptance:
    """Notes acceptances. `write` must run beside it: it commits together what came together.

    A commit costs an fsync, whether of one row or of thirty. What arrives while one commit runs waits for the next.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._waiting: asyncio.Queue[tuple[Row, asyncio.Future[None]]] = asyncio.Queue()

    async def accept(self, message: Message) -> None:
        """Note this message; when this returns the line is on disk, or was there before.

        Raises:
            Transient: the history is locked, full or away.
        """
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((acceptance(message, datetime.now(UTC)), noted))
        await noted

    async def apologise(self, message: Message, bus: Bus) -> None:
        """End a message that was accepted and could never be started."""
        await deliver(message, Answer(text=PLAIN_APOLOGY, status="apologised"), history=self._history, bus=bus)

    async def write(self) -> None:
        """Commit what waits, for ever."""
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._commit(batch)

    async def _commit(self, batch: list[tuple[Row, asyncio.Future[None]]]) -> None:
        # The same message may wait twice: two deliveries of one id.
        rows = {row.row_id: row for row, _ in batch}
        failure: Transient | None = None
        try:
            await self._history.add(rows.values())
        except Transient as error:
            failure = error
        for noted in (noted for _, noted in batch if not noted.done()):
            if failure:
                noted.set_exception(failure)
            else:
                noted.set_result(None)
