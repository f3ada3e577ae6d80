"""Messages in flight survive an upgrade: saved histories of every release replay against today's workflow."""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from mesh.protocol import Message
from mesh.temporal import PLUGIN
from workflows.follow_route import FollowRoute

HISTORIES = sorted(Path("tests/histories").rglob("*.json"))


def read(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, json.loads(file.read_text()))


def test_every_way_that_a_message_can_end_has_a_saved_history() -> None:
    kinds = {file.stem for file in HISTORIES}
    assert kinds >= {"inquiry", "return", "person_answers", "waiting_for_a_person", "failed_visit", "circle", "ridden"}


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_a_saved_history_replays(file: Path) -> None:
    await Replayer(workflows=[FollowRoute], plugins=[PLUGIN]).replay_workflow(read(file))


@workflow.defn(name="FollowRoute", sandboxed=False)
class Forgetful:
    """A workflow as it must not become: it leaves out what the histories say was done."""

    @workflow.run
    async def run(self, message: Message) -> Any:
        return message


async def test_a_workflow_that_goes_another_way_is_found_out() -> None:
    with pytest.raises(NondeterminismError):
        await Replayer(workflows=[Forgetful], plugins=[PLUGIN]).replay_workflow(read(HISTORIES[0]))
