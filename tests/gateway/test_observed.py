"""Counting what the mesh tells: visits, retries, where messages are, how they move. On a clock of the test's own."""

from datetime import UTC, datetime
from typing import Literal

import pytest

from gateway.observed import LONGEST, MOST_MESSAGES, OUT, SAMPLE, WINDOW, Move, Observed
from mesh.replies import Progress, Reply


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def observed(clock: Clock) -> Observed:
    return Observed(clock)


def at(actor: str, hop: int | None = 0, message_id: str = "m-1", **more: object) -> Progress:
    fields = {"message_id": message_id, "session_id": "s-1", "actor": actor, "hop": hop, **more}
    return Progress.model_validate(fields)


def a_reply(status: Literal["resolved", "escalated", "apologised"] = "resolved", message_id: str = "m-1") -> Reply:
    return Reply(
        reply_id=f"{message_id}:6",
        message_id=message_id,
        session_id="s-1",
        text="secret",
        status=status,
        at=datetime.now(UTC),
    )


def test_visits_are_counted_for_a_minute(observed: Observed, clock: Clock) -> None:
    observed.take_progress(at("one"))
    clock.now += WINDOW - 1
    observed.take_progress(at("one", 1))
    assert observed.rates() == {"one": 2}
    clock.now += 1
    assert observed.rates() == {"one": 1}


def test_a_further_attempt_is_a_retry(observed: Observed) -> None:
    observed.take_progress(at("one"))
    observed.take_progress(at("one", attempt=2))
    assert (observed.rates(), observed.retries()) == ({"one": 2}, {"one": 1})
    assert observed.inside() == {"one": 1}


def test_a_message_moves_from_step_to_step_and_out_with_its_answer(observed: Observed) -> None:
    observed.take_progress(at("one", 0))
    observed.take_progress(at("two", 1))
    observed.take_reply(a_reply())
    moves, sample = observed.drained()
    assert moves == {("one", "two"): 1, ("two", OUT): 1}
    assert sample == [Move("m-1", "one", "two"), Move("m-1", "two", OUT)]
    assert observed.inside() == {}
    assert observed.drained() == ({}, [])


def test_the_actors_of_a_group_have_the_message_together(observed: Observed) -> None:
    observed.take_progress(at("one", 0))
    observed.take_progress(at("two", 0))
    assert observed.inside() == {"one": 1, "two": 1}
    observed.take_progress(at("three", 1))
    assert observed.drained()[0] == {("one", "three"): 1, ("two", "three"): 1}
    assert observed.inside() == {"three": 1}


def test_a_publisher_that_does_not_tell_the_step_is_followed_all_the_same(observed: Observed) -> None:
    observed.take_progress(at("one", None))
    observed.take_progress(at("two", None))
    assert observed.drained()[0] == {("one", "two"): 1}


def test_a_holding_reply_leaves_the_message_where_it_is(observed: Observed) -> None:
    observed.take_progress(at("human_agent", 3, state="waiting for a person"))
    observed.take_reply(a_reply("escalated"))
    assert observed.inside() == {"human_agent": 1}
    assert observed.answers() == {"escalated": 1}


def test_a_visit_that_brings_a_reply_takes_until_the_reply(observed: Observed, clock: Clock) -> None:
    for seconds in (1.0, 3.0):
        observed.take_progress(at("response_aggregator", 5))
        clock.now += seconds
        observed.take_reply(a_reply())
    found = observed.latency("response_aggregator")
    assert found is not None
    assert (found.p50, found.p95, found.visits) == (1.0, 3.0, 2)
    clock.now += LONGEST + 1
    assert observed.latency("response_aggregator") is None


def test_a_message_that_another_one_answers_leaves(observed: Observed) -> None:
    observed.take_progress(at("one"))
    observed.take_progress(at("one", state="superseded", answered_by="m-2"))
    assert (observed.inside(), observed.rates()) == ({}, {"one": 1})


def test_a_person_who_joins_is_no_visit(observed: Observed) -> None:
    observed.take_progress(at("human_agent", None, state="joined"))
    assert (observed.rates(), observed.inside()) == ({}, {})


def test_how_long_a_message_is_there_is_told_and_one_that_vanished_is_forgotten(
    observed: Observed, clock: Clock
) -> None:
    observed.take_progress(at("one"))
    observed.take_progress(at("one", message_id="m-2", state="waiting for a person"))
    clock.now += 5
    assert list(observed.at("one")) == [("m-1", 5.0, "working"), ("m-2", 5.0, "waiting for a person")]
    clock.now += LONGEST
    assert [message_id for message_id, _, _ in observed.at("one")] == ["m-2"]


def test_a_thousand_moves_are_counted_and_a_few_of_them_told(observed: Observed) -> None:
    for number in range(1000):
        observed.take_progress(at("one", 0, f"m-{number}"))
        observed.take_progress(at("two", 1, f"m-{number}"))
    moves, sample = observed.drained()
    assert moves == {("one", "two"): 1000}
    assert len(sample) == SAMPLE


def test_no_more_messages_are_remembered_than_fit(observed: Observed) -> None:
    for number in range(MOST_MESSAGES + 10):
        observed.take_progress(at("one", 0, f"m-{number}"))
    assert observed.inside() == {"one": MOST_MESSAGES}


def test_whoever_follows_a_message_is_told_of_each_of_its_events_until_they_stop(observed: Observed) -> None:
    told: list[str] = []
    stop = observed.listen("m-1", lambda: told.append("!"))
    observed.take_progress(at("one"))
    observed.take_progress(at("one", message_id="m-2"))
    observed.take_reply(a_reply())
    stop()
    observed.take_progress(at("two", 1))
    assert told == ["!", "!"]


def test_the_ways_that_were_seen_are_known(observed: Observed) -> None:
    observed.take_progress(at("one", 0))
    observed.take_progress(at("foreign", 1))
    observed.take_reply(a_reply())
    assert list(observed.pairs) == [("one", "foreign")]
