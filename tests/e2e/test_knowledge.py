"""A question of policy, through the real stack."""

import pytest

from tests.e2e.conftest import Stack
from tests.e2e.test_scenarios import visited

pytestmark = pytest.mark.e2e
POLLY = "polly.inquirer@example.com"


async def test_a_question_of_policy_is_answered_from_the_articles_and_names_them(stack: Stack) -> None:
    answer = stack.chat("What is your return policy?", POLLY)
    assert answer["status"] == "resolved"
    assert "within 30 days after the delivery" in answer["response"]
    assert answer["response"].endswith("Source: Returns, How long do I have?")
    assert answer["sources"] == [{"title": "Returns", "section": "How long do I have?"}]
    assert "knowledge_retriever" in await visited(stack, answer["message_id"])

    # Read again, from the history.
    assert stack.get(f"/api/chat/{answer['message_id']}")["sources"] == answer["sources"]
