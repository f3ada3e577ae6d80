"""Who answers a message: itself, or a later one of its session that came before it was answered.

One key for each message, created once and never changed: `docs/decisions/0017-two-messages-one-answer.md` says why that
is enough.
"""

from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter, ValidationError

from mesh.errors import Transient
from mesh.protocol import Id, Message
from mesh.registers import ANSWERS, Registers

FOLLOWS: Final = "follows"
"""Where intake writes which earlier messages of the session were open when this one was accepted, oldest first."""
MOST_FOLLOWED: Final = 3
ANSWERED_BY: Final = "answered_by"
"""Slot in the history of a superseded message: the id of the one that answers it too."""

_IDS: Final = TypeAdapter(tuple[Id, ...])


class Answerers:
    """Says who answers a message, exactly once. Without NATS every method raises `Unavailable`."""

    def __init__(self, registers: Registers) -> None:
        self._registers = registers

    async def of(self, message_id: str) -> str | None:
        """The id of the message that answers this one; None while that is open."""
        value = (await self._registers.read(ANSWERS, message_id)).value
        return value.decode() if value else None

    async def claim(self, message_id: str, by: str) -> str:
        """Let `by` answer a message unless that is settled; who answers it. Asking again changes nothing."""
        if await self._registers.write(ANSWERS, message_id, by.encode(), 0):
            return by
        found = await self.of(message_id)
        if found is None:
            raise Transient("who answers this message was settled and cannot be read")
        return found

    async def another(self, message: Message) -> str | None:
        """The later message that answers this one; None when it answers itself, which is settled from now on."""
        found = await self.claim(message.message_id, message.message_id)
        return None if found == message.message_id else found


def followed(message: Message) -> tuple[str, ...]:
    """The ids of the messages that were open when this one was accepted, oldest first."""
    try:
        return _IDS.validate_python(message.metadata.get(FOLLOWS) or ())[-MOST_FOLLOWED:]
    except ValidationError:
        return ()


def following(message: Message, earlier: Sequence[str]) -> Message:
    """The message with what intake knows of it; whatever the publisher wrote there is not believed."""
    kept = {name: value for name, value in message.metadata.items() if name != FOLLOWS}
    follows = {FOLLOWS: list(earlier[-MOST_FOLLOWED:])} if earlier else {}
    return message.model_copy(update={"metadata": {**kept, **follows}})
