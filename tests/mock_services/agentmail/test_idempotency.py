"""One send for each key, whatever happens to the answer."""

from datetime import timedelta

import pytest
from agentmail.core.api_error import ApiError
from agentmail.errors import ConflictError, ValidationError

from mock_services.agentmail.idempotency import LIFE
from mock_services.agentmail.models import Remembered, now
from tests.mock_services.agentmail.bureau import ANA, INBOX, ONCE, Bureau

KEY = "3f2c.7.reply"


@pytest.fixture
async def letter(bureau: Bureau) -> str:
    return (await bureau.written())["message_id"]


async def sent(bureau: Bureau) -> int:
    count: int = (await bureau.mail.inboxes.messages.list(INBOX, labels=["sent"])).count
    return count


async def test_the_same_request_again_gives_the_first_ids_and_sends_nothing(bureau: Bureau, letter: str) -> None:
    reply = bureau.mail.inboxes.messages.reply
    first = await reply(INBOX, letter, text="On its way.", idempotency_key=KEY)
    again = await reply(INBOX, letter, text="On its way.", idempotency_key=KEY)
    assert again == first
    assert await sent(bureau) == 1


async def test_an_answer_that_was_lost_is_given_again(bureau: Bureau, letter: str) -> None:
    await bureau.fail(503, times=1, after=True)
    reply = bureau.mail.inboxes.messages.reply
    with pytest.raises(ApiError):
        await reply(INBOX, letter, text="On its way.", idempotency_key=KEY, request_options=ONCE)
    again = await reply(INBOX, letter, text="On its way.", idempotency_key=KEY)
    assert await sent(bureau) == 1
    assert (await bureau.message(again.message_id)).text == "On its way."


async def test_another_text_with_the_same_key_is_a_conflict(bureau: Bureau, letter: str) -> None:
    reply = bureau.mail.inboxes.messages.reply
    await reply(INBOX, letter, text="On its way.", idempotency_key=KEY)
    with pytest.raises(ConflictError) as refused:
        await reply(INBOX, letter, text="It is lost.", idempotency_key=KEY, request_options=ONCE)
    assert refused.value.body.code == "conflict"
    assert await sent(bureau) == 1


async def test_another_endpoint_with_the_same_key_is_a_conflict(bureau: Bureau, letter: str) -> None:
    messages = bureau.mail.inboxes.messages
    await messages.reply(INBOX, letter, text="On its way.", idempotency_key=KEY)
    with pytest.raises(ConflictError):
        await messages.reply_all(INBOX, letter, text="On its way.", idempotency_key=KEY, request_options=ONCE)


@pytest.mark.parametrize("key", ["", "3f2c:7:reply", "a b", "k" * 257])
async def test_a_key_that_is_none_is_refused(bureau: Bureau, letter: str, key: str) -> None:
    with pytest.raises(ValidationError) as refused:
        await bureau.mail.inboxes.messages.reply(INBOX, letter, text="On its way.", idempotency_key=key)
    assert refused.value.body.code == "validation_error"
    assert await sent(bureau) == 0


async def test_without_a_key_every_request_is_a_message(bureau: Bureau, letter: str) -> None:
    for _ in range(2):
        await bureau.mail.inboxes.messages.reply(INBOX, letter, text="On its way.")
    assert await sent(bureau) == 2


async def test_a_refused_send_leaves_its_key_free(bureau: Bureau) -> None:
    send = bureau.mail.inboxes.messages.send
    await bureau.api.put("/_mock/fates", json={"address": ANA, "fate": "reject"})
    await send(INBOX, to=ANA, text="Hello")
    with pytest.raises(ApiError):
        await send(INBOX, to=ANA, text="Hello", idempotency_key=KEY, request_options=ONCE)
    await bureau.api.put("/_mock/fates", json={"address": ANA, "fate": "deliver"})
    assert await send(INBOX, to=ANA, text="Hello", idempotency_key=KEY)


async def test_a_key_is_free_again_after_a_day(bureau: Bureau, letter: str) -> None:
    reply = bureau.mail.inboxes.messages.reply
    first = await reply(INBOX, letter, text="On its way.", idempotency_key=KEY)
    store = bureau.office.store
    remembered = store.get(Remembered, KEY)
    assert remembered
    old = remembered.model_copy(update={"at": now() - LIFE - timedelta(seconds=1)})
    store.put(old, KEY, old.at)
    assert (await reply(INBOX, letter, text="It is there.", idempotency_key=KEY)) != first
