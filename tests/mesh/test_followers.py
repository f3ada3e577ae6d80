"""Who follows an actor is visited right behind it, whatever becomes of the rest of the route."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.actor import actor
from mesh.protocol import Failure, Message, Outcome, Route
from mesh.replay import Repair, replayed
from mesh.route import Stop, TraceEntry
from tests.fakes import a_message
from tests.mesh.test_route import EDITS, STOPS, edited

MAILED = {"deliver": ("send",)}
STEPS = st.lists(st.one_of(STOPS, st.just("deliver"), st.just(("a", "deliver"))), min_size=1, max_size=6)


@actor("send", attempts=9)
async def send(message: Message) -> None: ...


def visited(
    message: Message, fails: frozenset[int] = frozenset()
) -> tuple[Message, list[tuple[tuple[str, ...], bool]]]:
    """The message at its end, and the steps that were taken, with whether they went well."""
    taken: list[tuple[tuple[str, ...], bool]] = []
    while not message.route.done and len(taken) < 60:
        here, hop = message.route.here, message.route.current_step
        well = hop not in fails or "handler" in here
        taken.append((here, well))
        lines = [TraceEntry(actor=name, hop=hop, kind="visited" if well else "failed") for name in here]
        if well:
            message = message.after({name: Outcome() for name in here}, *lines)
        else:
            failure = Failure(actor=here[0], hop=hop, kind="permanent", reason="it broke")
            message = message.failed([failure], *lines)
    return message, taken


@given(STEPS, st.lists(EDITS, max_size=8), st.frozensets(st.integers(0, 12), max_size=3))
def test_whatever_is_edited_and_whatever_fails_a_follower_comes_right_behind_every_visit_that_went_well(
    steps: list[Stop], edits: list[tuple[str, list[Stop]]], fails: frozenset[int]
) -> None:
    route = Route.of(*steps, error_handler="handler", followers=MAILED)
    for edit, stops in edits:
        if edit != "advance":
            route = edited(route, edit, stops)
            assert route.followers == MAILED
    _, taken = visited(a_message(route=route), fails)
    behind = [(here, *taken[place + 1 : place + 2]) for place, (here, well) in enumerate(taken) if well]
    assert all(rest and rest[0][0] == ("send",) for here, *rest in behind if "deliver" in here)
    sent = [here for here, _ in taken if here == ("send",)]
    assert len(sent) == sum("deliver" in here for here, well in taken if well)


@given(STEPS)
def test_the_steps_that_were_visited_stay_and_the_position_only_grows(steps: list[Stop]) -> None:
    route = Route.of(*steps, followers=MAILED)
    after = route.followed()
    assert after.current_step == route.current_step
    assert after.steps[: route.current_step + 1] == route.steps[: route.current_step + 1]
    assert after.followed().steps == after.steps


def test_a_route_without_followers_looks_on_the_wire_as_it_always_did() -> None:
    assert "followers" not in Route.of("a").model_dump()
    assert "followers" not in Route.of("a").model_dump_json()


def test_a_follower_brings_its_policy() -> None:
    route = Route.of("deliver", followers={"deliver": (send,)})
    assert (route.policy("send").attempts, route.followers) == (9, MAILED)


def test_a_router_that_forgets_the_followers_changes_nothing() -> None:
    route = Route.of("router", "deliver", followers=MAILED)
    forgot = Route.of("router", "x", "deliver")
    assert route.accept(forgot, "router").followers == MAILED


def test_a_visit_that_failed_is_not_followed() -> None:
    _, taken = visited(a_message(route=Route.of("deliver", error_handler="handler", followers=MAILED)), frozenset({0}))
    assert [here for here, _ in taken] == [("deliver",), ("handler",)]


def test_what_is_behind_it_already_is_not_put_there_twice() -> None:
    _, taken = visited(a_message(route=Route.of("deliver", "send", "x", followers=MAILED)))
    assert [here for here, _ in taken] == [("deliver",), ("send",), ("x",)]


def test_the_line_in_the_trace_says_what_lies_ahead_and_gives_no_reason() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    route = Route.of("deliver", "x", followers=MAILED).followed(at)
    [line] = route.trace
    assert (line.actor, line.kind, line.steps, line.why, line.at) == ("deliver", "edited", ("send", "x"), None, at)


@pytest.mark.parametrize(("start", "ahead"), [("deliver", ("send", "x")), ("send", ("x",)), ("x", ())])
def test_a_replay_from_any_step_finds_its_place(start: str, ahead: tuple[str, ...]) -> None:
    message, _ = visited(a_message(route=Route.of("a", "deliver", "x", followers=MAILED)))
    again = replayed(message, Repair(start=start), accepted=message)
    _, taken = visited(again)
    assert [here[0] for here, _ in taken] == [start, *ahead]
