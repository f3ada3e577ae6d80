"""Who answers a message is settled once, whoever asks, and asking again changes nothing."""

import asyncio
from datetime import UTC, datetime

import pytest

from mesh.delivery import TOGETHER, Answer, acceptance, deliver
from mesh.desk import Desk
from mesh.errors import Unavailable
from mesh.protocol import JsonValue
from mesh.registers import Register
from mesh.store import History
from mesh.together import ANSWERED_BY, Answerers, followed, following
from tests.fakes import FakeBus, MemoryRegisters, a_message

AUTOMATIC = Answer(text="It arrives on Monday.", status="resolved")
PERSONAL = Answer(text="I am Ann.", status="resolved", author="human")


class Cut(FakeBus):
    """Stores what it is given, and the confirmation is lost."""

    async def write(self, bucket: str, key: str, value: bytes, revision: int) -> bool:
        await super().write(bucket, key, value, revision)
        raise Unavailable("NATS did not confirm the change")


async def test_the_first_who_claims_a_message_answers_it_for_ever() -> None:
    answerers = Answerers(MemoryRegisters())
    assert await answerers.of("m-1") is None
    assert await answerers.claim("m-1", "m-2") == "m-2"
    assert await answerers.claim("m-1", "m-1") == "m-2"
    assert await answerers.claim("m-1", "m-2") == "m-2"
    assert await answerers.of("m-1") == "m-2"


async def test_of_many_who_claim_at_once_exactly_one_answers() -> None:
    registers = MemoryRegisters()
    found = await asyncio.gather(*(Answerers(registers).claim("m-1", f"m-{number}") for number in range(20)))
    assert len(set(found)) == 1


async def test_a_claim_whose_confirmation_was_lost_is_found_again() -> None:
    cut, bus = Cut(), FakeBus()
    with pytest.raises(Unavailable):
        await Answerers(cut).claim("m-1", "m-2")
    bus.kept, bus.revision = cut.kept, cut.revision
    assert await Answerers(bus).claim("m-1", "m-1") == "m-2"


async def test_a_message_that_nobody_took_is_answered_by_itself_and_can_be_taken_no_more(history: History) -> None:
    bus = FakeBus()
    assert await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert await Answerers(bus).claim("m-1", "m-2") == "m-1"
    assert len(bus.replies) == 1


async def test_a_message_that_another_answers_says_nothing_and_ends_once(history: History) -> None:
    bus = FakeBus()
    await Answerers(bus).claim("m-1", "m-2")
    for _ in range(2):
        assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    rows = await history.of_message("m-1")
    assert [(row.status, row.content) for row in rows[1:]] == [("superseded", TOGETHER)]
    assert (rows[1].payload or {})[ANSWERED_BY] == "m-2"
    assert bus.replies == []
    assert await history.unended() == ()
    assert {(event.message_id, event.answered_by) for event in bus.events} == {("m-1", "m-2")}


async def test_a_holding_reply_too_is_left_to_the_message_that_answers(history: History) -> None:
    bus = FakeBus()
    await Answerers(bus).claim("m-1", "m-2")
    holding = Answer(text="A colleague will answer.", status="escalated")
    assert not await deliver(a_message(), holding, history=history, bus=bus)
    assert bus.replies == []


async def test_what_a_person_wrote_goes_out_and_keeps_others_from_taking_the_message(history: History) -> None:
    bus = FakeBus()
    await deliver(a_message(), PERSONAL, history=history, bus=bus)
    assert await Answerers(bus).claim("m-1", "m-2") == "m-1"
    await Answerers(bus).claim("m-3", "m-4")
    assert await deliver(a_message(message_id="m-3"), PERSONAL, history=history, bus=bus)
    assert [reply.text for reply in bus.replies] == ["I am Ann.", "I am Ann."]


async def test_a_message_that_was_held_back_for_a_person_is_not_taken(history: History) -> None:
    bus = FakeBus()
    await Desk(bus).claim("s-1", "Ann")
    assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert await Answerers(bus).of("m-1") == "m-1"
    assert ANSWERED_BY not in ((await history.of_message("m-1"))[1].payload or {})


async def test_a_delivery_without_the_register_sends_nothing_and_may_be_repeated(history: History) -> None:
    class Away(FakeBus):
        async def write(self, bucket: str, key: str, value: bytes, revision: int) -> bool:
            raise Unavailable("NATS is away")

    with pytest.raises(Unavailable):
        await deliver(a_message(), AUTOMATIC, history=history, bus=Away())
    assert await history.of_message("m-1") == ()


async def test_a_register_that_cannot_be_read_settles_nothing() -> None:
    class Forgetful(MemoryRegisters):
        async def read(self, bucket: str, key: str) -> Register:
            raise Unavailable("NATS JetStream cannot be read")

    with pytest.raises(Unavailable):
        await Answerers(Forgetful()).claim("m-1", "m-2")


def test_what_a_publisher_says_it_follows_is_not_believed() -> None:
    claimed = a_message().model_copy(update={"metadata": {"channel": "web", "follows": ["m-0"]}})
    assert followed(following(claimed, ())) == ()
    assert followed(following(claimed, ("m-7", "m-8"))) == ("m-7", "m-8")
    assert following(claimed, ()).metadata == {"channel": "web"}


def test_only_the_newest_three_are_followed() -> None:
    assert followed(following(a_message(), ("a", "b", "c", "d"))) == ("b", "c", "d")


@pytest.mark.parametrize("nonsense", ["m-1", 7, {"a": 1}, ["no id!"], [None]])
def test_nonsense_is_followed_by_nothing(nonsense: JsonValue) -> None:
    assert followed(a_message().model_copy(update={"metadata": {"follows": nonsense}})) == ()


async def test_the_history_tells_what_has_no_answer_yet(history: History) -> None:
    now = datetime.now(UTC)
    for message_id in ("m-1", "m-2", "m-3"):
        await history.add([acceptance(a_message(message_id=message_id), now)])
    await history.add([acceptance(a_message(message_id="m-4", session_id="s-2"), now)])
    await deliver(a_message(message_id="m-1"), AUTOMATIC, history=history, bus=FakeBus())
    await deliver(a_message(message_id="m-2"), Answer(text="Wait.", status="escalated"), history=history, bus=FakeBus())
    since = now.replace(year=now.year - 1)
    assert [row.message_id for row in await history.unanswered({"s-1"}, since)] == ["m-3"]
    assert await history.unanswered({"s-1"}, now.replace(year=now.year + 1)) == ()
