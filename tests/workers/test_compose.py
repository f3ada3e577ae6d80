"""The composition root gives every actor what it needs, and the standard route is the designed one."""

from mesh.actor import discover
from mesh.settings import Settings
from mesh.temporal import activity_of
from tests.fakes import FakeBus
from workers.compose import standard_route
from workers.resources import resources, wanted

STANDARD = (
    ("sentiment_analyzer", "intent_analyzer", "context_retriever"), "decision_router", "response_generator",
    "guardrail_validator", "response_aggregator",
)  # fmt: skip
EVERY_ACTOR = {
    "sentiment_analyzer", "intent_analyzer", "context_retriever", "api_query_executor", "response_generator",
    "guardrail_validator", "execution_coordinator", "response_aggregator", "human_agent", "decision_router",
    "escalation_router", "approval_router", "compensator", "knowledge_retriever", "email_sender", "email_reader",
}  # fmt: skip


def test_the_standard_route_is_the_designed_one() -> None:
    route = standard_route()
    assert route.steps == STANDARD
    assert route.error_handler == "escalation_router"
    assert (route.current_step, route.trace) == (0, ())


def test_the_standard_route_carries_the_policy_of_each_of_its_actors() -> None:
    actors = discover()
    route = standard_route()
    assert {name: route.policies[name] for name in route.policies} == {
        name: actors[name].policy for name in (*route.here, *route.ahead, "escalation_router")
    }


def test_every_actor_of_the_design_is_found_and_routers_are_those_that_return_routes() -> None:
    actors = discover()
    assert actors.keys() == EVERY_ACTOR
    routers = {name for name, one in actors.items() if one.kind == "router"}
    assert routers == {"decision_router", "escalation_router", "approval_router"}


async def test_every_actor_gets_what_it_needs(ports_settings: Settings) -> None:
    bus = FakeBus()
    async with resources(ports_settings, bus) as given:
        served = [activity_of(one, one.bind(given), bus) for one in discover().values()]
    assert len(served) == len(EVERY_ACTOR)
    assert given[Settings] is ports_settings


async def test_what_nobody_asks_for_is_not_opened(ports_settings: Settings) -> None:
    actors = discover()
    some = [actors["intent_analyzer"], actors["escalation_router"]]
    async with resources(ports_settings, FakeBus(), wanted(some)) as given:
        assert {kind.__name__ for kind in given} == {"Settings", "Bus", "LLM", "Sessions", "History"}
        assert all(one.bind(given) for one in some)
    async with resources(ports_settings, FakeBus(), wanted([actors["sentiment_analyzer"]])) as given:
        assert {kind.__name__ for kind in given} == {"Settings", "Bus", "LLM", "Sessions"}


async def test_nothing_outside_needs_to_run_for_the_resources_to_open(ports_settings: Settings) -> None:
    async with resources(ports_settings, FakeBus()) as given:
        assert {kind.__name__ for kind in given} == {
            "Settings",
            "Bus",
            "LLM",
            "Shop",
            "Sessions",
            "History",
            "Library",
            "Post",
        }
