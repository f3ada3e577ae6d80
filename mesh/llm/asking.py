"""Ask the models in their order until one gives an answer that can be used, as long as there is time and money."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self, TypeVar

from pydantic import BaseModel, ValidationError

from mesh.calls import current, label
from mesh.effects import effect
from mesh.llm.breaker import Breaker
from mesh.llm.budget import Bill, Budget
from mesh.llm.calibration import calibrated
from mesh.llm.prompts import Prompt
from mesh.llm.provider import Answer, NoAnswer, Turn, complete, load, price
from mesh.llm.question import Question, corrected, tokens_in
from mesh.protocol import misfit
from mesh.sessions import Sessions
from mesh.settings import LanguageModel, Settings

log = logging.getLogger(__name__)
T = TypeVar("T", bound=BaseModel)

REPAIRS: Final = 1
TOO_SHORT: Final = 0.3
"""Seconds in which no model answers: not worth its price."""
MARGIN: Final = 0.05
LOADING: Final = 2.0
"""Seconds that a message waits for the library at most, when it is being loaded since the worker began."""
UNTRIED: Final = frozenset({"cached", "cooling", "late"})


class LLM:
    """The configured models; one for each process."""

    def __init__(self, settings: Settings, sessions: Sessions | None = None) -> None:
        self._settings = settings
        self._models = settings.language_models
        self._sessions = sessions
        self._breaker = Breaker(settings.llm_cool_down)
        self._budget = Budget(settings, sessions)
        self._loading = settings.llm_message_limit

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, sessions: Sessions) -> AsyncIterator[Self]:
        """The models, with a shared budget and cache; their library is loaded meanwhile, when there are any."""
        llm = cls(settings, sessions)
        llm._loading = LOADING
        loading = asyncio.create_task(asyncio.to_thread(load)) if llm.configured else None
        try:
            yield llm
        finally:
            if loading:
                loading.cancel()

    @property
    def configured(self) -> bool:
        return bool(self._models)

    def trusted(self, confidence: float) -> float:
        """What a model says of its own sureness, comparable with that of the rules."""
        return calibrated(confidence, self._settings.llm_temperature)

    async def ask(self, kind: type[T], *, prompt: Prompt, text: str) -> T | None:
        """What a model makes of `text`, validated as `kind`; None when none can say in time.

        Args:
            kind: shape of the answer.
            prompt: instructions, ours alone.
            text: what the customer or the shop said: data, never instructions.
        """
        visit = current()
        left = self._settings.llm_message_limit - visit.spent
        if not self.configured:
            return None
        effect("ask a model")
        question = Question(kind, prompt, text, visit, time.monotonic() + left)
        before = len(visit.calls)
        try:
            async with asyncio.timeout(max(0.0, left)):
                found = await self._first(question)
        except TimeoutError:
            question.note(self._models[0].known_as, "late")
            found = None
        if found is None:
            results = [call.result for call in visit.calls[before:]]
            level = logging.DEBUG if UNTRIED.issuperset(results) else logging.WARNING
            log.log(level, "the model gave no usable %s (%s); the rules answer", kind.__name__, ", ".join(results))
        return found

    async def _first(self, question: Question[T]) -> T | None:
        # In a thread: the import takes seconds, and other visits go on meanwhile.
        async with asyncio.timeout(self._loading):
            await asyncio.to_thread(load)
        for model in self._models:
            if (found := await self._remembered(model, question)) is not None:
                return found
        return None

    async def _remembered(self, model: LanguageModel, question: Question[T]) -> T | None:
        """The answer that this model gave to the same question before, else a new one."""
        keep = self._settings.llm_cache_ttl
        if self._sessions is None or not keep:
            return await self._fresh(model, question)
        before = len(question.visit.calls)
        found = await self._sessions.cached(
            question.key(model.known_as), question.kind, lambda: self._fresh(model, question), keep
        )
        if len(question.visit.calls) == before:
            question.note(model.known_as, "cached")
        return found

    async def _fresh(self, model: LanguageModel, question: Question[T]) -> T | None:
        """A valid answer; one that does not fit goes back once, with the reason."""
        if label(model.known_as) in question.visit.failed or not self._breaker.admits(model.known_as):
            question.note(model.known_as, "cooling")
            return None
        turns = question.turns(spelled_out=model.structured != "json_schema")
        for _ in range(1 + REPAIRS):
            answer = await self._paid(model, question, turns)
            if answer is None:
                return None
            used = (answer.tokens_in, answer.tokens_out)
            if answer.cut:
                # Not sent back: what ran on once runs on again, and the time is gone.
                log.warning("%s needs more than %d tokens for %s", model.known_as, used[1], question.prompt.name)
                question.note(model.known_as, "invalid", used, price(model, *used))
                break
            try:
                found = question.read(answer.text)
            except ValidationError as error:
                question.note(model.known_as, "invalid", used, price(model, *used))
                turns = corrected(turns, answer.text, misfit(error))
            else:
                question.note(model.known_as, "ok", used, price(model, *used))
                self._breaker.answered(model.known_as)
                return found
        self._breaker.talked_nonsense(model.known_as)
        return None

    async def _paid(self, model: LanguageModel, question: Question[T], turns: list[Turn]) -> Answer | None:
        """An answer within the budget and the time that is left; None when there is none, and the record says why."""
        guess, most = tokens_in(turns), self._most(model, question)
        reserved = Bill.of(guess + most, price(model, guess, most))
        if not await self._budget.reserve(question.visit.session_id, reserved):
            question.note(model.known_as, "budget")
            return None
        spent = reserved
        try:
            answer = await self._in_time(model, question, turns)
            used = (answer.tokens_in, answer.tokens_out)
            spent = Bill.of(sum(used), price(model, *used))
        except NoAnswer as error:
            # A provider may bill the question of an answer that we did not wait for.
            spent = Bill.of(guess, price(model, guess, 0)) if error.result == "timeout" else Bill(0, 0)
            question.note(model.known_as, error.result)
            return None
        finally:
            await self._budget.settle(question.visit.session_id, reserved, spent)
        return answer

    async def _in_time(self, model: LanguageModel, question: Question[T], turns: list[Turn]) -> Answer:
        """An answer, or why there is none; what that says about the model is remembered.

        Raises:
            NoAnswer: there is none.
        """
        full = min(self._settings.llm_timeout, self._settings.llm_message_limit - MARGIN)
        seconds = min(full, question.left - MARGIN)
        if seconds < TOO_SHORT:
            raise NoAnswer("late")
        try:
            # The client's own timeout starts anew with every byte that arrives.
            async with asyncio.timeout(seconds):
                return await complete(
                    model, turns, question.kind, seconds=seconds, max_tokens=self._most(model, question)
                )
        except TimeoutError:
            self._struck(model, NoAnswer("timeout"), fair=seconds >= full / 2)
            raise NoAnswer("timeout") from None
        except NoAnswer as error:
            self._struck(model, error, fair=error.result != "timeout" or seconds >= full / 2)
            raise

    def _most(self, model: LanguageModel, question: Question[T]) -> int:
        """Tokens of the longest answer: as the instructions say, never more than the settings, and what it thinks."""
        most = self._settings.llm_max_tokens
        return min(most, question.prompt.max_tokens or most) + model.thinking_tokens

    def _struck(self, model: LanguageModel, error: NoAnswer, *, fair: bool) -> None:
        # One that had hardly any time did nothing wrong.
        if fair:
            self._breaker.failed(model.known_as, error.retry_after)
