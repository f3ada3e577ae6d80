"""What is written down of a question to a model, and how far its own sureness counts."""

import asyncio
import logging

import pytest
from pydantic import ValidationError

from mesh.actor import actor
from mesh.calls import Call
from mesh.llm import LLM
from mesh.llm.calibration import calibrated
from mesh.llm.provider import load
from mesh.protocol import Enrichment, Message, Outcome, TraceEntry
from tests.fakes import a_message, settings
from tests.llm_server import GARBAGE, ModelServer, refuses
from tests.mesh.asking import GOOD, asking, entry, mood


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The import alone may take longer than a message waits."""
    load()


# -- the record


class Seen(Enrichment, slot="seen"):
    mood: str | None


@actor("seer")
async def seer(message: Message, *, llm: LLM) -> Seen:
    return Seen(mood=await mood(llm, message.payload.customer_message))


async def test_what_a_visit_asked_is_in_its_outcome_and_the_next_visit_knows(first: ModelServer) -> None:
    first.script = [refuses(500), GOOD]
    visit = seer.bind({LLM: asking(entry(first, "one"))})
    message = a_message("I am Polly, polly@example.com.")
    outcome = await visit(message)
    [call] = outcome.calls
    assert (call.model, call.prompt, call.version, call.result) == ("one", "mood", 3, "failed")
    assert "olly" not in call.model_dump_json()
    line = TraceEntry(actor="seer", hop=0, kind="visited", calls=outcome.calls)
    after = Message.model_validate_json(message.after({"seer": outcome}, line).model_dump_json())
    assert after.route.trace[-1].calls == outcome.calls
    again = await seer.bind({LLM: asking(entry(first, "one"))})(after)
    assert [call.result for call in again.calls] == ["cooling"]


async def test_two_visits_at_the_same_time_keep_their_records_apart(first: ModelServer) -> None:
    visit = seer.bind({LLM: asking(entry(first, "one"))})
    outcomes = await asyncio.gather(*(visit(a_message(str(number))) for number in range(4)))
    assert [len(outcome.calls) for outcome in outcomes] == [1, 1, 1, 1]


def test_an_outcome_without_calls_travels_as_before() -> None:
    assert Outcome(enrichment={"a": 1}).model_dump(mode="json") == {"enrichment": {"a": 1}, "route": None}
    assert "calls" not in TraceEntry(actor="a", hop=0, kind="visited").model_dump_json()


def test_what_a_person_wrote_does_not_fit_into_a_record() -> None:
    with pytest.raises(ValidationError):
        Call(model="polly@example.com", prompt="p", result="ok")
    with pytest.raises(ValidationError):
        Call(model="m", prompt="where is my order", result="ok")


async def test_a_cooling_model_does_not_fill_the_log(first: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    first.script = [GARBAGE]
    llm = asking(entry(first, "one"))
    with caplog.at_level(logging.INFO):
        for _ in range(5):
            await mood(llm)
    assert caplog.text.count("the model gave no usable Mood") == 1


# -- sureness


def test_a_models_own_sureness_is_drawn_towards_one_half() -> None:
    assert calibrated(1.0, 2) == pytest.approx(0.875, abs=1e-3)
    assert calibrated(0.9, 2) == pytest.approx(0.75)
    assert calibrated(0.9, 1) == pytest.approx(0.9)
    assert calibrated(0.5, 7) == pytest.approx(0.5)
    assert calibrated(1.0, 1) < 1
    assert calibrated(0.0, 1) > 0


def test_settings_list_models_in_order_and_keep_the_single_one() -> None:
    found = settings(llm_models=["a/b", {"model": "c/d", "api_base": "http://e", "api_key": "f"}]).language_models
    assert [(one.model, one.api_base) for one in found] == [("a/b", None), ("c/d", "http://e")]
    written = '["a/b", {"model": "c/d", "api_base": "http://e", "api_key": "f"}]'
    assert settings(llm_models=written).language_models == found
    assert [one.model for one in settings(llm_models="a/b, c/d").language_models] == ["a/b", "c/d"]
    (single,) = settings(llm_model="a/b", llm_api_base="http://e").language_models
    assert (single.model, single.api_base, single.known_as) == ("a/b", "http://e", "a/b")
    with pytest.raises(ValidationError, match="give one of them a `name`"):
        settings(llm_models=["a/b", "a/b"])
    with pytest.raises(ValidationError):
        settings(llm_models=[{"model": "a", "apikey": "misspelled"}])
    with pytest.raises(ValidationError):
        settings(llm_models='["a"')
    assert "f" not in repr(found[1].api_key)
