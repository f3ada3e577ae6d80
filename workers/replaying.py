"""Sending dead messages on their way again, and taking those that ended well out of the dead letters."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mesh.dead import DeadLetter
from mesh.errors import MeshError
from mesh.letters import Letters
from mesh.protocol import Message
from mesh.replay import Repair, repaired, replayed
from mesh.revival import Busy, End, Revival

AT_ONCE = 16
UNBURIED = 0
"""The number of a letter that lies in no stream: its message came from a file."""


@dataclass(frozen=True)
class Result:
    """How a replay ended, and why if not well."""

    letter: DeadLetter
    end: End
    why: str = ""


@dataclass
class Replaying:
    """One run of the command over any number of letters.

    Attributes:
        fills: the slots that each actor fills.
        wait: longest wait in seconds for the end of each journey.
        repaired_bytes: the message to send instead of what lies in the letter.
    """

    letters: Letters
    journeys: Revival
    repair: Repair
    fills: Mapping[str, tuple[str, ...]]
    wait: float = 120.0
    repaired_bytes: Message | None = None
    _known: dict[str, list[int]] = field(default_factory=dict)
    _last: int = 0

    async def all(self, chosen: Iterable[DeadLetter], told: Callable[[Result], None]) -> Counter[End]:
        """Replay these letters, some at the same time; `told` hears of each end."""
        slots, ends = asyncio.Semaphore(AT_ONCE), Counter[End]()
        await self._look_up()

        async def replay(letter: DeadLetter) -> None:
            async with slots:
                result = await self.one(letter)
            ends[result.end] += 1
            told(result)

        async with asyncio.TaskGroup() as group:
            for letter in chosen:
                group.create_task(replay(letter))
        return ends

    async def one(self, letter: DeadLetter) -> Result:
        """Replay one letter, wait for its end, and take it out if that is well."""
        try:
            message = await self.ready(letter)
            before = await self.journeys.finished(message.message_id)
            if before == "well":
                return await self._settled(letter, message, before, "had ended well already")
            await self.journeys.restart(message)
            end, why = await self.journeys.end(message.message_id, self.wait)
            return await self._settled(letter, message, end, why)
        except Busy as error:
            return Result(letter, "under way", str(error))
        except MeshError as error:
            return Result(letter, "failed", str(error))

    async def ready(self, letter: DeadLetter) -> Message:
        """The message of a letter as it will travel."""
        message = self.repaired_bytes or letter.message()
        asked = self.repair.start is not None or self.repair.steps is not None
        if letter.kind != "unfinished" and not asked:
            # It never travelled: it begins where it was published to.
            return repaired(message, self.repair.slots)
        accepted = await self.journeys.accepted(message.message_id)
        return replayed(message, self.repair, accepted=accepted, fills=self.fills)

    async def _look_up(self) -> None:
        async for letter in self.letters.after(self._last):
            self._known.setdefault(letter.message_id, []).append(letter.sequence)
            self._last = letter.sequence

    async def _settled(self, letter: DeadLetter, message: Message, end: End, why: str) -> Result:
        await self._look_up()
        about = {letter.sequence, *self._known.get(message.message_id, ())}
        # One that failed again left another letter, which knows more.
        kept = {"well": set[int](), "failed": {max(about)}}.get(end, about)
        for sequence in about - kept - {UNBURIED}:
            await self.letters.delete(sequence)
        return Result(letter, end, why)
