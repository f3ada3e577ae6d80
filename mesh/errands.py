"""Errands: messages that say nothing new. They carry out what is left to do for another message.

Nobody waits for an errand: it is no line of the history, and nobody is apologised to for it.
"""

from typing import Final

from pydantic import JsonValue, ValidationError

from mesh.protocol import Id, Message, Route
from mesh.route import Wire
from mesh.secret import fingerprint

ERRAND: Final = "errand"
"""The field of a message's metadata."""

DELIVERY: Final = "delivery"
"""The slot that tells what was sent to the customer."""


class Errand(Wire):
    """Whose errand it is, and which route that message takes when this was what it waited for."""

    of: Id
    then: Route | None = None


def errand_of(message: Message) -> Errand | None:
    """What this message carries out; None when it speaks for itself."""
    try:
        return Errand.model_validate(message.metadata.get(ERRAND))
    except ValidationError:
        return None


def after_delivery(message: Message, reply_id: str, status: str) -> Message | None:
    """The errand of whoever follows a delivery that was not made by an actor; None when nobody does.

    Its id follows from the reply's, so that a repetition is the same errand.
    """
    route = message.route
    names = [
        name
        for actor, names in route.followers.items()
        if route.policy(actor).delivers
        for name in dict.fromkeys(names)
    ]
    if not names or errand_of(message):
        return None
    delivery: dict[str, JsonValue] = {"reply_id": reply_id, "status": status}
    fields = {"steps": names, "policies": {name: route.policy(name) for name in names}}
    told = message.enriched({DELIVERY: delivery})
    return told.model_copy(
        update={
            "message_id": f"errand-{fingerprint(reply_id)}",
            "route": Route.model_validate(fields),
            "metadata": {**message.metadata, ERRAND: {"of": message.message_id}},
        }
    )
