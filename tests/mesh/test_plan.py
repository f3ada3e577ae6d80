"""The plan of the mesh follows from the registry and the standard route, and from nothing else."""

import sys
from datetime import timedelta
from types import ModuleType

from mesh.actor import Actor, actor, discover
from mesh.plan import Plan, named_by
from mesh.protocol import Enrichment, Message, Route
from workers.compose import mail_routes, standard_route


def ways(plan: Plan, way: str) -> set[tuple[str, str]]:
    return {(link.source, link.target) for link in plan.links if link.way == way}


def added(modules: dict[str, ModuleType], name: str, **names: object) -> ModuleType:
    """A module as a new file in `routers` or `activities` would be."""
    module = ModuleType(name, doc=f"What {name} is for.\n\nMore.")
    vars(module).update(names)
    modules[name] = module
    return module


def a_processor(name: str, module: str) -> Actor:
    async def work(message: Message) -> Enrichment:
        raise NotImplementedError

    work.__module__ = module
    return actor(name, timeout=timedelta(seconds=7))(work)


def a_router(name: str, module: str) -> Actor:
    async def work(message: Message) -> Route:
        return message.route

    work.__module__ = module
    return actor(name)(work)


def test_every_actor_of_the_registry_is_on_the_plan_once_at_a_place_of_its_own() -> None:
    actors = discover()
    plan = Plan.of(actors, standard_route())
    assert [station.name for station in plan.stations if station.name in actors] == [one.name for one in plan.stations]
    assert plan.names == set(actors)
    places = [(station.column, station.row) for station in plan.stations]
    assert len(set(places)) == len(places) == len(actors)


def test_the_standard_route_goes_from_column_to_column() -> None:
    plan = Plan.of(discover(), standard_route())
    columns = {station.name: station.column for station in plan.stations}
    assert ("sentiment_analyzer", "decision_router") in ways(plan, "standard")
    assert ("context_retriever", "decision_router") in ways(plan, "standard")
    assert all(columns[target] == columns[source] + 1 for source, target in ways(plan, "standard"))


def test_whom_a_publisher_lets_follow_stands_behind_whom_it_follows() -> None:
    plan = Plan.of(discover(), mail_routes().answer)
    columns = {station.name: station.column for station in plan.stations}
    assert ("response_aggregator", "email_sender") in ways(plan, "router")
    assert columns["email_sender"] == columns["response_aggregator"] + 1


def test_a_routers_edits_are_ways_to_the_actors_that_its_file_names() -> None:
    actors = discover()
    plan = Plan.of(actors, standard_route())
    assert {("approval_router", "human_agent"), ("decision_router", "knowledge_retriever")} <= ways(plan, "router")
    assert not {source for source, _ in ways(plan, "router")} - {n for n, one in actors.items() if one.kind == "router"}


def test_a_station_tells_what_its_file_says_and_what_the_actor_declares() -> None:
    stations = {station.name: station for station in Plan.of(discover(), standard_route()).stations}
    assert stations["guardrail_validator"].purpose == "May this reply go out?"
    assert stations["execution_coordinator"].policy.timeout == 20
    assert [name for name, station in stations.items() if station.error_handler] == ["escalation_router"]


def test_an_actor_added_in_one_file_and_named_by_a_router_appears_behind_it() -> None:
    before = dict(sys.modules)
    try:
        translator = a_processor("translator", "activities.translator")
        gate = a_router("gate", "routers.gate")
        added(sys.modules, "activities.translator", translator=translator)
        added(sys.modules, "routers.gate", gate=gate, translator=translator)
        actors = {"gate": gate, "translator": translator}
        plan = Plan.of(actors, Route.of(gate))
    finally:
        for name in set(sys.modules) - set(before):
            del sys.modules[name]
    assert ways(plan, "router") == {("gate", "translator")}
    found = next(station for station in plan.stations if station.name == "translator")
    assert (found.column, found.kind, found.purpose, found.policy.timeout) == (
        1,
        "processor",
        "What activities.translator is for.",
        7,
    )


def test_an_actor_that_nobody_sends_to_is_on_the_plan_too() -> None:
    actors = discover()
    lonely = {"sentiment_analyzer": actors["sentiment_analyzer"], "human_agent": actors["human_agent"]}
    assert Plan.of(lonely, Route.of(actors["sentiment_analyzer"])).names == {"sentiment_analyzer", "human_agent"}


def test_a_router_does_not_name_itself() -> None:
    assert "escalation_router" not in named_by(discover()["escalation_router"])


def test_a_foreign_actor_that_was_seen_at_work_stands_behind_the_one_before_it() -> None:
    plan = Plan.of(discover(), standard_route())
    seen = plan.with_seen([("response_generator", "tone_checker"), ("tone_checker", "guardrail_validator")])
    stranger = next(station for station in seen.stations if station.name == "tone_checker")
    assert (stranger.kind, stranger.column) == ("foreign", 3)
    assert ways(seen, "seen") == {("response_generator", "tone_checker"), ("tone_checker", "guardrail_validator")}
    assert len({(one.column, one.row) for one in seen.stations}) == len(plan.stations) + 1


def test_what_is_on_the_plan_is_not_added_again() -> None:
    plan = Plan.of(discover(), standard_route())
    assert plan.with_seen([("response_generator", "guardrail_validator")]) is plan
    once = plan.with_seen([("a", "b"), ("a", "b")])
    assert once.with_seen([("a", "b")]) is once
    assert ways(once, "seen") == {("a", "b")}
