"""What was asked of language models on behalf of one message: recorded during a visit, carried in the trace."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

HARD: Final = frozenset({"timeout", "unreachable", "quota", "failed", "garbage"})
STRANGE: Final = re.compile(r"[^\w./:+-]")

Label = Annotated[str, Field(pattern=r"^[\w./:+-]*$", max_length=120)]
"""The name of a model or prompt. No blanks and no @: nothing that a person wrote fits in."""

Result = Literal[
    "ok", "cached", "invalid", "timeout", "unreachable", "quota", "failed", "garbage", "budget", "cooling", "late"
]


class Call(BaseModel):
    """One question to a model, without a word of what was asked or answered.

    Attributes:
        model: as litellm names it.
        prompt: name of the prompt; `version` is which of its files.
        result: `invalid` is an answer that did not fit or was cut off; `cooling`, `budget` and `late` were not even
            asked, because the model had failed, the money or the message's time was used up.
        ms: how long it took, in milliseconds.
        cost: in US dollars, as far as the price is known.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    model: Label
    prompt: Label
    version: int = 1
    result: Result
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    ms: int = 0


def label(name: str) -> str:
    """A name as it may stand in the trace."""
    return STRANGE.sub("_", name)[:120]


@dataclass
class Visit:
    """The visit that is under way.

    Attributes:
        session_id: whose budget pays.
        spent: seconds that earlier visits of this message gave to models; actors of one group waited together.
        failed: models that failed this message before.
    """

    session_id: str = ""
    spent: float = 0.0
    failed: frozenset[str] = frozenset()
    calls: list[Call] = field(default_factory=list)


_current: ContextVar[Visit | None] = ContextVar("visit", default=None)


def current() -> Visit:
    """The visit under way; an empty one outside of any."""
    return _current.get() or Visit()


@contextmanager
def visiting(session_id: str, earlier: Iterable[tuple[int, Iterable[Call]]]) -> Iterator[Visit]:
    """Record the calls of one visit.

    Args:
        session_id: the session of the message.
        earlier: the hop and the calls of each visit so far.
    """
    waited: dict[int, int] = {}
    failed: set[str] = set()
    for hop, calls in earlier:
        told = list(calls)
        waited[hop] = max(waited.get(hop, 0), sum(call.ms for call in told))
        failed |= {call.model for call in told if call.result in HARD}
    visit = Visit(session_id, sum(waited.values()) / 1000, frozenset(failed))
    token = _current.set(visit)
    try:
        yield visit
    finally:
        _current.reset(token)
