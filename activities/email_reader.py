"""Fetch the words of a mail that was too large for an event; it then goes its way as a message."""

from datetime import timedelta

from mesh.actor import actor
from mesh.bus import Bus
from mesh.errors import Permanent
from mesh.mail.composing import fetched
from mesh.mail.letter import letter_of
from mesh.mail.post import Post
from mesh.protocol import Message


# As long as the sender waits for the provider: nobody else has these words.
@actor("email_reader", timeout=timedelta(seconds=20), attempts=700, deadline=timedelta(hours=2))
async def email_reader(message: Message, *, post: Post, bus: Bus) -> None:
    """Publish the message that this errand is for; its id is fixed, so that a repetition is the same message."""
    letter = letter_of(message)
    if letter is None:
        raise Permanent("this came by no mail")
    await bus.publish(fetched(message, await post.fetch(letter)))
