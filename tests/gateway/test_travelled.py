"""Latencies and failures from the traces that the history keeps."""

from datetime import UTC, datetime, timedelta

from gateway.following import followed
from gateway.travelled import Travels
from mesh.protocol import Failure, Message, Route
from mesh.route import TraceEntry
from mesh.store import History
from tests.fakes import a_message
from tests.mesh.figures_of import asked, said

Visit = tuple[str, str, float]


async def answered(history: History, message_id: str, *visits: Visit, hop: int = 6, ago: float = 60.0) -> None:
    question = asked(message_id, "s-1", datetime.now(UTC) - timedelta(seconds=ago))
    await history.add([question, said(question, 1.0, hop=hop, visits=visits)])


async def test_latencies_are_nearest_ranks_of_the_visits_that_were_made(history: History) -> None:
    for number in range(1, 21):
        await answered(history, f"m-{number}", ("one", "visited", number / 10))
    travels = Travels(history)
    await travels.read()
    found = travels.latency("one")
    assert found is not None
    assert (found.p50, found.p95, found.visits) == (1.0, 1.9, 20)
    assert travels.latency("nobody") is None


async def test_what_was_answered_long_ago_does_not_count(history: History) -> None:
    await answered(history, "m-1", ("one", "visited", 1.0), ago=3600)
    travels = Travels(history)
    await travels.read()
    assert travels.latency("one") is None


async def test_a_second_answer_of_a_message_counts_only_what_came_after_the_first(history: History) -> None:
    await answered(history, "m-1", ("one", "visited", 1.0), hop=1)
    travels = Travels(history)
    await travels.read()
    await answered(history, "m-1", ("one", "visited", 1.0), ("two", "visited", 2.0), hop=2)
    await travels.read()
    await travels.read()
    assert [found and found.visits for found in map(travels.latency, ("one", "two"))] == [1, 1]


async def test_failures_are_told_in_the_actors_words_without_addresses(history: History) -> None:
    question = asked("m-1", "s-1", datetime.now(UTC) - timedelta(seconds=60))
    trace = [{"actor": "one", "hop": 0, "kind": "failed", "why": "no account of polly@example.com"}]
    await history.add([question, said(question, 1.0).model_copy(update={"route_trace": trace})])
    travels = Travels(history)
    await travels.read()
    (failure,) = travels.failures("one")
    assert (failure.message_id, failure.why) == ("m-1", "no account of (an address)")
    assert travels.latency("one") is None


async def test_ways_are_known_from_one_step_to_the_next(history: History) -> None:
    await answered(history, "m-1", ("one", "visited", 1.0), ("foreign", "visited", 1.0), ("three", "visited", 1.0))
    travels = Travels(history)
    await travels.read()
    assert list(travels.pairs) == [("one", "foreign"), ("foreign", "three")]


async def test_a_trace_that_is_none_is_passed_over(history: History) -> None:
    question = asked("m-1", "s-1", datetime.now(UTC) - timedelta(seconds=60))
    await history.add([question, said(question, 1.0).model_copy(update={"route_trace": [{"what": "ever"}]})])
    travels = Travels(history)
    await travels.read()
    assert travels.pairs == {}


# -- one message


def on_its_way() -> Message:
    """At the third of four steps, after a router has changed the way and one visit has failed."""
    route = Route(steps=(("one", "two"), "three", "four"), error_handler="four")
    at = datetime(2026, 6, 1, tzinfo=UTC)
    done = [TraceEntry(actor=name, hop=0, kind="visited", at=at, seconds=0.5) for name in ("one", "two")]
    route = route.advance(*done)
    route = route.accept(route.insert_next("five", why="ask polly@example.com again"), "three", at)
    route = route.advance(TraceEntry(actor="three", hop=1, kind="visited", at=at, seconds=1.0))
    return a_message("secret words", route=route)


def test_a_message_is_told_as_done_doing_and_ahead() -> None:
    found = followed(on_its_way(), (), "http://ui")
    assert found is not None
    assert [[(visit.actor, visit.state, visit.seconds) for visit in stop.visits] for stop in found.stops] == [
        [("one", "done", 0.5), ("two", "done", 0.5)],
        [("three", "done", 1.0)],
        [("five", "doing", None)],
        [("four", "ahead", None)],
    ]
    assert (found.open, found.state, found.web_ui) == (True, "working", "http://ui")


def test_edits_are_told_with_their_reasons_and_without_addresses() -> None:
    found = followed(on_its_way(), (), "")
    assert found is not None
    assert [(edit.hop, edit.by, edit.why) for edit in found.edits] == [(1, "three", "ask (an address) again")]
    assert "secret" not in found.model_dump_json()
    assert "polly" not in found.model_dump_json()


def test_a_failed_visit_says_why_and_the_error_handler_comes_next() -> None:
    failure = Failure(actor="five", hop=2, kind="exhausted", reason="the shop is away")
    line = TraceEntry(actor="five", hop=2, kind="failed", seconds=3.0, why="the shop is away")
    found = followed(on_its_way().failed([failure], line), (), "")
    assert found is not None
    assert [(visit.actor, visit.state, visit.why) for visit in found.stops[2].visits] == [
        ("five", "failed", "the shop is away")
    ]
    assert [visit.state for visit in found.stops[3].visits] == ["doing"]
    assert "five failed (exhausted): the shop is away" in [edit.why for edit in found.edits]


def test_where_the_journey_is_gone_the_history_tells_the_way() -> None:
    question = asked("m-1", "s-1", datetime(2026, 6, 1, tzinfo=UTC))
    rows = [question, said(question, 2.5, visits=(("one", "visited", 0.5), ("two", "failed", 1.0)))]
    found = followed(None, rows, "")
    assert found is not None
    assert [(visit.actor, visit.state) for stop in found.stops for visit in stop.visits] == [
        ("one", "done"),
        ("two", "failed"),
    ]
    assert (found.open, found.ended) == (False, "resolved")
    assert found.since is not None
    assert found.until is not None
    assert (found.until - found.since).total_seconds() == 2.5
    assert "secret" not in found.model_dump_json()


def test_a_message_that_nobody_knows_has_no_way() -> None:
    assert followed(None, (), "") is None
