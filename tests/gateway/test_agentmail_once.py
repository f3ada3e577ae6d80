"""However often, to however many, and through whatever trouble a mail is delivered: it starts once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from mesh.errors import Unavailable
from mesh.mail.letter import letter_of
from mesh.protocol import Message
from mesh.registers import Register
from tests.fakes import FakeBus
from tests.gateway.provider import (
    Door,
    a_door,
    a_mail,
)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with a_door() as found:
        yield found


class Racing(FakeBus):
    """Lets others go first between a reading and what follows from it; a write is one step all the same."""

    async def read(self, bucket: str, key: str) -> Register:
        found = await super().read(bucket, key)
        await asyncio.sleep(0)
        return found

    async def write(self, bucket: str, key: str, value: bytes, revision: int) -> bool:
        if (await FakeBus.read(self, bucket, key)).revision != revision:
            return False
        await self.put(bucket, key, value)
        return True

    async def put(self, bucket: str, key: str, value: bytes) -> None:
        self.revision += 1
        self.kept[f"{bucket}.{key}"] = Register(value, self.revision, None)


async def test_twenty_gateways_that_get_one_mail_at_once_start_it_once() -> None:
    mail, bus = a_mail(), Racing()
    async with a_door(bus=bus) as door:
        answers = await asyncio.gather(*(door.status(mail, svix_id=f"msg_{one}") for one in range(20)))
        assert len(await door.taken_in()) == 1
    assert {code for code, _ in answers} == {200}
    assert Counter(status for _, status in answers)["started"] == 1


async def test_no_more_of_a_thread_are_answered_at_once_than_one_after_the_other() -> None:
    async with a_door(bus=Racing(), email_answers_per_hour=3) as door:
        mails = [a_mail(thread_id="thd_a") for _ in range(20)]
        statuses = [status for _, status in await asyncio.gather(*map(door.status, mails))]
        assert Counter(statuses) == {"started": 4, "limited": 16}
        silent = [letter.silent for letter in map(letter_of, door.bus.published) if letter]
    assert sorted(silent) == [False, False, False, True]


async def test_a_mail_that_intake_has_taken_is_never_published_again_however_late_it_is_sent_again(door: Door) -> None:
    mail = a_mail()
    await door.tell(mail)
    await door.taken_in()
    assert await door.status(mail, svix_id="msg_again") == (200, "duplicate")
    assert len(door.bus.published) == 1


class Failing(FakeBus):
    """Confirms nothing the first time, though it may have stored it."""

    def __init__(self, *, stores: bool) -> None:
        super().__init__()
        self.stores = stores
        self.troubles = 1

    async def publish(self, message: Message) -> None:
        if self.troubles:
            self.troubles -= 1
            if self.stores:
                await super().publish(message)
            raise Unavailable("NATS did not confirm the message")
        await super().publish(message)


@pytest.mark.parametrize("stores", [True, False])
async def test_without_a_confirmation_the_provider_tries_again_and_it_starts_once(*, stores: bool) -> None:
    mail = a_mail()
    async with a_door(bus=Failing(stores=stores), email_answers_per_hour=1) as door:
        answer = await door.tell(mail)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert await door.status(mail) == (200, "duplicate")
        assert len(await door.taken_in()) == 1
        # It counts once, too.
        letters = [letter_of(one) for one in door.bus.published]
        assert not any(letter.silent for letter in letters if letter)
        assert door.counted() == {("message.received", "unavailable"): 1, ("message.received", "duplicate"): 1}


async def test_it_is_answered_when_jetstream_has_confirmed_and_not_before() -> None:
    confirmed = asyncio.Event()

    class Slow(FakeBus):
        async def publish(self, message: Message) -> None:
            await confirmed.wait()
            await super().publish(message)

    async with a_door(bus=Slow()) as door:
        asked = asyncio.create_task(door.tell(a_mail()))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not asked.done()
        confirmed.set()
        assert (await asked).status_code == 200


async def test_a_mesh_that_does_not_answer_in_time_is_said_to_be_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(FakeBus):
        async def publish(self, message: Message) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("gateway.agentmail.PATIENCE", 0.01)
    async with a_door(bus=Hanging()) as door:
        answer = await door.tell(a_mail())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
