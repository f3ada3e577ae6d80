"""A rehearsal goes the way of today's actors and changes nothing; what differs is told, and nothing else."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest

from mesh.actor import Actor, actor, discover
from mesh.protocol import JsonValue, Message, Route
from mesh.replay import Repair, replayed
from mesh.route import Wire
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.store import migrate
from mesh.story import Story
from tests.fakes import a_message
from tests.mock_shop import MockShop, mock_shop
from workers.compose import standard_route
from workers.rehearsal import Rehearsal, fills
from workers.saved import Saved, compare
from workers.stubs import StubbedShop

CASES = (
    ("polly.inquirer@example.com", "Hi, could you please tell me where my order ORD-00067890 is? Thank you!"),
    ("jack.jacket@example.com", "I'd like to return the jacket from order ORD-00077701, it does not fit."),
    (
        "connie.confused@example.com",
        "Please change the delivery address of order ORD-00033303 to 5 Harbour Lane, 20457 Hamburg.",
    ),
    ("furious.frank@example.com", "This is the worst service ever! My order 12345 is a week late."),
)


def questions() -> list[Message]:
    return [
        a_message(text, email=email, route=standard_route(), message_id=f"m-{number}", session_id=f"s-{number}")
        for number, (email, text) in enumerate(CASES)
    ]


@pytest.fixture
async def mall(ports_settings: Settings) -> AsyncIterator[MockShop]:
    await migrate(ports_settings)
    async with mock_shop() as found:
        yield found


async def played(
    settings: Settings, mall: MockShop, message: Message, actors: Mapping[str, Actor] | None = None
) -> Message:
    async with Rehearsal.open(settings, actors=actors) as rehearsal:
        rehearsal._given = {**rehearsal._given, Shop: mall.shop}
        return await rehearsal.play(message, message)


def edited(name: str, why: str) -> dict[str, Actor]:
    """Today's actors, and a decision_router that leaves the execution out."""
    actors = discover()
    old = actors[name]

    @actor(name)
    async def changed(message: Message) -> Route:
        route = await old(message)
        assert isinstance(route, Route)
        return route.skip("execution_coordinator", why=why)

    return {**actors, name: replace(changed, policy=old.policy)}


async def test_a_rehearsal_goes_the_whole_way_and_changes_nothing(ports_settings: Settings, mall: MockShop) -> None:
    end = await played(ports_settings, mall, questions()[1])
    assert end.route.done
    assert "execution_coordinator" in Story.of(end).route
    assert {deed.outcome for deed in Story.of(end).actions} == {"done"}
    assert await mall.effects() == []


async def test_a_rehearsal_stops_where_a_person_is_needed(ports_settings: Settings, mall: MockShop) -> None:
    end = await played(ports_settings, mall, questions()[3])
    assert end.route.here == ("human_agent",)


async def test_an_actor_that_fails_goes_to_the_error_handler(ports_settings: Settings, mall: MockShop) -> None:
    actors = {name: one for name, one in discover().items() if name != "guardrail_validator"}
    end = await played(ports_settings, mall, questions()[0], actors)
    assert "guardrail_validator!" in Story.of(end).route
    assert end.route.done


async def test_saved_messages_show_what_a_changed_router_changes_and_nothing_else(
    ports_settings: Settings, mall: MockShop, tmp_path: object
) -> None:
    saved = [Saved.of(message, await played(ports_settings, mall, message)) for message in questions()]
    # No shop answers from here on: the facts are those that were recorded.
    async with Rehearsal.open(ports_settings, recorded_facts=True) as rehearsal:
        same = [await compare(one, rehearsal) for one in saved]
    async with Rehearsal.open(
        ports_settings, actors=edited("decision_router", "changed on purpose"), recorded_facts=True
    ) as rehearsal:
        changes = [await compare(one, rehearsal) for one in saved]
    assert same == [()] * len(CASES)
    assert [bool(one) for one in changes] == [False, True, True, False]
    (route, *_) = changes[1]
    assert route.startswith("route:")
    assert "execution_coordinator" in route.splitlines()[1]
    assert "execution_coordinator" not in route.splitlines()[2]


async def test_a_dry_run_shows_what_a_changed_router_changes_and_nothing_else(
    ports_settings: Settings, mall: MockShop
) -> None:
    question = questions()[1]
    then = await played(ports_settings, mall, question)
    slots = {name: fills(one) for name, one in discover().items()}
    begin = replayed(then, Repair(start="decision_router"), accepted=question, fills=slots)
    told = []
    for actors in (discover(), edited("decision_router", "changed on purpose")):
        async with Rehearsal.open(ports_settings, actors=actors) as rehearsal:
            rehearsal._given = {**rehearsal._given, Shop: mall.shop}
            now = await rehearsal.play(begin, then)
        told.append([change.split(":")[0] for change in Story.of(then).changes(Story.of(now))])
    assert told == [[], ["route", "reply", "actions"]]
    assert await mall.effects() == []


async def test_a_saved_file_is_read_as_it_was_written(
    ports_settings: Settings, mall: MockShop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    message = questions()[0]
    saved = Saved.of(message, await played(ports_settings, mall, message))
    folder = tmp_path_factory.mktemp("saved")
    saved.write(folder)
    assert [Saved.read(file) for file in Saved.files(folder)] == [saved]


def test_the_slots_that_an_actor_fills_are_read_from_its_types() -> None:
    actors = discover()
    assert fills(actors["response_generator"]) == ("response", "action_plan")
    assert fills(actors["context_retriever"]) == ("context",)
    assert fills(actors["decision_router"]) == ()


async def test_the_shop_answers_as_it_did_then_each_answer_once_and_plausibly_after_that(mall: MockShop) -> None:
    action: JsonValue = {"name": "add_order_note", "order_id": "1"}
    results: list[JsonValue] = [
        {"action": action, "outcome": "done", "receipt": {"done": "noted"}},
        {"action": action, "outcome": "refused", "detail": "too late"},
    ]
    recorded = a_message().enriched({"execution_result": {"results": results}})
    shop = StubbedShop(mall.shop, recorded)
    answers = [
        await shop.change("orders", "POST", "/x", message=recorded, action=f"{nth}-add_order_note", body=Wire())
        for nth in range(3)
    ]
    assert [(answer.done, answer.detail) for answer in answers] == [(True, None), (False, "too late"), (True, None)]
    assert answers[0].receipt == {"done": "noted"}
    assert mall.seen == []
