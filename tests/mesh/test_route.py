"""Routes: every edit keeps what was visited, and says why."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mesh.actor import actor
from mesh.errors import ProtocolError
from mesh.protocol import Message, Route
from mesh.route import Policy, Stop, TraceEntry

NAMES = st.sampled_from(["a", "b", "c", "d", "handler"])
STOPS = st.one_of(NAMES, st.lists(NAMES, min_size=2, max_size=2, unique=True).map(tuple))
EDITS = st.one_of(
    st.tuples(st.just("then"), st.lists(STOPS, max_size=3)),
    st.tuples(st.just("only"), st.lists(STOPS, max_size=3)),
    st.tuples(st.just("insert_next"), st.lists(STOPS, max_size=3)),
    st.tuples(st.just("skip"), st.lists(NAMES, max_size=2)),
    st.tuples(st.just("advance"), st.just([])),
    st.tuples(st.just("fallback"), st.just([])),
)


@actor("patient_actor", attempts=7, priority=2)
async def patient_actor(message: Message) -> None: ...


def edited(route: Route, edit: str, stops: list[Stop]) -> Route:
    if edit == "advance":
        return route.advance(TraceEntry(actor="x", hop=route.current_step, kind="visited"))
    if edit == "fallback":
        return route.fallback(why="it failed")
    changed: Route = getattr(route, edit)(*stops, why="because")
    return changed


@given(st.lists(STOPS, min_size=1, max_size=5), st.lists(EDITS, max_size=12))
def test_whatever_is_edited_the_position_never_shrinks_and_what_was_visited_stays(
    steps: list[Stop], edits: list[tuple[str, list[Stop]]]
) -> None:
    route = Route.of(*steps, error_handler="handler")
    for edit, stops in edits:
        after = edited(route, edit, stops)
        assert after.current_step >= route.current_step
        visited = route.steps[: route.current_step + 1]
        assert after.steps[: len(visited)] == visited
        assert after.trace[: len(route.trace)] == route.trace
        assert Route.model_validate_json(after.model_dump_json()) == after
        route = after


def test_then_appends_and_only_replaces_and_insert_next_comes_right_after() -> None:
    route = Route.of("a", "b", "c").advance()
    assert route.then("d").steps == ("a", "b", "c", "d")
    assert route.only("d").steps == ("a", "b", "d")
    assert route.insert_next("d", ("e", "f")).steps == ("a", "b", "d", ("e", "f"), "c")


def test_skip_takes_an_actor_out_of_what_is_ahead_and_out_of_groups_but_not_out_of_the_past() -> None:
    route = Route.of("a", ("a", "b"), ("a", "c", "d"), "a")
    assert route.skip("a").steps == ("a", "b", ("c", "d"))


def test_fallback_goes_to_the_error_handler_and_remembers_what_it_dropped() -> None:
    route = Route.of("a", "b", ("c", "d"), error_handler="handler").fallback(why="a failed")
    assert route.steps == ("a", "handler")
    assert route.dropped == ("b", ("c", "d"))


def test_a_route_without_error_handler_cannot_fall_back() -> None:
    with pytest.raises(ProtocolError, match="no error handler"):
        Route.of("a").fallback()


def test_an_actor_brings_its_policy_and_a_policy_that_travels_already_wins() -> None:
    route = Route.of("a").then(patient_actor)
    assert route.policy("patient_actor").attempts == 7
    tuned = route.tune("patient_actor", attempts=1)
    assert tuned.then(patient_actor).policy("patient_actor") == Policy(attempts=1, priority=2)


def test_prioritise_changes_only_what_is_ahead() -> None:
    route = Route.of("a", "b", ("c", "d")).advance().prioritise(1, why="high urgency")
    assert {name: route.policy(name).priority for name in "abcd"} == {"a": 3, "b": 3, "c": 1, "d": 1}


def test_a_router_is_named_in_the_trace_with_its_reason() -> None:
    route = Route.of("router", "b")
    accepted = route.accept(route.only("c", why="b is not needed"), "router")
    assert [(entry.actor, entry.kind, entry.why) for entry in accepted.trace] == [
        ("router", "edited", "b is not needed")
    ]


@pytest.mark.parametrize(
    "forged",
    [
        Route(steps=("x", "b"), current_step=1),
        Route(steps=("a", "b"), current_step=2),
        Route(steps=("a", "b"), current_step=0),
        Route(steps=("a", "b"), current_step=1, trace=()),
    ],
)
def test_a_router_cannot_rewrite_the_past(forged: Route) -> None:
    route = Route(steps=("a", "b"), current_step=1, trace=(TraceEntry(actor="a", hop=0, kind="visited"),))
    with pytest.raises(ProtocolError, match="rewrote"):
        route.accept(forged, "router")


def test_a_message_enters_where_it_was_published() -> None:
    route = Route.of(("a", "b"), "c", "d")
    assert route.enter("b") == route
    assert route.enter("d").here == ("d",)
    assert route.enter("new").here == ("new",)
    assert route.enter("new").ahead == ("a", "b", "c", "d")
    assert Route().enter("new").here == ("new",)


@pytest.mark.parametrize("name", ["", "a b", "a.b", "a*", ">", "x" * 65, "jürgen"])
def test_a_name_that_is_no_subject_token_is_refused_where_it_is_written(name: str) -> None:
    with pytest.raises(ValidationError):
        Route.of("a").then(name)


def test_a_position_behind_the_last_step_is_refused() -> None:
    with pytest.raises(ValidationError, match="lies behind"):
        Route(steps=("a",), current_step=2)


def test_an_edit_without_a_reason_leaves_a_line_too_and_every_line_is_dated() -> None:
    route, at = Route.of("router", "b"), datetime(2026, 11, 20, tzinfo=UTC)
    [line] = route.accept(route.only("c"), "router", at).trace
    assert (line.actor, line.kind, line.steps, line.at) == ("router", "edited", ("c",), at)
    [said] = route.accept(route.only("c", why="so"), "router", at).trace
    assert (said.why, said.at) == ("so", at)
    assert route.accept(route, "router", at).trace == ()


def test_a_group_names_each_actor_once() -> None:
    with pytest.raises(ValidationError, match="names an actor twice"):
        Route.of(("a", "a"))
