"""What was taken in of each thread of mails: one key each, changed by compare-and-set, so that all gateways agree.

Writing a mail down and deciding how it is treated are one step: however often it is delivered, and to whomever, the
same is decided of it, and no more of a thread are answered within an hour than may be.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from pydantic import ValidationError

from mesh.errors import Transient
from mesh.identity import Kind
from mesh.mail.letter import Letter
from mesh.registers import MAILS, Registers
from mesh.route import Wire
from mesh.secret import fingerprint

HOUR: Final = timedelta(hours=1)
KEPT: Final = timedelta(hours=36)
"""How long a mail is known: the provider gives a delivery up after 28 hours."""

RACES: Final = 30
MOST_WRITERS: Final = 5

Verdict = Literal["answer", "person", "leave"]


class Writer(Wire):
    """Somebody who writes in a thread, and their newest mail."""

    session_id: str
    identity: Kind
    letter: Letter

    @property
    def email(self) -> str | None:
        """The address as that of a customer; None when nobody vouches for it."""
        return None if self.identity == "anonymous" else self.letter.sender


class Entry(Wire):
    """A mail that was taken in."""

    message_id: str
    at: datetime
    verdict: Verdict


class Thread(Wire):
    """A thread: the mails of the last hours, oldest first, and who wrote them, the newest last."""

    entries: tuple[Entry, ...] = ()
    writers: tuple[Writer, ...] = ()

    def writer_to(self, addresses: Iterable[str]) -> Writer | None:
        """Who has one of these addresses, else who wrote last."""
        wanted = set(addresses)
        known = (one for one in reversed(self.writers) if one.letter.sender in wanted)
        return next(known, self.writers[-1] if self.writers else None)


class Admission(NamedTuple):
    """How a mail is treated. `again`: it was taken in before, and this was decided then."""

    verdict: Verdict
    again: bool


class Threads:
    """The threads, over one connection to NATS. Without NATS every method raises `Unavailable`."""

    def __init__(self, registers: Registers, answers_per_hour: int) -> None:
        self._registers = registers
        self._most = answers_per_hour

    async def admit(self, message_id: str, writer: Writer) -> Admission:
        """Take a mail in, once.

        Raises:
            Transient: too many mails of this thread come at this moment.
        """
        key, now = key_of(writer.letter.inbox_id, writer.letter.thread_id), datetime.now(UTC)
        for _ in range(RACES):
            thread, revision = await self._read(key)
            if known := next((one for one in thread.entries if one.message_id == message_id), None):
                return Admission(known.verdict, again=True)
            verdict = self._verdict(thread, now)
            if verdict == "leave":
                return Admission(verdict, again=False)
            written = _with(thread, Entry(message_id=message_id, at=now, verdict=verdict), writer, now)
            if await self._registers.write(MAILS, key, written.model_dump_json().encode(), revision):
                return Admission(verdict, again=False)
        raise Transient("too many mails of this thread come at this moment")

    async def of(self, inbox_id: str, thread_id: str) -> Thread:
        """The thread as it is known; empty when nothing of it is."""
        return (await self._read(key_of(inbox_id, thread_id)))[0]

    async def _read(self, key: str) -> tuple[Thread, int]:
        value, revision, _ = await self._registers.read(MAILS, key)
        try:
            return (Thread.model_validate_json(value) if value else Thread()), revision
        except ValidationError:
            # Written by something newer or broken: better forgotten than never written again.
            return Thread(), revision

    def _verdict(self, thread: Thread, now: datetime) -> Verdict:
        """Answered while there were few; then one goes to a person, who reads the thread; the rest is left alone."""
        recent = [one.verdict for one in thread.entries if one.at > now - HOUR]
        if recent.count("answer") < self._most:
            return "answer"
        return "leave" if "person" in recent else "person"


def key_of(inbox_id: str, thread_id: str) -> str:
    return fingerprint(f"{inbox_id}\n{thread_id}")


def _with(thread: Thread, entry: Entry, writer: Writer, now: datetime) -> Thread:
    entries = (*(one for one in thread.entries if one.at > now - KEPT), entry)
    others = (one for one in thread.writers if one.session_id != writer.session_id)
    return Thread(entries=entries, writers=(*others, writer)[-MOST_WRITERS:])
