"""Mail what was said: to whoever wrote, in the thread in which they did."""

from datetime import timedelta

from activities.response_aggregator import Delivery
from mesh.actor import actor
from mesh.errands import errand_of
from mesh.errors import Transient
from mesh.mail.letter import Letter, letter_of
from mesh.mail.post import Post
from mesh.mail.writing import Words, written
from mesh.parts import parts_in
from mesh.protocol import Enrichment, Message
from mesh.route import spared
from mesh.store import History, Row


class Mailed(Enrichment, slot="mailed"):
    """What became of a reply: the provider's id of the mail that went out, or why none did."""

    reply_id: str
    message_id: str | None = None
    why: str | None = spared(None)


# For as long as a provider is usually away: the visit is repeated every ten seconds at most.
@actor("email_sender", timeout=timedelta(seconds=20), attempts=700, deadline=timedelta(hours=2))
async def email_sender(message: Message, *, post: Post, history: History) -> Mailed | None:
    """Send the newest reply to this message, once; it is the one that the history has."""
    letter, delivery = letter_of(message), message.get(Delivery)
    if letter is None or delivery is None:
        return None
    if delivery.status == "superseded":
        # A person answers instead, or the reply to a later mail answers this one too.
        return Mailed(reply_id=delivery.reply_id, why="it was not said")
    row = await _said(message, delivery.reply_id, history)
    return await _mailed(letter, row, post)


async def _mailed(letter: Letter, row: Row, post: Post) -> Mailed:
    automatic = row.sender != "human"
    if letter.silent and automatic:
        return Mailed(reply_id=row.row_id, why="only a person's words are mailed in this thread")
    # The provider takes no colon in a key.
    key = row.row_id.replace(":", ".")
    sent = await post.reply(letter, _words(row), key=key, automatic=automatic)
    return Mailed(reply_id=row.row_id, message_id=sent)


async def _said(message: Message, reply_id: str, history: History) -> Row:
    errand = errand_of(message)
    rows = await history.of_message(errand.of if errand else message.message_id)
    found = next((row for row in rows if row.row_id == reply_id), None)
    if found is None:
        raise Transient("the reply is not in the history yet")
    return found


def _words(row: Row) -> Words:
    response = (row.payload or {}).get("response")
    # What a check took out of the words must not come back as a card.
    whole = isinstance(response, dict) and response.get("text") == row.content
    return written(row.content, parts_in(response) if whole else ())
