"""Who may ride among our actors, and that their answers are the same when they do."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from mesh.actor import Actor, discover
from mesh.bus import Bus
from mesh.knowledge import Library
from mesh.llm import LLM
from mesh.mail.post import Post
from mesh.protocol import Message
from mesh.sessions import Session, Sessions, SessionState
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.store import History
from tests.fakes import FakeBus, FakePost, MemorySessions, NoLLM, a_message, settings
from tests.mock_shop import MockShop, mock_shop
from tests.troubled import NotedHistory
from tests.workers.riders import Walk, walked
from workers.compose import standard_route
from workers.riding import Carriage

THINK = {
    "sentiment_analyzer", "intent_analyzer", "context_retriever", "decision_router", "api_query_executor",
    "knowledge_retriever", "response_generator", "guardrail_validator",
}  # fmt: skip
"""They read and think. Whoever adds one has looked at every call that it makes."""

TEXTS = (
    ("polly.inquirer@example.com", "Hi, could you please tell me where my order ORD-00067890 is? Thank you!"),
    ("connie.confused@example.com", "Where is my refund for order 33301?"),
    ("jack.jacket@example.com", "Which payment methods do you accept?"),
    ("jack.jacket@example.com", "I'd like to return the jacket from order ORD-00077701, it does not fit."),
    ("nora.new@example.com", "asdf qwer"),
)


@pytest.fixture
async def market() -> AsyncIterator[MockShop]:
    async with mock_shop() as opened:
        yield opened


def test_only_actors_that_read_and_think_may_ride() -> None:
    assert {name for name, one in discover().items() if one.policy.rides} == THINK


def test_the_documents_name_them() -> None:
    told = re.search(r"With `MESH_RIDING` (.*?)\.", Path("docs/actors.md").read_text(), re.DOTALL)
    assert told
    assert set(re.findall(r"`([a-z_]+)`", told[1])) == THINK


@pytest.mark.parametrize("name", sorted(THINK))
def test_nobody_who_rides_delivers_waits_or_is_tried_more_often_than_others(name: str) -> None:
    policy = discover()[name].policy
    assert (policy.state, policy.delivers, policy.remind_after, policy.attempts) == ("working", False, None, 5)


def given(market: MockShop, place: Path) -> dict[type, object]:
    known = settings(mesh_data_dir=place)
    return {
        Settings: known, LLM: NoLLM(), Bus: FakeBus(), Shop: market.shop, Library: Library(known),
        Sessions: MemorySessions(), History: NotedHistory(), Post: FakePost(),
    }  # fmt: skip


async def journey(message: Message, resources: Mapping[type, object], *, rides: bool) -> Walk:
    actors: list[Actor] = list(discover().values())
    carriage = Carriage(actors, resources, FakeBus(), lambda: 60.0)
    return await walked(message, {one.name: carriage.visit(one.name) for one in actors}, rides=rides)


@pytest.mark.parametrize(("email", "text"), TEXTS)
async def test_a_message_is_answered_alike_and_changes_as_much_whether_or_not_its_actors_ride(
    tmp_path: Path, email: str, text: str
) -> None:
    message = a_message(text, email=email, route=standard_route())
    ends, walks = [], []
    for rides in (False, True):
        async with mock_shop() as market:
            walk = await journey(message, given(market, tmp_path), rides=rides)
            # Receipts bear the second in which they were made.
            payload = walk.message.payload.model_copy(update={"execution_result": None})
            trace = [(entry.actor, entry.hop) for entry in walk.message.route.trace]
            ends.append((payload, trace, await market.operations()))
            walks.append(walk.activities)
    assert ends[1] == ends[0]
    assert len(walks[1]) < len(walks[0]) / 2
    assert walks[1][-1] == walks[0][-1]


async def test_a_message_that_takes_over_others_writes_that_down_in_a_visit_of_its_own(
    market: MockShop, tmp_path: Path
) -> None:
    route = standard_route()
    message = a_message("And when does it arrive?", route=route.model_copy(update={"steps": route.steps[:2]}))
    message = message.model_copy(update={"metadata": {"follows": ["m-0"]}})
    walk = await journey(message, given(market, tmp_path), rides=True)
    assert walk.activities[:2] == [("sentiment_analyzer", 0), ("intent_analyzer", 0)]
    assert ("context_retriever", 0) not in walk.activities


async def test_whoever_saves_a_lost_session_does_not_ride(market: MockShop, tmp_path: Path) -> None:
    class Rebuilt(MemorySessions):
        async def load(self, session_id: str) -> Session | None:
            await self.save(SessionState(session_id=session_id), ())
            return await super().load(session_id)

    resources = given(market, tmp_path) | {Sessions: Rebuilt()}
    walk = await journey(a_message("Where is my order 67890?", route=standard_route()), resources, rides=True)
    assert walk.activities[:3] == [(name, 0) for name in ("sentiment_analyzer", "intent_analyzer", "context_retriever")]
