"""How long an answer may be, and what becomes of one that is longer. Against a scripted server."""

import asyncio
from pathlib import Path

import pytest
from pydantic import BaseModel

from activities import _prompts
from activities._prompts import FOLDER, tokens_for
from activities.intent_analyzer import IntentAnswer
from activities.response_generator import Wording
from activities.sentiment_analyzer import SentimentAnswer
from mesh.calls import visiting
from mesh.llm import LLM, Prompt, prompt
from mesh.llm.provider import load
from tests.fakes import settings
from tests.llm_server import HANGS, NEVER, ModelServer, cut
from tests.mesh.asking import GOOD, Mood, asking, entry, mood

PATIENCE = 20.0
AS_LONG_AS_IT_TAKES = {"llm_timeout": NEVER, "llm_message_limit": NEVER}


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The import alone may take longer than a message waits."""
    load()


def test_a_prompt_says_in_its_file_how_long_an_answer_may_be(tmp_path: Path) -> None:
    (tmp_path / "mood.v2.jinja").write_text("{# max_tokens: 70 #}\nSay how {{ who }} feels.\n")
    assert prompt(tmp_path, "mood", 2, who="Polly") == Prompt("mood", 2, "Say how Polly feels.", 70)


@pytest.mark.parametrize("head", ["", "{# max_tokens: 0 #}\n", "{# max_tokens #}\n"])
def test_a_prompt_without_a_limit_is_refused(tmp_path: Path, head: str) -> None:
    (tmp_path / "mood.v1.jinja").write_text(f"{head}Say how they feel.")
    with pytest.raises(ValueError, match=r"mood\.v1\.jinja must begin"):
        prompt(tmp_path, "mood", 1)


def test_every_prompt_that_ships_has_a_limit_below_that_of_the_settings() -> None:
    shipped = [found for found in vars(_prompts).values() if isinstance(found, Prompt)]
    assert {f"{one.name}.v{one.version}.jinja" for one in shipped} == {file.name for file in FOLDER.iterdir()}
    assert [one.name for one in shipped if one.max_tokens is None or one.max_tokens >= 800] == []


@pytest.mark.parametrize(("told", "thinking", "asked"), [(70, 0, 70), (5000, 0, 800), (None, 0, 800), (70, 1000, 1070)])
async def test_the_provider_is_told_the_limit(first: ModelServer, told: int | None, thinking: int, asked: int) -> None:
    llm = asking(entry(first, "one", thinking_tokens=thinking))
    assert await llm.ask(Mood, prompt=Prompt("mood", 1, "Say.", told), text="Fine.") == Mood(mood="calm")
    assert first.asked[0]["max_tokens"] == asked


def test_other_words_for_a_short_text_may_not_become_a_long_one() -> None:
    facts = "Your order ORD-00067890 arrives on Sunday 22 November."
    assert _prompts.WORDING.within(tokens_for(facts)).max_tokens == 67
    assert _prompts.WORDING.within(tokens_for(facts * 100)).max_tokens == _prompts.WORDING.max_tokens
    assert Prompt("p", 1, "t").within(5).max_tokens == 5


@pytest.mark.parametrize("said", ['{"mood": "calm', '{"mood": "calm"}', ""])
async def test_an_answer_that_was_cut_off_is_none_and_is_not_asked_for_again(first: ModelServer, said: str) -> None:
    first.script = [cut(said, (40, 70)), GOOD]
    with visiting("s-1", ()) as visit:
        assert await mood(asking(entry(first, "one"))) is None
    assert [(call.result, call.tokens_out) for call in visit.calls] == [("invalid", 70)]
    assert len(first.asked) == 1


async def test_the_next_model_answers_when_the_first_was_cut_off(first: ModelServer, second: ModelServer) -> None:
    first.script = [cut('{"mood": "calm"}')]
    assert await mood(asking(entry(first, "one"), entry(second, "two"))) == "second"


async def test_the_server_is_hung_up_on_when_the_time_is_over(first: ModelServer) -> None:
    """A server that nobody listens to stops writing."""
    first.script = [HANGS]
    assert await mood(asking(entry(first, "one"), llm_timeout=1)) is None
    assert await asyncio.to_thread(first.left.wait, PATIENCE)


async def test_the_server_is_hung_up_on_when_the_visit_is_cancelled(first: ModelServer) -> None:
    first.script = [HANGS]
    # No time limit: else that would end it.
    llm = LLM(settings(llm_models=[entry(first, "one")]).model_copy(update=AS_LONG_AS_IT_TAKES))
    asking_still = asyncio.create_task(mood(llm))
    while not first.asked:
        await asyncio.sleep(0.01)
    asking_still.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking_still
    assert await asyncio.to_thread(first.left.wait, PATIENCE)


@pytest.mark.parametrize("kind", [IntentAnswer, SentimentAnswer, Wording])
def test_no_answer_has_a_list_without_an_end(kind: type[BaseModel]) -> None:
    """A model that says the same again and again has to stop where the shape does."""
    fields = kind.model_json_schema()["properties"].values()
    assert [field for field in fields if field.get("type") == "array" and "maxItems" not in field] == []
