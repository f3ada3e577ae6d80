"""The visit to a person stays open, is tried once, and can be seen by operators."""

import pytest

from activities.human_agent import human_agent
from activities.response_generator import Response
from mesh.errors import AnswerLater
from mesh.settings import Settings
from tests.fakes import a_message


async def test_the_visit_stays_open_until_somebody_answers() -> None:
    with pytest.raises(AnswerLater):
        await human_agent(a_message())


def test_waiting_for_a_person_is_tried_once_and_is_what_operators_see() -> None:
    assert human_agent.policy.attempts == 1
    assert human_agent.policy.state == "waiting for a person"


def test_its_deadline_leaves_room_for_the_longest_wait_that_is_set_by_default() -> None:
    longest = Settings.model_fields["human_deadline_low"].default
    assert human_agent.policy.deadline > longest
    assert human_agent.policy.timeout <= human_agent.policy.deadline


def test_a_person_fills_the_slot_of_the_reply() -> None:
    assert human_agent.work.__annotations__["return"] is Response
    assert human_agent.kind == "processor"
