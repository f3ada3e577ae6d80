"""The mail that a message came by, as its metadata say: where the reply goes, and what people are shown of it."""

from typing import Final

from pydantic import ValidationError

from mesh.protocol import Message
from mesh.route import Wire, spared

MAIL: Final = "mail"
"""The field of a message's metadata."""

CHANNEL: Final = "email"


class Enclosed(Wire):
    """An attachment by its name, which is the sender's word, and its size in bytes. It is not fetched."""

    name: str
    size: int = 0


class Letter(Wire):
    """Where a mail lies at the provider, and who wrote it.

    Attributes:
        sender: the bare address, proven or not: where replies go, and nowhere else.
        silent: only a person's words are sent.
    """

    inbox_id: str
    thread_id: str
    message_id: str
    sender: str
    subject: str = ""
    enclosed: tuple[Enclosed, ...] = spared(())
    silent: bool = spared(False)  # noqa: FBT003 - a default


def letter_of(message: Message) -> Letter | None:
    """The mail that this message came by; None when it came another way."""
    try:
        return Letter.model_validate(message.metadata.get(MAIL))
    except ValidationError:
        return None
