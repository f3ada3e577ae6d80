"""Messages that came in quick succession: which of them this one answers too, and leaving one to a later one."""

from collections.abc import Callable
from typing import Final, TypeVar

from activities._safety import steers
from activities.sentiment_analyzer import felt
from mesh.bus import Bus
from mesh.errors import Permanent
from mesh.protocol import Enrichment, Message
from mesh.route import Wire
from mesh.store import History, Row, said_by
from mesh.together import Answerers, followed

T = TypeVar("T")

MOST_CHARACTERS: Final = 4000
"""Of all that is answered together. More than that is no quick second thought."""


class Earlier(Wire):
    """A message that is answered with a later one. `dropped`: the later one took it back or corrected it."""

    message_id: str
    text: str
    dropped: bool = False


class Joined(Enrichment, slot="intent"):
    """As much of an intent as counts here; its own module reads this one, so it cannot be imported."""

    together: tuple[Earlier, ...] = ()


class LeftTo(Enrichment, slot="delivery"):
    """Nothing was sent: the message `answered_by` answers this one too."""

    reply_id: str
    status: str = "superseded"
    answered_by: str | None = None


def earlier_in(message: Message) -> tuple[Earlier, ...]:
    """The messages that this one answers too."""
    found = message.get(Joined)
    return found.together if found else ()


def asked(message: Message) -> str:
    """What has to be answered: this message, behind those that it answers too."""
    earlier = [one.text for one in earlier_in(message) if not one.dropped]
    return "\n".join((*earlier, message.payload.customer_message))


def answered_by(message: Message) -> str | None:
    """The later message that answers this one, where a visit has found that out."""
    found = message.get(LeftTo)
    return found.answered_by if found else None


def left_to(other: str, message: Message, otherwise: T) -> T:
    """End this visit without a deed, for a later message answers this one; `otherwise` where no router could help.

    Raises:
        Permanent: always, when the route has an error handler: that one ends the route.
    """
    if message.route.error_handler is None:
        return otherwise
    delivery = LeftTo(reply_id=message.reply_id, answered_by=other)
    raise Permanent(f"message {other} answers this one too", delivery)


async def taken_over(
    message: Message, *, bus: Bus, history: History, willing: Callable[[str], bool]
) -> tuple[Earlier, ...]:
    """The open messages before this one that it answers too, oldest first; settled when this returns.

    Raises:
        Transient, Unavailable: it is not known who answers what. Asked again, it is settled the same way.
    """
    ids = followed(message)
    if not ids:
        return ()
    answerers = Answerers(bus)
    # Itself first: whoever answers others is answered by nobody else, so nothing is ever left to a message that ends.
    if await answerers.another(message):
        return ()
    found: list[Earlier] = []
    for message_id in reversed(ids):
        said = await _said(message_id, message, history)
        if said is None or not await _won(answerers, said, message, willing):
            break
        found.insert(0, Earlier(message_id=message_id, text=said.content))
    return tuple(found)


async def _won(answerers: Answerers, said: Row, message: Message, willing: Callable[[str], bool]) -> bool:
    me = message.message_id
    if (settled := await answerers.of(said.message_id)) is not None:
        return settled == me
    return willing(said.content) and await answerers.claim(said.message_id, me) == me


async def _said(message_id: str, message: Message, history: History) -> Row | None:
    """What this customer said in this session under that id."""
    rows = await history.of_message(message_id)
    said = (row for row in rows if row.sender == "customer" and row.session_id == message.session_id)
    return next((row for row in said if said_by(row, message.payload.customer_email)), None)


def harmless(text: str) -> bool:
    """Whether it may share an answer: what alarms us, or tries to steer us, is looked at by itself."""
    calm = felt(text).urgency not in {"high", "critical"}
    return calm and len(text) <= MOST_CHARACTERS // 2 and not steers(text)
