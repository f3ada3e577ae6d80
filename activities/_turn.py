"""One message of a session, beside what it may go on with."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from activities._clauses import QUESTION
from activities._follow import Follow
from activities._short_answers import Lead, content_of, lead_of, numbers_in, thanks_in, without_rejected
from mesh.questions import MOST_WORDS
from mesh.sessions import SessionState

if TYPE_CHECKING:
    from activities.intent_analyzer import Intent

SURE: Final = 1.0
SHORT: Final = 8
"""Words in an answer that points at something rather than telling of it."""

IDLE: Final = frozenset({"smalltalk", "out_of_scope"})
TOPICS: Final = frozenset({
    "order_status", "delivery_complaint", "cancel_order", "change_order", "change_address", "refund_request",
    "refund_status", "return_request", "exchange_request", "product_issue", "billing_invoice", "payment_issue",
})  # fmt: skip
"""What can be asked about one order, and then about another."""


@dataclass(frozen=True)
class Turn:
    """One message beside what it may go on with."""

    found: "Intent"
    text: str
    state: SessionState
    fresh: bool

    @cached_property
    def lead(self) -> Lead:
        return lead_of(self.text)

    @property
    def said(self) -> str:
        """The text behind a yes or no, when there is any."""
        return self.lead.rest if self.lead.answer and self.lead.rest else self.text

    @property
    def short(self) -> bool:
        return len(self.text.split()) <= SHORT

    @property
    def brief(self) -> bool:
        """Short, or longer and without a clear matter of its own."""
        return self.short or (not self.found.clear and len(self.text.split()) <= 2 * SHORT)

    @property
    def asks(self) -> bool:
        """A question of theirs, and a guess at what it is about: no answer to ours."""
        return bool(QUESTION.match(self.said.lower())) and self.found.intent not in IDLE

    @property
    def idle(self) -> bool:
        return not self.found.clear or self.found.intent in IDLE

    @property
    def thanks(self) -> bool:
        return self.lead.answer is None and thanks_in(self.text)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The orders that are named. In a text that only points at something, every long number is one."""
        named = self.found.entities.order_ids
        rejected = without_rejected(self.text)[1]
        meant = tuple(order for order in named if order.removeprefix("ORD-").lstrip("0") not in rejected)
        return meant or (numbers_in(without_rejected(self.text)[0]) if self.bare else ()) or named

    @property
    def topic(self) -> str | None:
        """The matter of an order that waits for an answer, else the last one that was talked about."""
        asked = self.state.pending
        if asked is None or asked.stale:
            return self.state.topic
        if asked.kind != "meaning":
            return asked.intent
        intents = [choice.intent for choice in asked.choices if choice.intent in TOPICS]
        return intents[0] if len(intents) == 1 else self.state.topic

    @property
    def bare(self) -> bool:
        """It only points at something: whatever intent was read into it counts for nothing."""
        return not content_of(self.text)

    def meaning(
        self,
        intent: str,
        follow: Follow,
        *order_ids: str,
        main: tuple[str, ...] = (),
        others: Iterable[Mapping[str, object]] = (),
    ) -> "Intent":
        """The intent of the whole.

        Args:
            intent: the main matter.
            follow: what earlier turns add.
            order_ids: every order that is meant; the named ones when none is given.
            main: those of the main matter when they are not all.
            others: further matters, each as a secondary intent.
        """
        orders = tuple(dict.fromkeys(order_ids or self.numbers))
        whole = self.found.model_dump() | {
            "intent": intent,
            "confidence": SURE,
            "secondary": tuple(others),
            "entities": self.found.entities.model_copy(update={"order_ids": orders}),
            "order_ids": main or orders,
            "follows": follow.model_copy(update={"words": follow.words[-MOST_WORDS * 2 :]}),
        }
        return type(self.found).model_validate(whole)


Reading = Callable[[Turn], "Intent | None"]
