"""The one place that speaks to providers, through litellm. Imported when a model is configured, and in a thread."""

import asyncio
import importlib
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Final

from pydantic import BaseModel

from mesh.calls import Result
from mesh.errors import MeshError
from mesh.settings import LanguageModel

Turn = dict[str, str]
SERVER_ERROR: Final = 500
CUT: Final = "length"
"""How litellm says of every provider that an answer had used up its tokens."""


@dataclass(frozen=True)
class Answer:
    """What a model said, and what that cost.

    Attributes:
        cut: it was not at its end when it had used up its tokens: nobody knows what it would have said.
    """

    text: str
    tokens_in: int
    tokens_out: int
    cut: bool = False


class NoAnswer(MeshError):  # noqa: N818 - reads as what it is
    """A model gave no answer; `result` says why, `retry_after` when to ask again, in seconds."""

    def __init__(self, result: Result, retry_after: float = 0.0) -> None:
        super().__init__(result)
        self.result: Result = result
        self.retry_after = retry_after


@cache
def load() -> tuple[ModuleType, ModuleType]:
    """litellm, and openai for its errors. It takes seconds the first time: not on the event loop."""
    # Read when it is imported: fetch no list of prices from the net, take nothing from a `.env` by itself.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    litellm, openai = importlib.import_module("litellm"), importlib.import_module("openai")
    # It tells of every question, in two lines; the trace tells it better.
    logging.getLogger("LiteLLM").setLevel(logging.WARNING)
    # Else it prints advice to standard output with every error.
    litellm.__dict__["suppress_debug_info"] = True
    return litellm, openai


@cache
def _elsewhere() -> asyncio.AbstractEventLoop:
    """An event loop in a thread of its own: the first question imports for half a second, on the loop that asks it."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop


async def complete(
    model: LanguageModel, turns: list[Turn], kind: type[BaseModel], *, seconds: float, max_tokens: int
) -> Answer:
    """One answer to these turns. The caller bounds the whole: `seconds` start anew with every byte that arrives.

    Raises:
        NoAnswer: there is none, or it is no answer at all.
    """
    asking = _complete(model, turns, kind, seconds=seconds, max_tokens=max_tokens)
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asking, _elsewhere()))


async def _complete(
    model: LanguageModel, turns: list[Turn], kind: type[BaseModel], *, seconds: float, max_tokens: int
) -> Answer:
    litellm, openai = load()
    try:
        found = await litellm.acompletion(
            model=model.model,
            api_base=model.api_base,
            api_key=model.api_key.get_secret_value() if model.api_key else None,
            messages=turns,
            response_format=_shape(model, kind),
            temperature=0,
            max_tokens=max_tokens,
            timeout=seconds,
            num_retries=0,
            max_retries=0,
        )
        return _read(found)
    except openai.OpenAIError as error:
        raise NoAnswer(_reason(openai, error), _retry_after(error)) from None
    except (AttributeError, IndexError, TypeError):
        # litellm trips over an answer that is none, in more ways than it names.
        raise NoAnswer("garbage") from None


def _read(found: Any) -> Answer:  # noqa: ANN401 - litellm's own answer
    usage, said = getattr(found, "usage", None), found.choices[0]
    return Answer(
        text=str(said.message.content or ""),
        tokens_in=int(getattr(usage, "prompt_tokens", 0) or 0),
        tokens_out=int(getattr(usage, "completion_tokens", 0) or 0),
        cut=getattr(said, "finish_reason", None) == CUT,
    )


def price(model: LanguageModel, tokens_in: int, tokens_out: int) -> float:
    """What these tokens cost in US dollars: as configured, else as litellm knows it, else nothing."""
    if model.input_price is not None or model.output_price is not None:
        return (tokens_in * (model.input_price or 0) + tokens_out * (model.output_price or 0)) / 1_000_000
    litellm, _ = load()
    known = litellm.model_cost.get(model.model) or litellm.model_cost.get(model.model.partition("/")[2]) or {}
    paid_in, paid_out = known.get("input_cost_per_token") or 0.0, known.get("output_cost_per_token") or 0.0
    return float(tokens_in * paid_in + tokens_out * paid_out)


def _shape(model: LanguageModel, kind: type[BaseModel]) -> dict[str, Any] | None:
    match model.structured:
        case "json_schema":
            schema = {"name": kind.__name__, "schema": _closed(kind.model_json_schema())}
            return {"type": "json_schema", "json_schema": schema}
        case "json_object":
            return {"type": "json_object"}
        case "text":
            return None


def _closed(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """The same without room for fields of the model's own: each would be waited for, and read by nobody."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: _closed(part) for name, part in schema.items()}
    return {**parts, "additionalProperties": False} if parts.get("type") == "object" else parts


def _reason(openai: ModuleType, error: BaseException) -> Result:
    """Why there was no answer. litellm calls nearly everything a server error; what it began with says more."""
    causes = list(_chain(error))
    if any(isinstance(cause, openai.APITimeoutError) for cause in causes):
        return "timeout"
    if isinstance(error, openai.RateLimitError):
        return "quota"
    if any(isinstance(cause, openai.APIConnectionError) for cause in causes):
        return "unreachable"
    refused = any(isinstance(cause, openai.APIStatusError) for cause in causes[1:])
    return "failed" if refused or getattr(error, "status_code", None) != SERVER_ERROR else "garbage"


def _retry_after(error: BaseException) -> float:
    """When the provider wants to be asked again, in seconds; 0 when it does not say so in a number."""
    for cause in _chain(error):
        told = str(getattr(getattr(cause, "response", None), "headers", {}).get("retry-after", ""))
        if told.isdigit():
            return float(told)
    return 0.0


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
