"""A rehearsal: a message follows its route through today's actors in this process, and nothing outside changes."""

import asyncio
import typing
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Self

from pydantic import ValidationError

from activities.api_query_executor import api_query_executor
from activities.context_retriever import context_retriever
from mesh.actor import Actor, discover
from mesh.bus import Bus
from mesh.errors import AnswerLater, MeshError, Permanent
from mesh.llm import LLM
from mesh.mail.post import Post
from mesh.protocol import Enrichment, Failure, Message, Outcome, ProtocolError, TraceEntry
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.store import History
from workers.resources import resources
from workers.stubs import QuietBus, QuietHistory, QuietPost, QuietSessions, StubbedShop

FACT_FINDERS = (context_retriever.name, api_query_executor.name)
"""Actors that only read the shop: where facts are recorded, these are taken instead of asking it anew."""


def fills(one: Actor) -> tuple[str, ...]:
    """The slots that an actor fills, as the types of its answer say."""
    answer = typing.get_type_hints(one.work).get("return")
    kinds = typing.get_args(answer) or (answer,)
    return tuple(kind.slot for kind in kinds if isinstance(kind, type) and issubclass(kind, Enrichment))


class Stopped(MeshError):  # noqa: N818 - reads as what it is
    """The rehearsal goes no further: a person is needed."""


class Rehearsal:
    """Follows routes as the workflow does, one try for each visit."""

    def __init__(self, actors: Mapping[str, Actor], given: Mapping[type, object], *, recorded_facts: bool) -> None:
        self._actors = actors
        self._given = given
        self._recorded_facts = recorded_facts

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, *, actors: Mapping[str, Actor] | None = None, recorded_facts: bool = False
    ) -> AsyncIterator[Self]:
        """Everything as actors get it, with effects stubbed.

        Args:
            settings: where the shop, the sessions and the history are read.
            actors: today's; found in their packages by default.
            recorded_facts: take facts from the record, and rules instead of a model: the same every time.
        """
        if recorded_facts:
            settings = settings.model_copy(update={"llm_model": None, "llm_models": ()})
        async with resources(settings, QuietBus()) as given:
            quiet = {**given, Bus: QuietBus(), LLM: LLM(settings), Settings: settings, Post: QuietPost()}
            quiet[History] = QuietHistory(typing.cast("History", given[History]))
            quiet[Sessions] = QuietSessions(typing.cast("Sessions", given[Sessions]))
            yield cls(actors or discover(), quiet, recorded_facts=recorded_facts)

    async def play(self, message: Message, recorded: Message) -> Message:
        """The message at its end, or where it waits for a person, or where nobody could go on."""
        given = self._props(recorded)
        while not message.route.done and message.route.current_step < message.route.hop_cap:
            try:
                message = await self._step(message, recorded, given)
            except Stopped:
                return message
            except ProtocolError as error:
                failure = _failure(message, message.route.here[0], str(error))
                payload = message.payload.model_copy(update={"error": failure})
                return message.model_copy(update={"payload": payload})
        return message

    def _props(self, recorded: Message) -> Mapping[type, object]:
        return {**self._given, Shop: StubbedShop(typing.cast("Shop", self._given[Shop]), recorded)}

    def _person(self, name: str, message: Message, recorded: Message) -> tuple[Outcome, Failure | None]:
        return _person(name, message, recorded)

    async def _step(self, message: Message, recorded: Message, given: Mapping[type, object]) -> Message:
        names = message.route.here
        answers = await asyncio.gather(*(self._ask(name, message, recorded, given) for name in names))
        outcomes = {name: outcome for name, (outcome, _) in zip(names, answers, strict=True)}
        failures = [failure for _, failure in answers if failure]
        lines = _lines(message, names, failures)
        if not failures:
            try:
                return message.after(outcomes, *lines)
            except ProtocolError as error:
                failures = [_failure(message, "+".join(names), str(error))]
                return message.failed(failures, *_lines(message, names, failures))
        found = {slot: value for one in outcomes.values() for slot, value in (one.enrichment or {}).items()}
        return message.enriched(found).failed(failures, *lines)

    async def _ask(
        self, name: str, message: Message, recorded: Message, given: Mapping[type, object]
    ) -> tuple[Outcome, Failure | None]:
        try:
            return await self._answer(name, message, recorded, given), None
        except AnswerLater:
            return self._person(name, message, recorded)
        except Permanent as error:
            return Outcome.of(tuple(error.enrichments)), _failure(message, name, str(error))
        except ValidationError as error:
            return Outcome(), _failure(message, name, f"{error.title} does not fit")
        except (MeshError, TimeoutError) as error:
            return Outcome(), _failure(message, name, str(error) or "did not answer in time")

    async def _answer(self, name: str, message: Message, recorded: Message, given: Mapping[type, object]) -> Outcome:
        if name not in self._actors:
            raise Permanent(f"no actor is called {name} here")
        one = self._actors[name]
        slots = {slot: getattr(recorded.payload, slot, None) for slot in fills(one)}
        if self._recorded_facts and name in FACT_FINDERS and all(slots.values()):
            return Outcome(enrichment=slots)
        return await asyncio.wait_for(one.bind(given)(message), message.route.policy(name).timeout)


def _person(name: str, message: Message, recorded: Message) -> tuple[Outcome, Failure | None]:
    """What the person said then, or that nobody came; a visit that nobody has ended yet ends the rehearsal."""
    missed = next((failure for failure in recorded.payload.recovery_log if failure.actor == name), None)
    if missed is not None:
        return Outcome(), _failure(message, name, missed.reason)
    response = recorded.payload.response
    if isinstance(response, dict) and response.get("author") == "human":
        return Outcome(enrichment={"response": response}), None
    raise Stopped(f"{name} waits for a person")


def _failure(message: Message, actor: str, reason: str) -> Failure:
    return Failure(actor=actor, hop=message.route.current_step, kind="permanent", reason=reason, at=datetime.now(UTC))


def _lines(message: Message, names: tuple[str, ...], failures: list[Failure]) -> tuple[TraceEntry, ...]:
    failed = {failure.actor: failure.reason for failure in failures}
    return tuple(
        TraceEntry(
            actor=name,
            hop=message.route.current_step,
            kind="failed" if name in failed else "visited",
            why=failed.get(name),
        )
        for name in names
    )
