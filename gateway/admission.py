"""Who comes in while more comes than the mesh can answer soon; the others are told when to come back."""

import logging
import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final, Literal, NamedTuple

from gateway.backlog import Backlog, Clock
from gateway.congestion import Congestion
from gateway.metrics import Metrics
from gateway.outside import Outside
from gateway.problems import Problem
from gateway.regulars import Regulars
from mesh.gate_settings import GateSettings
from mesh.protocol import FAIRNESS, Message
from mesh.replies import Progress, Reply

log = logging.getLogger(__name__)

BUSY: Final = "busy"
EVERY: Final = 1.0
"""Seconds between two looks at what was measured."""
QUIET: Final = 10.0
"""Seconds without a refusal after which it is over."""
SOONEST: Final = 1.0
JITTER: Final = 0.25
KEPT_FREE: Final = 0.3
"""Largest share of the places that newcomers leave to those who were told to come back by now."""
FEWEST: Final = 2
"""Messages that every customer may have on their way."""
PEOPLE: Final = frozenset({"joined", "left"})
WORKING: Final = "working"
LAST: Final = 5
"""The priority of mails while it is crowded; routers raise it again for what is urgent."""
TOO_MANY: Final = (
    "More customers are writing than we can answer at once. Nothing was accepted: send it again in {wait} s."
)

Why = Literal["newcomer", "under way", "came back", "first tier", "one customer", "early"]


class Refused(Exception):  # noqa: N818 - it is a state of affairs
    """Not now: after how many seconds, and as what it was refused."""

    def __init__(self, wait: float, why: Why) -> None:
        super().__init__(why)
        self.wait, self.why = wait, why


class Gate:
    """Lets messages in by what is in hand, how long it takes and how many are answered: all heard, nothing asked.

    Every gateway hears the replies and the progress of the whole mesh, so each measures the same.
    """

    def __init__(
        self,
        settings: GateSettings,
        metrics: Metrics,
        clock: Clock = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings, self._metrics, self._clock, self._chance = settings, metrics, clock, chance
        self.backlog = Backlog(clock)
        self.congestion = Congestion(settings.admission_delay, settings.admission_least, clock)
        self.outside = Outside(clock)
        self.regulars = Regulars(clock)
        self.refused = 0
        self._seen = 0
        self._last = self._first = clock()

    # -- who comes in

    @contextmanager
    def admitting(self, message: Message, who: str, *, known: bool = False) -> Iterator[Message]:
        """A place for this message, which is given up again when the block fails; the message as it is to be published.

        Args:
            message: what wants to come in.
            who: the customer, by a name that tells nobody who that is.
            known: whether it was accepted before, and is only repeated.

        Raises:
            Problem: 503 with Retry-After, not now.
        """
        message_id = message.message_id
        if known or message_id in self.backlog:
            yield message
            return
        marked = self._marked(message, who)
        self._enter(message_id, message.session_id, who)
        try:
            yield marked
        except BaseException:
            self.backlog.leave(message_id)
            raise

    def demand(self, message_id: str, session_id: str, who: str) -> None:
        """Go on only if there is a place.

        Raises:
            Problem: 503 with Retry-After, there is none now.
        """
        try:
            self._demand(message_id, session_id, who)
        except Refused as refused:
            raise self._problem(message_id, refused) from None

    def has_room(self, message_id: str, session_id: str, who: str) -> bool:
        """Whether it could come in now; nothing is noted."""
        try:
            self._demand(message_id, session_id, who)
        except Refused:
            return False
        return True

    def _enter(self, message_id: str, session_id: str, who: str) -> None:
        self.demand(message_id, session_id, who)
        self.outside.came(message_id)
        self.backlog.take(message_id, who)
        self.congestion.in_hand(len(self.backlog))

    def _demand(self, message_id: str, session_id: str, who: str) -> None:
        if not self._settings.admission:
            return
        if early := self.outside.early(message_id):
            raise Refused(early, "early")
        share = max(FEWEST, self.congestion.limit * self._settings.admission_customer_share)
        if self._crowded and self.backlog.of(who) >= share:
            raise Refused(self._wait(message_id), "one customer")
        why = self._level(message_id, session_id, who)
        if len(self.backlog) + 1 > self._room(why):
            raise Refused(self._wait(message_id), why)

    @property
    def _crowded(self) -> bool:
        """Whether it matters who has how much: a key of their own costs their visits a tenth more of Temporal."""
        return self._settings.admission and len(self.backlog) >= self.congestion.limit / 2

    def _level(self, message_id: str, session_id: str, who: str) -> Why:
        if self.regulars.goes_first(who):
            return "first tier"
        if self.outside.comes_back(message_id):
            return "came back"
        return "under way" if self.regulars.under_way(session_id) else "newcomer"

    def _room(self, why: Why) -> float:
        """How many may be in hand, itself included, for one of this kind to come in."""
        limit, reserve = self.congestion.limit, self._settings.admission_reserve
        if why == "first tier":
            return limit
        if why != "newcomer":
            return limit * (1 - reserve / 2)
        expected = min(self.outside.late, KEPT_FREE * limit)
        # A lone message always finds a place: nobody may wait for those who do not come.
        return max(1.0, limit * (1 - reserve) - expected)

    def _wait(self, message_id: str) -> float:
        """Seconds until its turn: what is in hand and who was told to come before it, by how many are answered."""
        ahead = self.outside.late if self.outside.comes_back(message_id) else self.outside.coming
        seconds = (len(self.backlog) + ahead) / self.congestion.answers
        return min(self._settings.admission_longest / (1 + JITTER), max(SOONEST, seconds))

    def _marked(self, message: Message, who: str) -> Message:
        """While it is crowded, what a customer sends beside a first message is taken in turn with others'."""
        if not (self._crowded and self.backlog.of(who)):
            return message
        return message.model_copy(update={"metadata": {**message.metadata, FAIRNESS: who}})

    def _problem(self, message_id: str, refused: Refused) -> Problem:
        jitter = 1.0 if refused.why == "early" else 1 + JITTER * self._chance()
        seconds = math.ceil(refused.wait * jitter)
        if refused.why != "early":
            self.outside.expect(message_id, seconds)
        self._note(refused.why)
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            TOO_MANY.format(wait=seconds),
            {"Retry-After": str(seconds)},
            reason=BUSY,
            retry_after=seconds,
            message_id=message_id,
        )

    def _note(self, why: Why) -> None:
        self._metrics.refused.labels(why).inc()
        now = self._clock()
        if not self.refused:
            self._first = now
            log.warning(
                "more comes than is answered: %d in hand, %.0f at most", len(self.backlog), self.congestion.limit
            )
        self.refused += 1
        self._last = now

    def behind_others(self, message: Message) -> Message:
        """A message that nobody stands and waits for: while it is crowded its visits come after all others."""
        if not self._crowded:
            return message
        route = message.route
        last = {name: route.policy(name).model_copy(update={"priority": LAST}) for name in (*route.here, *route.ahead)}
        return message.with_route(route.model_copy(update={"policies": {**route.policies, **last}}))

    # -- what is heard

    def took(self, message_id: str) -> None:
        """A message was published that nobody stands and waits for: a mail."""
        if message_id not in self.backlog:
            self.backlog.take(message_id, "")

    def take_reply(self, reply: Reply) -> None:
        taken = self.backlog.end(reply.message_id)
        if taken:
            self.congestion.served(taken.since if taken.who else None)
        self.regulars.heard(reply.session_id, taken.who if taken else "", reply.tier)

    def take_progress(self, event: Progress) -> None:
        if event.state in PEOPLE:
            return
        if event.answered_by:
            if self.backlog.end(event.message_id):
                self.congestion.served(None)
        elif event.state == WORKING:
            self.backlog.begin(event.message_id)
        else:
            self.backlog.leave(event.message_id)

    # -- once a second

    def look(self, in_stream: int = 0) -> "Rush | None":
        """Draw conclusions from what was heard; the time of refusals that is over, if one is.

        Args:
            in_stream: messages that NATS holds for intake now.
        """
        self.backlog.set_in_stream(in_stream)
        self.outside.look()
        for message_id in self.backlog.drop_overtaken():
            log.info("message %s was overtaken: it is stuck, and takes no place any more", message_id)
        self.congestion.look(len(self.backlog), refused=self.refused > self._seen)
        self._seen = self.refused
        self._show()
        return self._over()

    def _show(self) -> None:
        shown = self._metrics
        shown.in_hand.set(len(self.backlog))
        shown.places.set(self.congestion.limit)
        shown.oldest.set(self.backlog.oldest)
        shown.delay.set(self.congestion.delay)
        shown.answers.set(self.congestion.answers)
        shown.outside.set(self.outside.coming)

    def _over(self) -> "Rush | None":
        if not self.refused or self._clock() - self._last < QUIET:
            return None
        rush = Rush(self.refused, self._last - self._first)
        self.refused = self._seen = 0
        return rush


class Rush(NamedTuple):
    """A time in which messages were refused: how many, and for how many seconds."""

    refused: int
    seconds: float
