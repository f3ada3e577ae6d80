"""Burying a message: it is kept whole as a dead letter, the history has its end, and the customer an apology."""

from datetime import UTC, datetime, timedelta

from temporalio import activity

from mesh.bus import Bus
from mesh.delivery import Answer, deliver, plain_apology
from mesh.errands import after_delivery, errand_of
from mesh.protocol import Message
from mesh.store import ENDS, History
from mesh.temporal import BURY

REPLIES_KEPT = timedelta(days=6)
"""Within this time every reply that was sent is still in the stream of replies."""
SUFFIX = ":sorry"
"""Keeps the apology's id apart from that of the reply which a replay makes at the same step."""


class Burial:
    """Keeps a message that nobody could finish, and apologises to the customer."""

    def __init__(self, bus: Bus, history: History) -> None:
        self._bus = bus
        self._history = history

    @activity.defn(name=BURY)
    async def bury(self, message: Message) -> None:
        error = message.payload.error
        await self.keep(message, failure=error.kind if error else "")

    async def keep(self, message: Message, *, failure: str) -> None:
        """Bury a message; `failure` is one word for how it ended. Repeating it keeps and sends nothing twice."""
        error = message.payload.error
        tries = error.attempts if error else None
        if error is not None and error.kind == "exhausted":
            tries = tries or message.route.policy(error.actor).attempts
        # The customer first: whoever keeps the letter may be away for longer.
        if errand_of(message) is None:
            await self._apologise(message)
        await self._bus.bury(
            message.model_dump_json().encode(),
            kind="unfinished",
            reason=error.reason if error else "unknown",
            key=f"{message.reply_id}:unfinished",
            message=message.message_id,
            session=message.session_id,
            actor=error.actor if error else "",
            failure=failure,
            attempts=str(tries or ""),
        )

    async def _apologise(self, message: Message) -> None:
        """Tell the customer, unless the last that they were told about this message was an end: it has one end."""
        replies = await self._bus.replies_after(message.session_id, 0)
        sent = [reply for reply in replies if reply.message_id == message.message_id]
        if sent and sent[-1].status != "escalated":
            if sent[-1].reply_id == message.reply_id + SUFFIX:
                # An earlier attempt may have got no further.
                await self._follow(message)
            return
        rows = await self._history.of_message(message.message_id)
        if any(row.status in ENDS and row.timestamp < datetime.now(UTC) - REPLIES_KEPT for row in rows):
            # It ended so long ago that nobody can tell any more what was sent.
            return
        for row in rows:
            if row.status in ENDS:
                # It was written down as the answer and never went out: the apology takes its place.
                await self._history.amend(row.row_id, "superseded")
        apology = Answer(text=plain_apology(message), status="apologised")
        if await deliver(message, apology, history=self._history, bus=self._bus, suffix=SUFFIX):
            await self._follow(message)

    async def _follow(self, message: Message) -> None:
        """Send the apology on to whoever follows a delivery on this route."""
        if errand := after_delivery(message, message.reply_id + SUFFIX, "apologised"):
            await self._bus.publish(errand)
