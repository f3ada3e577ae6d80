"""Which model is asked, and what one may cost a message in time. Against scripted servers."""

import pytest

from mesh.calls import Call, visiting
from mesh.llm.breaker import LONGEST, NONSENSE, Breaker
from mesh.llm.provider import load
from tests.llm_server import HANGS, ModelServer, refuses
from tests.mesh.asking import GOOD, NONSENSICAL, asking, entry, mood


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """The import alone may take longer than a message waits."""
    load()


# -- who is asked


async def test_the_next_model_answers_when_the_first_fails(first: ModelServer, second: ModelServer) -> None:
    first.script = [refuses(500)]
    with visiting("s-1", ()) as visit:
        assert await mood(asking(entry(first, "one"), entry(second, "two"))) == "second"
    assert [(call.model, call.result) for call in visit.calls] == [("one", "failed"), ("two", "ok")]


async def test_the_next_model_answers_when_the_first_talks_nonsense_twice(
    first: ModelServer, second: ModelServer
) -> None:
    first.script = [NONSENSICAL]
    assert await mood(asking(entry(first, "one"), entry(second, "two"))) == "second"
    assert len(first.asked) == 2


async def test_the_next_model_answers_when_the_first_hangs(first: ModelServer, second: ModelServer) -> None:
    first.script = [HANGS]
    assert await mood(asking(entry(first, "one"), entry(second, "two"), llm_timeout=1)) == "second"


async def test_a_model_that_failed_is_left_alone_by_other_messages(first: ModelServer, second: ModelServer) -> None:
    llm = asking(entry(first, "one"), entry(second, "two"))
    first.script = [refuses(503)]
    for text in "abc":
        assert await mood(llm, text) == "second"
    assert (len(first.asked), len(second.asked)) == (1, 3)


async def test_a_model_is_asked_again_after_its_pause(first: ModelServer) -> None:
    llm = asking(entry(first, "one"), llm_cool_down=0.01)
    first.script = [refuses(503), GOOD]
    assert await mood(llm) is None
    while (found := await mood(llm)) is None:
        assert len(first.asked) == 1
    assert found == "calm"


async def test_nonsense_in_a_row_counts_as_failing(first: ModelServer) -> None:
    llm = asking(entry(first, "one"))
    first.script = [NONSENSICAL]
    for number in range(NONSENSE + 2):
        assert await mood(llm, str(number)) is None
    assert len(first.asked) == 2 * NONSENSE


async def test_what_failed_this_message_before_is_not_asked_for_it_again(first: ModelServer) -> None:
    llm = asking(entry(first, "one"))
    with visiting("s-1", [(0, [Call(model="one", prompt="p", result="quota")])]) as visit:
        assert await mood(llm) is None
    assert ([call.result for call in visit.calls], first.asked) == (["cooling"], [])


# -- time


async def test_a_message_that_has_waited_long_enough_waits_no_more(first: ModelServer) -> None:
    waited = [Call(model="other", prompt="p", result="ok", ms=ms) for ms in (3000, 2900)]
    llm = asking(entry(first, "one"), llm_message_limit=6)
    with visiting("s-1", [(0, waited)]) as visit:
        assert await mood(llm) is None
    assert ([call.result for call in visit.calls], first.asked) == (["late"], [])


async def test_actors_of_one_group_waited_together(first: ModelServer) -> None:
    waited = [Call(model="other", prompt="p", result="ok", ms=3000)]
    llm = asking(entry(first, "one"), llm_message_limit=5)
    with visiting("s-1", [(0, waited), (0, waited)]) as visit:
        assert visit.spent == 3
        assert await mood(llm) == "calm"
    with visiting("s-1", [(0, waited), (1, waited)]) as visit:
        assert visit.spent == 6
        assert await mood(llm, "again") is None


async def test_all_models_together_get_what_is_left_and_no_more(first: ModelServer, second: ModelServer) -> None:
    first.script = second.script = [HANGS]
    llm = asking(entry(first, "one"), entry(second, "two"), llm_timeout=1, llm_message_limit=1.5)
    with visiting("s-1", ()) as visit:
        assert await mood(llm) is None
    assert visit.calls[0].result == "timeout"
    assert {call.result for call in visit.calls[1:]} <= {"timeout", "late"}
    assert len(first.asked) == 1
    # What the calls say adds up to what the message waited: the next visit relies on it.
    assert sum(call.ms for call in visit.calls) >= 1400


async def test_a_model_that_had_hardly_any_time_is_not_blamed(first: ModelServer) -> None:
    first.script = [HANGS, GOOD]
    llm = asking(entry(first, "one"), llm_timeout=5, llm_message_limit=6)
    with visiting("s-1", [(0, [Call(model="other", prompt="p", result="ok", ms=5200)])]):
        assert await mood(llm) is None
    assert await mood(llm) == "calm"


def test_a_breaker_lets_one_question_through_after_each_pause_and_waits_longer_each_time() -> None:
    now = [0.0]
    breaker = Breaker(10, lambda: now[0])
    breaker.failed("m")
    breaker.failed("m")
    now[0] = 9.9
    assert not breaker.admits("m")
    assert breaker.admits("another")
    now[0] = 10
    assert [breaker.admits("m"), breaker.admits("m")] == [True, False]
    breaker.failed("m")
    now[0] = 29.9
    assert not breaker.admits("m")
    now[0] = 30
    assert breaker.admits("m")
    breaker.answered("m")
    assert breaker.admits("m")
    assert breaker.admits("m")


def test_a_breaker_waits_as_long_as_the_provider_says_but_not_for_ever() -> None:
    now = [0.0]
    breaker = Breaker(10, lambda: now[0])
    breaker.failed("m", 60)
    now[0] = 59
    assert not breaker.admits("m")
    breaker.failed("n", 1e9)
    now[0] = 59 + LONGEST
    assert breaker.admits("n")


async def test_retry_after_is_heeded(first: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[float] = []
    monkeypatch.setattr(Breaker, "failed", lambda self, model, retry_after=0.0: heard.append(retry_after))
    first.script = [refuses(429, retry_after="77")]
    await mood(asking(entry(first, "one")))
    assert heard == [77]
