"""A model that is listened to: what it was asked, what it answered, and how long that took."""

import json
import time
from typing import Final, NamedTuple, TypeVar

from pydantic import BaseModel

from activities.response_generator import Wording
from mesh.calls import Call, current
from mesh.llm import LLM, Prompt
from mesh.settings import Settings
from tests.fakes import MemorySessions

T = TypeVar("T", bound=BaseModel)

HOURS: Final = 7_200.0
PATIENT: Final = {"llm_timeout": HOURS, "llm_message_limit": 2 * HOURS, "llm_session_tokens": 0, "llm_day_tokens": 0}
"""Past what the settings allow: a slow machine that is only ever late would measure the rules."""


class Heard(NamedTuple):
    """One question and what came of it; `calls` is empty for none that was asked."""

    prompt: str
    text: str
    answer: BaseModel | None
    calls: tuple[Call, ...]
    seconds: float

    @property
    def facts(self) -> str:
        """Of a question for words: the template that it was to word."""
        return str(json.loads(self.text)["facts"])

    @property
    def words(self) -> str:
        return self.answer.text.strip() if isinstance(self.answer, Wording) else ""


class Overheard(LLM):
    """The configured models with all the time that they need, and everything that they said."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.model_copy(update=PATIENT), MemorySessions())
        self.said: tuple[Heard, ...] = ()

    async def ask(self, kind: type[T], *, prompt: Prompt, text: str) -> T | None:
        visit, begin = current(), time.monotonic()
        before = len(visit.calls)
        found = await super().ask(kind, prompt=prompt, text=text)
        heard = Heard(prompt.name, text, found, tuple(visit.calls[before:]), time.monotonic() - begin)
        self.said = (*self.said, heard)
        return found
