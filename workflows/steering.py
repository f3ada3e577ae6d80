"""The updates by which operators steer a message: each is checked, noted, and ends the open visit."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from mesh.protocol import (
    Failure,
    GiveUp,
    Intervention,
    Message,
    Outcome,
    ReplyNow,
    Reroute,
    RetryNow,
    SkipStep,
    objection,
)


class Steerable:
    """What a run knows of operators. A rejected update changes nothing; an accepted one is obeyed by the run."""

    _message: Message
    _visits: list[asyncio.Task[tuple[Outcome, Failure | None]]]
    _wish: Intervention | None
    _closing: bool

    @workflow.update(description='Leave this visit, go on with other steps: {"steps": ["a", ["b", "c"]], "why": "…"}')
    def reroute(self, wish: Reroute) -> str:
        return self._intervene(wish)

    @workflow.update(description='Start this visit anew at once, with fresh attempts: {"by": "…", "why": "…"}')
    def retry_now(self, wish: RetryNow | None = None) -> str:
        return self._intervene(wish or RetryNow())

    @workflow.update(description='Leave this visit, take the next step: {"by": "…", "why": "…"}')
    def skip_step(self, wish: SkipStep | None = None) -> str:
        return self._intervene(wish or SkipStep())

    @workflow.update(description='Answer the customer in your words: {"text": "…", "by": "…"}')
    def reply(self, wish: ReplyNow) -> str:
        return self._intervene(wish)

    @workflow.update(description='Apologise and keep it as a dead letter: {"reason": "…", "by": "…"}')
    def give_up(self, wish: GiveUp) -> str:
        return self._intervene(wish)

    @reroute.validator
    def _may_reroute(self, wish: Reroute) -> None:
        self._check(wish)

    @retry_now.validator
    def _may_retry(self, wish: RetryNow | None = None) -> None:
        self._check(wish or RetryNow())

    @skip_step.validator
    def _may_skip(self, wish: SkipStep | None = None) -> None:
        self._check(wish or SkipStep())

    @reply.validator
    def _may_reply(self, wish: ReplyNow) -> None:
        self._check(wish)

    @give_up.validator
    def _may_give_up(self, wish: GiveUp) -> None:
        self._check(wish)

    def _check(self, wish: Intervention) -> None:
        reason = objection(self._message.route, wish)
        if self._closing:
            reason = "the message is being given up: it can be replayed afterwards"
        elif self._wish:
            reason = f"{self._wish.name} is being done at this moment: look again"
        if reason:
            raise ApplicationError(reason, type="Rejected", non_retryable=True)

    def _intervene(self, wish: Intervention) -> str:
        self._wish = wish
        for visit in self._visits:
            visit.cancel()
        return f"{wish.name} is done: the visit to {' + '.join(self._message.route.here)} is left"
