"""One question: the instructions, the data, the shape of the answer, and the time there is for it."""

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from pydantic import BaseModel

from mesh.calls import Call, Result, Visit, label
from mesh.llm.prompts import Prompt
from mesh.llm.provider import Turn

T = TypeVar("T", bound=BaseModel)

CHARS_A_TOKEN: Final = 3
"""Fewer than there are, so that what is reserved is rather too much."""
QUOTED: Final = 2000


@dataclass
class Question(Generic[T]):
    """What is asked, for whom, and until when it is of use."""

    kind: type[T]
    prompt: Prompt
    text: str
    visit: Visit
    deadline: float
    since: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds until nobody waits any more."""
        return self.deadline - time.monotonic()

    def turns(self, *, spelled_out: bool) -> list[Turn]:
        """Our instructions, and what the customer or the shop said: data, in a turn of its own.

        Args:
            spelled_out: whether the shape is told in words, for it is told in no other way.
        """
        told = self.prompt.text
        if spelled_out:
            told += f"\nAnswer with one JSON object of this schema:\n{self._schema}"
        return [{"role": "system", "content": told}, {"role": "user", "content": self.text}]

    def key(self, model: str) -> str:
        """The same for the same question to the same model. Nobody can read from it what was asked."""
        told = [model, self.prompt.name, self.prompt.version, self.prompt.text, self.text, self._schema]
        return f"llm:{hashlib.sha256(json.dumps(told).encode()).hexdigest()}"

    def read(self, answer: str) -> T:
        """The answer in its shape; some models wrap it in words.

        Raises:
            ValidationError: it does not fit.
        """
        start, end = answer.find("{"), answer.rfind("}")
        return self.kind.model_validate_json(answer[start : end + 1] if 0 <= start < end else answer)

    def note(self, model: str, result: Result, tokens: tuple[int, int] = (0, 0), cost: float = 0.0) -> None:
        """Write a call into the record of the visit, with the time since the last."""
        now = time.monotonic()
        self.visit.calls.append(
            Call(
                model=label(model),
                prompt=label(self.prompt.name),
                version=self.prompt.version,
                result=result,
                tokens_in=tokens[0],
                tokens_out=tokens[1],
                cost=round(cost, 6),
                ms=round((now - self.since) * 1000),
            )
        )
        self.since = now

    @property
    def _schema(self) -> str:
        return json.dumps(self.kind.model_json_schema())


def tokens_in(turns: list[Turn]) -> int:
    """A guess, for what must be known before the call."""
    return sum(len(turn["content"]) for turn in turns) // CHARS_A_TOKEN


def corrected(turns: list[Turn], answer: str, misfit: str) -> list[Turn]:
    """The same question again, with the answer that did not fit and why."""
    wrong = f"That does not fit the schema: {misfit}. Answer again, with one JSON object and nothing else."
    return [*turns, {"role": "assistant", "content": answer[:QUOTED]}, {"role": "user", "content": wrong}]
