"""Burying a message: it is kept whole as a dead letter, the history has its end, and the customer an apology."""

from temporalio import activity

from mesh.bus import Bus
from mesh.delivery import PLAIN_APOLOGY, Answer, deliver
from mesh.protocol import Message
from mesh.store import History
from mesh.temporal import BURY

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
        apology = Answer(text=PLAIN_APOLOGY, status="apologised")
        await deliver(message, apology, history=self._history, bus=self._bus, suffix=SUFFIX)
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
