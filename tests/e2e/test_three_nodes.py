"""`mesh up --nats-nodes 3`: the server that leads is killed in the middle of messages, and each is answered once."""

import asyncio
from collections.abc import Iterator

import pytest

from bench.chaos.customers import CUSTOMERS, Budget, Conversation, Doors, by_http, by_socket
from bench.chaos.nodes import PROCESSES
from bench.chaos.verdict import judge
from bench.cluster import stand, whole
from mesh.checks.bus import check
from mesh.errors import MeshError
from mesh.streams import MESSAGES
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_stack, wait_for_restart
from workers.cluster import NAMES, nats_servers, shown
from workers.stack import console

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with a_stack(tmp_path_factory.mktemp("three"), NATS_NODES="3", HUMAN_DEADLINE_HIGH="3") as found:
        yield found


async def test_the_leader_and_a_gateway_are_killed_and_every_message_is_answered_once(three: Stack) -> None:
    pids = three.pids()
    assert set(PROCESSES) <= set(pids)
    budget = Budget(24)
    conversations = [Conversation(*who) for who in CUSTOMERS * 2]
    async with asyncio.TaskGroup() as group:
        group.create_task(_killed(three, budget, conversations))
        for number, conversation in enumerate(conversations):
            way = by_socket if number % 2 else by_http
            group.create_task(way(Doors(*three.urls, first=number // 2), budget, conversation))
    await wait_for_restart(three, "gateway", pids["gateway"])
    verdict = await judge(three, conversations)
    verdict.healthy_after = 0.0
    assert verdict.holds, verdict
    assert verdict.said >= 24
    await until(lambda: whole(three.settings), PATIENCE)
    assert {name for name, pid in three.pids().items() if pids.get(name) != pid} >= {"gateway"}


async def _killed(three: Stack, budget: Budget, conversations: list[Conversation]) -> None:
    """Once everybody had an answer, kill who leads the messages, and a gateway."""

    async def all_met() -> bool:
        return all(conversation.answered for conversation in conversations)

    await until(all_met, PATIENCE)
    keepers = (await stand(three.settings)).streams[MESSAGES]
    assert keepers is not None
    three.kill(str(keepers.leader))
    three.kill("gateway")
    answered = sum(len(conversation.answered) for conversation in conversations)

    async def more() -> bool:
        return sum(len(conversation.answered) for conversation in conversations) >= answered + 16

    await until(more, PATIENCE)
    budget.enough.set()


async def test_the_nodes_are_shown_and_checked(three: Stack) -> None:
    with console.capture() as printed:
        console.print(await shown(three.settings))
    assert all(name in printed.get() for name in (*NAMES, "leads"))
    found = {one.check: one for one in await check(three.settings)}
    assert found["nats.replicas"].found == "3 copies of each stream"
    assert {found[f"nats.node.127.0.0.1:{port}"].verdict for port in three.settings.nats_ports} == {"ok"}


def test_the_data_folder_is_not_started_with_one_server(three: Stack) -> None:
    with pytest.raises(MeshError, match="kept by three NATS servers"):
        nats_servers(three.settings.model_copy(update={"nats_nodes": 1}))
