"""Follow the route of one message: visit, merge, go on. It knows no actor by name and decides nothing."""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NoReturn

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, TimeoutType
from temporalio.exceptions import TimeoutError as VisitTimeoutError

from mesh.protocol import (
    STUCK,
    Failure,
    GiveUp,
    Intervention,
    JsonValue,
    Message,
    Outcome,
    ProtocolError,
    TraceEntry,
    asked_first,
    brought,
    carried,
    details,
    lines_of,
    obey,
    queue_of,
    visit_id,
)
from workflows.priorities import priority_of
from workflows.steering import Steerable

BURIAL_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
LONGEST_PAUSE = timedelta(seconds=10)
LONGEST_REASON = 500
REMINDER_TIME = timedelta(minutes=5)
UNSEEN = timedelta(seconds=2)
"""How long a message may travel before each of its visits is shown to operators: most have ended by then, and showing a
visit costs the server as much as a tenth of it."""
LONG = timedelta(seconds=15)
"""How long ordinary work at one step may take before operators see the message as stuck."""


@workflow.defn(name="FollowRoute")
class FollowRoute(Steerable):
    """One run carries one message from its first step to its end."""

    @workflow.init
    def __init__(self, message: Message) -> None:
        self._message = message
        self._shown = message.facets("working")
        self._state = "working"
        self._since = workflow.now()
        self._watched = False
        self._visits: list[asyncio.Task[tuple[Outcome, Failure | None]]] = []
        self._wish: Intervention | None = None
        self._closing = False

    @workflow.run
    async def run(self, _: Message) -> Message:
        """The message as it is when its route is done; the run fails when nobody could finish it."""
        # Never cancelled: an ended run takes its timer along, and cancelling it would cost an event.
        self._watching = asyncio.create_task(self._watch())
        try:
            await self._travel()
        except asyncio.CancelledError:
            # Somebody cancelled the workflow: the customer must not wait for an answer that nobody will give.
            here = "+".join(self._message.route.here)
            await self._bury(self._failed(here, "given_up", "it was cancelled from outside"))
        self._show(self._message.ending)
        return self._message

    @workflow.query
    def message(self) -> Message:
        """The message as it is now."""
        return self._message

    async def _travel(self) -> None:
        while not self._message.route.done:
            if self._message.route.current_step >= self._message.route.hop_cap:
                await self._bury(self._circling())
            await self._visit()

    async def _obey(self, wish: Intervention, outcomes: Mapping[str, Outcome], started: datetime) -> None:
        self._wish = None
        if isinstance(wish, GiveUp):
            reason = f"{wish.by or 'an operator'} gave it up: {wish.reason}"
            await self._bury(self._failed("+".join(self._message.route.here), "given_up", reason))
        seconds = (workflow.now() - started).total_seconds()
        self._message = obey(self._message, wish, _found(outcomes), started, seconds)

    # -- following

    async def _visit(self) -> None:
        """Visit every actor of the current step at the same time and merge what they found."""
        names, started = self._message.route.here, workflow.now()
        self._enter(self._message.route.policy(names[0]).state)
        answers = await self._answers(asked_first(self._message))
        if len(answers) < len(names):
            answers |= brought(self._message, {name: outcome for name, (outcome, _) in answers.items()})
            answers |= await self._answers(tuple(name for name in names if name not in answers))
        outcomes = {name: answers[name][0] for name in names if name in answers}
        if self._wish:
            await self._obey(self._wish, outcomes, started)
        else:
            await self._go_on(outcomes, [failure for _, failure in answers.values() if failure], started)

    async def _answers(self, names: tuple[str, ...]) -> dict[str, tuple[Outcome, Failure | None]]:
        """Visit these actors at the same time; nobody once an operator has stepped in."""
        self._visits = [] if self._wish else [asyncio.create_task(self._ask(name)) for name in names]
        answers = await asyncio.gather(*self._visits)
        self._visits = []
        return dict(zip(names, answers, strict=False))

    async def _ask(self, name: str) -> tuple[Outcome, Failure | None]:
        """What an actor answered, or what it found out before it failed."""
        try:
            return Outcome.read(await self._reminded(name)), None
        except ActivityError as error:
            if isinstance(error.cause, CancelledError):
                if self._wish:
                    return Outcome(), None
                raise asyncio.CancelledError from error
            return _findings(error), self._failure(name, error)
        except ProtocolError as error:
            return Outcome(), self._failed(name, "protocol", str(error))

    async def _reminded(self, name: str) -> JsonValue:
        """Visit an actor; when its policy says so, remind whoever should answer that the visit is still open."""
        after = self._message.route.policy(name).remind_after
        if after is None:
            return await self._execute(name)
        reminding = asyncio.create_task(self._remind(timedelta(seconds=after)))
        try:
            return await self._execute(name)
        finally:
            reminding.cancel()

    async def _remind(self, after: timedelta) -> None:
        await workflow.sleep(after, summary="then whoever should answer is reminded")
        self._show(f"{self._state}: due soon")
        try:
            await workflow.execute_activity(
                "remind",
                self._message,
                start_to_close_timeout=timedelta(seconds=20),
                schedule_to_close_timeout=REMINDER_TIME,
                summary="remind whoever should answer",
            )
        except ActivityError:
            # The visit goes on without: what is due soon is shown in any case.
            workflow.logger.warning("nobody could be reminded")

    async def _execute(self, name: str) -> JsonValue:
        route = self._message.route
        policy = route.policy(name)
        answer: JsonValue = await workflow.execute_activity(
            name,
            self._message,
            task_queue=queue_of(name),
            activity_id=visit_id(name, route.current_step, route.restarts),
            start_to_close_timeout=timedelta(seconds=policy.timeout),
            schedule_to_close_timeout=timedelta(seconds=policy.deadline),
            schedule_to_start_timeout=timedelta(seconds=policy.queue_wait),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=policy.backoff),
                maximum_interval=max(LONGEST_PAUSE, timedelta(seconds=policy.backoff)),
                maximum_attempts=policy.attempts,
            ),
            priority=priority_of(policy.priority, self._message.fairness),
            summary=f"step {route.current_step + 1} of {len(route.steps)}: {policy.state}",
        )
        return answer

    async def _go_on(self, outcomes: Mapping[str, Outcome], failures: list[Failure], started: datetime) -> None:
        """Take the step, or send the message to its error handler when a visit failed."""
        if not failures:
            try:
                self._message = carried(self._message, outcomes, *self._entries(outcomes, (), started))
            except ProtocolError as error:
                failures.append(self._failed("+".join(outcomes), "protocol", str(error)))
            else:
                return
        entries = self._entries(outcomes, failures, started)
        try:
            self._message = self._kept(outcomes).failed(failures, *entries)
        except ProtocolError as error:
            await self._bury(failures[0].model_copy(update={"reason": str(error)}))

    def _kept(self, outcomes: Mapping[str, Outcome]) -> Message:
        """The message with what the actors of a failed step found out, as far as it keeps the rules."""
        message = self._message
        for outcome in outcomes.values():
            with contextlib.suppress(ProtocolError):
                message = message.enriched(outcome.enrichment or {}).sized()
        return message

    async def _bury(self, failure: Failure) -> NoReturn:
        """Nobody can finish this message: keep it whole, apologise to the customer, and fail visibly."""
        self._closing = True
        log = (*self._message.payload.recovery_log, failure)
        payload = self._message.payload.model_copy(update={"error": failure, "recovery_log": log})
        self._message = self._message.model_copy(update={"payload": payload})
        self._show("failed")
        await workflow.execute_activity(
            "bury",
            self._message,
            start_to_close_timeout=timedelta(seconds=20),
            schedule_to_close_timeout=timedelta(days=7),
            retry_policy=BURIAL_RETRIES,
            summary="keep the message as a dead letter and apologise",
        )
        raise ApplicationError(failure.reason, type=failure.kind, non_retryable=True)

    def _circling(self) -> Failure:
        cap = self._message.route.hop_cap
        return self._failed("+".join(self._message.route.here), "hop_cap", f"the route circles: {cap} hops were made")

    def _failure(self, actor: str, error: ActivityError) -> Failure:
        cause = error.cause
        if isinstance(cause, VisitTimeoutError):
            if cause.type == TimeoutType.SCHEDULE_TO_START:
                return self._failed(actor, "unserved", f"no worker took {actor} from {queue_of(actor)} in time")
            return self._failed(actor, "deadline", f"{actor} did not answer in time")
        kind = "permanent" if isinstance(cause, ApplicationError) and cause.non_retryable else "exhausted"
        return self._failed(actor, kind, getattr(cause, "message", None) or str(cause or error))

    def _failed(self, actor: str, kind: str, reason: str) -> Failure:
        # A foreign actor may send a megabyte as its reason.
        facts = {
            "actor": actor,
            "hop": self._message.route.current_step,
            "kind": kind,
            "reason": reason[:LONGEST_REASON],
        }
        return Failure.model_validate({**facts, "at": workflow.now()})

    def _entries(
        self, outcomes: Mapping[str, Outcome], failures: list[Failure] | tuple[()], started: datetime
    ) -> tuple[TraceEntry, ...]:
        """A line of the trace for each actor of the step."""
        reasons = {failure.actor: failure.reason for failure in failures}
        seconds = (workflow.now() - started).total_seconds()
        return lines_of(self._message, outcomes, reasons, started, seconds)

    async def _watch(self) -> None:
        """Show where the message is once it has travelled for long, and every visit from then on."""
        await workflow.sleep(UNSEEN, summary="from now on every visit is shown in the search attributes")
        self._watched = True
        self._show(self._state)
        while workflow.patched("shown-when-stuck"):
            await workflow.wait_condition(lambda: self._state == "working" and not self._closing)
            visit = (self._message.route.current_step, self._message.route.restarts)
            await workflow.sleep(LONG, summary="then the message counts as stuck, if it is still at this step")
            if visit == (self._message.route.current_step, self._message.route.restarts) and not self._closing:
                self._state = STUCK
                self._show(STUCK)

    def _enter(self, state: str) -> None:
        """Come to a step. What is not ordinary work, such as waiting for a person, is shown at once."""
        self._state, self._since = state, workflow.now()
        if self._watched or state != "working":
            self._show(state)

    def _show(self, state: str) -> None:
        """Tell operators where the message is: search attributes, and the route in Markdown."""
        facets = self._message.facets(state)
        changed = {name: value for name, value in facets.items() if self._shown.get(name) != value}
        if changed:
            changed["WaitingSince"] = self._since.isoformat(timespec="seconds")
            workflow.upsert_search_attributes(
                [SearchAttributeKey.for_keyword(name).value_set(value) for name, value in changed.items()]
            )
        self._shown = {**self._shown, **facets}
        workflow.set_current_details(details(self._message, state, self._since))


def _findings(error: ActivityError) -> Outcome:
    """What an actor found out before it gave up: the first detail of its application error."""
    told = error.cause.details if isinstance(error.cause, ApplicationError) else ()
    try:
        return Outcome.read({"enrichment": told[0]} if told else None)
    except ProtocolError:
        return Outcome()


def _found(outcomes: Mapping[str, Outcome]) -> dict[str, JsonValue]:
    return {slot: value for one in outcomes.values() for slot, value in (one.enrichment or {}).items()}
