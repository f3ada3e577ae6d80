"""The updates by which operators steer a message: each is checked, noted, and ends the open visit."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from mesh.protocol import (
    Failure,
    GiveUp,
    Intervention,
    JsonValue,
    Message,
    Outcome,
    ProtocolError,
    ReplyNow,
    Reroute,
    RetryNow,
    SkipStep,
    objection,
    wish_of,
)


class Steerable:
    """What a run knows of operators. A rejected update changes nothing; an accepted one is obeyed by the run."""

    _message: Message
    _visits: list[asyncio.Task[tuple[Outcome, Failure | None]]]
    _wish: Intervention | None
    _closing: bool

    @workflow.update(description='Leave this visit, go on with other steps: {"steps": ["a", ["b", "c"]], "why": "…"}')
    def reroute(self, wish: JsonValue = None) -> str:
        return self._intervene(wish_of(Reroute, wish))

    @reroute.validator
    def _may_reroute(self, wish: JsonValue = None) -> None:
        self._check(Reroute, wish)

    @workflow.update(description='Start this visit anew at once, with fresh attempts: {"by": "…", "why": "…"}')
    def retry_now(self, wish: JsonValue = None) -> str:
        return self._intervene(wish_of(RetryNow, wish))

    @retry_now.validator
    def _may_retry_now(self, wish: JsonValue = None) -> None:
        self._check(RetryNow, wish)

    @workflow.update(description='Leave this visit, take the next step: {"by": "…", "why": "…"}')
    def skip_step(self, wish: JsonValue = None) -> str:
        return self._intervene(wish_of(SkipStep, wish))

    @skip_step.validator
    def _may_skip_step(self, wish: JsonValue = None) -> None:
        self._check(SkipStep, wish)

    @workflow.update(description='Answer the customer in your words: {"text": "…", "by": "…"}')
    def reply(self, wish: JsonValue = None) -> str:
        return self._intervene(wish_of(ReplyNow, wish))

    @reply.validator
    def _may_reply(self, wish: JsonValue = None) -> None:
        self._check(ReplyNow, wish)

    @workflow.update(description='Apologise and keep it as a dead letter: {"reason": "…", "by": "…"}')
    def give_up(self, wish: JsonValue = None) -> str:
        return self._intervene(wish_of(GiveUp, wish))

    @give_up.validator
    def _may_give_up(self, wish: JsonValue = None) -> None:
        self._check(GiveUp, wish)

    def _check(self, kind: type[Intervention], wish: JsonValue) -> None:
        if reason := self._objection(kind, wish):
            raise ApplicationError(reason, type="Rejected", non_retryable=True) from None

    def _objection(self, kind: type[Intervention], wish: JsonValue) -> str | None:
        if self._closing:
            return "the message is being given up: it can be replayed afterwards"
        if self._wish:
            return f"{self._wish.name} is being done at this moment: look again"
        try:
            return objection(self._message.route, wish_of(kind, wish))
        except ProtocolError as error:
            return str(error)

    def _intervene(self, wish: Intervention) -> str:
        self._wish = wish
        for visit in self._visits:
            visit.cancel()
        return f"{wish.name} is done: the visit to {' + '.join(self._message.route.here)} is left"
