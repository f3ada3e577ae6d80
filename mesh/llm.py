"""A language model behind one method. With none configured, or when it fails, it answers None: use the rules."""

import asyncio
import importlib
import json
import logging
import os
from types import ModuleType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from mesh.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T", bound=BaseModel)


class LLM:
    """Asks the configured model for an answer in the shape of a pydantic model."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def configured(self) -> bool:
        return self._settings.llm_model is not None

    async def ask(self, kind: type[T], *, task: str, text: str) -> T | None:
        """What the model makes of `text`, validated as `kind`.

        Args:
            kind: shape of the answer.
            task: instructions, ours alone.
            text: what the customer or the shop said: data, never instructions.
        """
        if self._settings.llm_model is None:
            return None
        # In a thread: the import takes seconds, and other visits go on meanwhile.
        litellm, openai = await asyncio.to_thread(_client)
        schema = json.dumps(kind.model_json_schema())
        key = self._settings.llm_api_key
        try:
            # The client's own timeout starts anew with every byte that arrives.
            async with asyncio.timeout(self._settings.llm_timeout):
                answer = await litellm.acompletion(
                    model=self._settings.llm_model,
                    api_base=self._settings.llm_api_base,
                    api_key=key.get_secret_value() if key else None,
                    messages=[
                        {"role": "system", "content": f"{task}\nAnswer with one JSON object of this schema:\n{schema}"},
                        {"role": "user", "content": text},
                    ],
                    response_format={"type": "json_object"},
                    temperature=0,
                    timeout=self._settings.llm_timeout,
                    num_retries=0,
                )
            return kind.model_validate_json(answer.choices[0].message.content or "")
        except (openai.OpenAIError, ValidationError, TimeoutError, IndexError) as error:
            log.warning("the model gave no usable %s (%s); the rules answer", kind.__name__, type(error).__name__)
            return None


def _client() -> tuple[ModuleType, ModuleType]:
    """litellm, and openai for its errors. Imported late: most installations run without a model."""
    # Read when it is imported: fetch no list of prices from the net, take nothing from a `.env` by itself.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    litellm, openai = importlib.import_module("litellm"), importlib.import_module("openai")
    # Else it prints advice to standard output with every error.
    litellm.__dict__["suppress_debug_info"] = True
    return litellm, openai
