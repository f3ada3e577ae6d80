"""What rides changes nothing for the message: the same payload, the same route, the same lines, fewer activities."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh.actor import Actor, Result, Work
from mesh.effects import effect
from mesh.errors import AnswerLater, Permanent, Transient
from mesh.llm import LLM
from mesh.protocol import MAX_ENVELOPE_BYTES, Message, Policy, Route
from tests.fakes import FakeBus, ScriptedLLM, a_message
from tests.workers.riders import Walk, an_actor, carriages, filling, slot, walked
from workers.riding import Carriage

NAMES = ("a", "b", "c", "d", "e", "last")


Stops = str | tuple[str, ...]


def a_trip(*stops: Stops, actors: list[Actor], error_handler: str | None = None) -> Message:
    by_name = {actor.name: actor for actor in actors}
    steps = tuple(tuple(by_name[one] for one in stop) if isinstance(stop, tuple) else by_name[stop] for stop in stops)
    return a_message(route=Route.of(*steps, error_handler=error_handler and by_name[error_handler]))


def travelled(walk: Walk) -> list[tuple[str, int, str]]:
    return [(entry.actor, entry.hop, entry.kind) for entry in walk.message.route.trace]


# -- any route


@dataclass(frozen=True)
class Made:
    """How one actor of a made-up mesh behaves."""

    rides: bool
    priority: int
    does: str


BEHAVIOUR = st.builds(
    Made,
    rides=st.sampled_from((True, True, False)),
    priority=st.sampled_from((3, 3, 3, 1, 5)),
    does=st.sampled_from(("fills", "fills", "fills", "inserts", "only", "changes", "breaks", "steals", "stays")),
)
STOPS = st.one_of(
    st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), min_size=2, max_size=3, unique=True).map(tuple)
)


def work_of(name: str, does: str, done: list[tuple[str, int]]) -> Work:
    fill = filling(name).work

    async def work(message: Message) -> Result:
        route = message.route
        match does:
            case "changes":
                effect("change the shop")
                done.append((name, route.current_step))
                return await fill(message)
            case "breaks":
                raise Permanent("it broke")
            case "steals":
                return await filling("a").work(message)
            case "stays":
                return route
            case "inserts" | "only" if sum(entry.kind == "edited" for entry in route.trace) < 3:
                edit = route.only if does == "only" else route.insert_next
                return edit("b", ("c", "d"), "last", why="on")
            case _:
                return await fill(message)

    return work


def a_mesh(made: dict[str, Made], done: list[tuple[str, int]]) -> list[Actor]:
    actors = [
        an_actor(name, work_of(name, one.does, done), rides=one.rides, priority=one.priority)
        for name, one in made.items()
    ]
    return [*actors, filling("handler", rides=False)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(STOPS, min_size=1, max_size=6),
    st.fixed_dictionaries(dict.fromkeys(NAMES, BEHAVIOUR)),
    st.frozensets(st.sampled_from(NAMES), max_size=3),
)
def test_a_ridden_journey_ends_as_any_other_whatever_the_route_and_wherever_its_actors_are_served(
    stops: list[Stops], made: dict[str, Made], elsewhere: frozenset[str]
) -> None:
    ends = []
    for rides in (False, True):
        done: list[tuple[str, int]] = []
        actors = a_mesh(made, done)
        here, there = ([one for one in actors if (one.name in elsewhere) is away] for away in (False, True))
        message = a_trip(*stops, actors=actors, error_handler="handler")
        walk = asyncio.run(walked(message, carriages(here, there), rides=rides))
        errors = [(one.actor, one.hop, one.reason) for one in walk.message.payload.recovery_log]
        ends.append((
            walk.message.payload.model_extra, errors, walk.message.route.steps, travelled(walk), done, walk.buried,
        ))  # fmt: skip
    assert ends[1] == ends[0]


# -- one rule each


async def test_two_routers_at_the_same_step_are_a_mistake_when_they_ride_too() -> None:
    actors = [an_actor("a", work_of("a", "stays", [])), an_actor("b", work_of("b", "inserts", [])), filling("last")]
    walk = await walked(a_trip("last", ("a", "b"), "last", actors=actors), carriages(actors))
    assert walk.buried == "a and b edited the route at the same time"


async def test_a_stretch_that_only_thinks_is_one_activity_and_the_last_step_another() -> None:
    actors = [filling(name) for name in ("a", "b", "c", "d", "last")]
    walk = await walked(a_trip(("a", "b"), "c", "d", "last", actors=actors), carriages(actors))
    assert walk.activities == [("a", 0), ("last", 3)]
    assert [entry.why for entry in walk.message.route.trace] == [None, *["in the visit of a"] * 3, None]
    assert all(entry.at and entry.seconds is not None for entry in walk.message.route.trace)


async def test_who_rides_is_told_to_whoever_watches() -> None:
    actors, bus = [filling(name) for name in ("a", "b", "c", "last")], FakeBus()
    await walked(a_trip("a", ("b", "c"), "last", actors=actors), carriages(actors, bus=bus))
    assert [(event.actor, event.hop, event.state) for event in bus.events] == [("b", 1, "working"), ("c", 1, "working")]


async def test_without_the_mark_of_intake_nothing_rides() -> None:
    actors = [filling(name) for name in ("a", "b", "last")]
    walk = await walked(a_trip("a", "b", "last", actors=actors), carriages(actors), rides=False)
    assert walk.activities == [("a", 0), ("b", 1), ("last", 2)]


CAREFUL: dict[str, Callable[[Actor], Actor]] = {
    "is not declared to ride": lambda one: replace(one, policy=Policy()),
    "waits for a person": lambda one: replace(one, policy=Policy(rides=True, state="waiting for a person")),
    "is reminded of": lambda one: replace(one, policy=Policy(rides=True, remind_after=60)),
    "delivers": lambda one: replace(one, policy=Policy(rides=True, delivers=True)),
    "may wait longer": lambda one: replace(one, policy=Policy(rides=True, priority=5)),
}


@pytest.mark.parametrize("why", CAREFUL)
@pytest.mark.parametrize("group", [False, True])
async def test_what_is_more_than_ordinary_work_is_visited_by_itself(why: str, *, group: bool) -> None:
    a, b, last = filling("a"), CAREFUL[why](filling("b")), filling("last")
    stops: list[Stops] = [("a", "b"), "last"] if group else ["a", "b", "last"]
    walk = await walked(a_trip(*stops, actors=[a, b, last]), carriages([a, b, last]))
    assert {name for name, _ in walk.activities} == {"a", "b", "last"}


async def test_an_actor_that_the_route_says_rides_and_that_does_not_say_so_itself_is_visited_by_itself() -> None:
    a, b, last = filling("a"), filling("b"), filling("last")
    served = [a, replace(b, policy=Policy()), last]
    walk = await walked(a_trip("a", "b", "last", actors=[a, b, last]), carriages(served))
    assert walk.activities == [("a", 0), ("b", 1), ("last", 2)]


async def test_one_that_is_not_declared_carries_nobody() -> None:
    actors = [filling("a", rides=False), filling("b"), filling("last")]
    walk = await walked(a_trip("a", "b", "last", actors=actors), carriages(actors))
    assert walk.activities == [("a", 0), ("b", 1), ("last", 2)]


async def test_one_that_changed_something_carries_nobody_so_that_no_crash_repeats_it() -> None:
    async def change(message: Message) -> Result:
        effect("change the shop")
        return None

    actors = [an_actor("a", change), filling("b"), filling("last")]
    walk = await walked(a_trip("a", "b", "last", actors=actors), carriages(actors))
    assert walk.activities == [("a", 0), ("b", 1), ("last", 2)]


@pytest.mark.parametrize("error", [Transient("away"), Permanent("never"), AnswerLater(), RuntimeError("a bug")])
async def test_what_fails_on_the_way_is_visited_by_itself_and_what_was_done_before_it_is_kept(error: Exception) -> None:
    tries: list[int] = []
    fill = filling("c").work

    async def shaky(message: Message) -> Result:
        tries.append(message.route.current_step)
        if len(tries) == 1:
            raise error
        return await fill(message)

    actors = [filling("a"), filling("b"), an_actor("c", shaky), filling("d"), filling("last")]
    walk = await walked(a_trip("a", "b", "c", "d", "last", actors=actors), carriages(actors))
    assert walk.activities == [("a", 0), ("c", 2), ("last", 4)]
    assert walk.message.payload.recovery_log == ()


async def test_whatever_the_carrier_itself_raises_is_its_own_failure() -> None:
    async def broken(message: Message) -> Result:
        raise Permanent("it broke")

    actors = [an_actor("a", broken), filling("b"), filling("handler"), filling("last")]
    message = a_trip(("a", "b"), "last", actors=actors, error_handler="handler")
    walk = await walked(message, carriages(actors))
    assert walk.message.payload.error is not None
    assert (walk.message.payload.error.actor, walk.message.payload.error.reason) == ("a", "it broke")
    assert ("b", 0) in walk.activities


@pytest.mark.parametrize("patience", [0.0, 0.2])
async def test_what_takes_longer_than_the_carriers_attempt_has_left_is_visited_by_itself(patience: float) -> None:
    tries: list[int] = []

    async def slow(message: Message) -> Result:
        tries.append(message.route.current_step)
        await asyncio.sleep(60 if len(tries) == 1 and patience else 0)
        return None

    actors = [filling("a"), an_actor("b", slow), filling("last")]
    walk = await walked(a_trip("a", "b", "last", actors=actors), carriages(actors, patience=patience))
    assert ("b", 1) in walk.activities


async def test_more_than_temporal_can_carry_in_one_outcome_is_left_behind() -> None:
    # Each message is small enough: all fill the same slot.
    async def large(message: Message) -> Result:
        return slot("large", "x" * (MAX_ENVELOPE_BYTES // 3))

    names = ("a", "b", "c", "d", "e")
    actors = [*(an_actor(name, large) for name in names), filling("last")]
    walk = await walked(a_trip(*names, "last", actors=actors), carriages(actors))
    assert walk.activities == [("a", 0), ("c", 2), ("e", 4), ("last", 5)]


async def test_where_a_model_is_configured_whoever_may_ask_it_neither_rides_nor_carries() -> None:
    a, b, c, last = filling("a"), replace(filling("b"), needs={"llm": LLM}), filling("c"), filling("last")

    async def with_model(message: Message, *, llm: LLM) -> Result:
        return None

    actors = [a, replace(b, work=with_model), c, last]
    carriage = Carriage(actors, {LLM: ScriptedLLM(None)}, FakeBus(), lambda: 60.0)
    visits = {one.name: carriage.visit(one.name) for one in actors}
    walk = await walked(a_trip("a", "b", "c", "last", actors=actors), visits)
    assert walk.activities == [("a", 0), ("b", 1), ("c", 2), ("last", 3)]
