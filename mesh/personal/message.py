"""A message as it may be kept: the one place where what a customer wrote is changed."""

from typing import Final

from mesh.personal import NEVER_STORED, for_storage, spans
from mesh.protocol import JsonValue, Message

REMOVED: Final = "removed"
"""The slot of the metadata that names what was taken out, so that the reply can ask not to send it."""


def spared(message: Message) -> Message:
    """The message without card numbers, accounts and secrets; the same when it holds none."""
    text = message.payload.customer_message
    kinds: list[JsonValue] = [*dict.fromkeys(span.kind for span in spans(text) if span.kind in NEVER_STORED)]
    if not kinds:
        return message
    payload = message.payload.model_copy(update={"customer_message": for_storage(text)})
    return message.model_copy(update={"payload": payload, "metadata": {**message.metadata, REMOVED: kinds}})


def removed_from(message: Message) -> tuple[str, ...]:
    """The kinds that were taken out of this message."""
    kinds = message.metadata.get(REMOVED)
    return tuple(kind for kind in kinds if isinstance(kind, str)) if isinstance(kinds, list) else ()
