"""What a customer should not have sent is in no store, whichever way it came."""

import pytest

from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_question

pytestmark = pytest.mark.e2e

CARD = "4111 1111 1111 1111"
ACCOUNT = "DE89 3704 0044 0532 0130 00"
TEXT = f"Where is my order 67890? My card {CARD} and account {ACCOUNT}, my password is Hunter2secret!"


def holders(stack: Stack, *secrets: str) -> list[str]:
    """The files of the stack in which one of these stands."""
    wanted = [secret.encode() for secret in secrets]
    files = [file for file in stack.settings.mesh_data_dir.rglob("*") if file.is_file()]
    return [str(file) for file in files if any(secret in file.read_bytes() for secret in wanted)]


async def test_a_card_number_sent_to_the_chat_is_in_no_store(stack: Stack) -> None:
    answer = stack.chat(TEXT, "polly.inquirer@example.com")
    assert "Please do not send them here" in answer["response"]
    message = await stack.end(answer["message_id"])
    assert message.payload.customer_message == (
        "Where is my order 67890? My card [card ending 1111] and account [IBAN ending 3000], my password is "
        "[secret removed]!"
    )

    async def stored() -> bool:
        return bool(holders(stack, "[card ending 1111]"))

    # The search can find what is there: else it would prove nothing.
    await until(stored, PATIENCE)
    assert holders(stack, CARD, CARD.replace(" ", ""), ACCOUNT, "Hunter2secret") == []


async def test_published_on_nats_it_is_gone_before_the_workflow_starts(stack: Stack) -> None:
    question = a_question(TEXT.replace("4111 1111 1111 1111", "5555 5555 5555 4444"))
    async with stack.bus() as bus:
        await bus.publish(question)
    message = await stack.end(question.message_id)
    assert "[card ending 4444]" in message.payload.customer_message
    # The work queue alone held it, until intake took it.
    assert all("jetstream" in file for file in holders(stack, "5555 5555 5555 4444"))
