"""What models may cost the shop, and what is asked only once. Against a scripted server."""

from datetime import UTC, datetime

import pytest

from mesh.calls import visiting
from mesh.llm import Prompt
from mesh.llm.budget import Bill, Budget
from mesh.llm.provider import load, price
from mesh.settings import LanguageModel
from tests.fakes import MemorySessions, settings
from tests.llm_server import HANGS, ModelServer, refuses
from tests.mesh.asking import GOOD, NONSENSICAL, PROMPT, Mood, asking, entry, mood


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The import alone may take longer than a message waits."""
    load()


# -- money


async def test_a_session_that_has_used_its_tokens_up_is_answered_by_the_rules(first: ModelServer) -> None:
    llm = asking(entry(first, "one"), sessions=MemorySessions(), llm_session_tokens=2500, llm_cache_ttl=0)
    with visiting("s-1", ()) as visit:
        assert [await mood(llm, "a"), await mood(llm, "b"), await mood(llm, "c")] == ["calm", "calm", None]
    assert [call.result for call in visit.calls] == ["ok", "ok", "budget"]
    with visiting("s-2", ()):
        assert await mood(llm, "d") == "calm"


async def test_all_sessions_share_the_money_of_a_day(first: ModelServer) -> None:
    paid = entry(first, "one", input_price=1000, output_price=10_000)
    sessions = MemorySessions()
    with visiting("s-1", ()) as visit:
        assert await mood(asking(paid, sessions=sessions, llm_session_cost=0, llm_day_cost=10.5)) == "calm"
    assert [(call.tokens_in, call.tokens_out, call.cost) for call in visit.calls] == [(1000, 100, 2.0)]
    with visiting("s-2", ()) as visit:
        assert await mood(asking(paid, sessions=sessions, llm_session_cost=0, llm_day_cost=9, llm_cache_ttl=0)) is None
    assert [call.result for call in visit.calls] == ["budget"]
    assert sessions.tallies[f"{datetime.now(UTC).date()}:micros"] == 2_000_000


async def test_questions_at_the_same_time_cannot_spend_the_same_money_twice() -> None:
    budget = Budget(settings(llm_session_tokens=100), MemorySessions())
    assert await budget.reserve("s", Bill(60, 0))
    assert not await budget.reserve("s", Bill(60, 0))
    await budget.settle("s", Bill(60, 0), Bill(10, 0))
    assert await budget.reserve("s", Bill(60, 0))


async def test_without_the_server_the_memory_of_the_process_counts() -> None:
    sessions = MemorySessions()
    budget = Budget(settings(llm_session_tokens=100), sessions)
    assert await budget.reserve("s", Bill(60, 0))
    sessions.down = True
    assert not await budget.reserve("s", Bill(60, 0))
    assert await budget.reserve("other", Bill(60, 0))


async def test_a_new_day_has_a_new_budget_and_the_memory_forgets() -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    budget = Budget(settings(llm_day_tokens=100, llm_session_tokens=0), None, lambda: now[0])
    assert await budget.reserve("s", Bill(60, 0))
    assert not await budget.reserve("t", Bill(60, 0))
    now[0] = datetime(2026, 1, 2, tzinfo=UTC)
    assert await budget.reserve("t", Bill(60, 0))
    assert not [key for key in budget._memory if "session:s" in key]


async def test_a_failed_call_costs_nothing_and_one_that_was_given_up_its_question(first: ModelServer) -> None:
    sessions = MemorySessions()
    first.script = [refuses(500)]
    with visiting("s-1", ()):
        await mood(asking(entry(first, "one"), sessions=sessions))
        assert sessions.tallies["session:s-1:tokens"] == 0
        first.script = [HANGS]
        await mood(asking(entry(first, "one"), sessions=sessions, llm_timeout=1))
    assert 0 < sessions.tallies["session:s-1:tokens"] < 200


def test_the_price_is_as_configured_else_as_the_library_knows_it_else_nothing() -> None:
    assert price(LanguageModel(model="x", input_price=2), 1_000_000, 5) == 2
    assert price(LanguageModel(model="openai/gpt-4o-mini"), 1_000_000, 0) > 0
    assert price(LanguageModel(model="openai/nobody-knows"), 1_000_000, 5) == 0


# -- answers kept


async def test_the_same_question_is_asked_once(first: ModelServer) -> None:
    sessions = MemorySessions()
    with visiting("s-1", ()) as visit:
        assert await mood(asking(entry(first, "one"), sessions=sessions)) == "calm"
        assert await mood(asking(entry(first, "one"), sessions=sessions)) == "calm"
    assert len(first.asked) == 1
    assert [(call.result, call.tokens_in) for call in visit.calls] == [("ok", 1000), ("cached", 0)]


async def test_another_text_prompt_version_shape_or_model_is_another_question(first: ModelServer) -> None:
    class Other(Mood):
        tone: str = ""

    sessions = MemorySessions()
    llm = asking(entry(first, "one"), sessions=sessions)
    await mood(llm)
    await mood(llm, "Another.")
    await llm.ask(Mood, prompt=Prompt("mood", 4, PROMPT.text), text="Fine.")
    await llm.ask(Other, prompt=PROMPT, text="Fine.")
    await mood(asking(entry(first, "two"), sessions=sessions))
    assert len(first.asked) == 5


async def test_what_could_not_be_used_is_not_kept(first: ModelServer) -> None:
    sessions = MemorySessions()
    first.script = [NONSENSICAL, NONSENSICAL, GOOD]
    assert await mood(asking(entry(first, "one"), sessions=sessions)) is None
    assert await mood(asking(entry(first, "one"), sessions=sessions)) == "calm"


async def test_nobody_can_read_from_a_key_what_was_asked(first: ModelServer) -> None:
    sessions = MemorySessions()
    await mood(asking(entry(first, "one"), sessions=sessions), "My name is Polly.")
    assert sessions.facts
    assert "Polly" not in "".join(sessions.facts)
