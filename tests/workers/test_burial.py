"""A message that nobody could finish has one end: what the customer was told last, or else the apology."""

from datetime import UTC, datetime, timedelta

import pytest

from mesh.delivery import PLAIN_APOLOGY, Answer, deliver
from mesh.errors import Unavailable
from mesh.protocol import Failure, Message, Route
from mesh.store import History
from tests.fakes import FakeBus, a_message
from workers import burial
from workers.burial import Burial

ANSWER = Answer(text="It arrives on Monday.", status="resolved")
HOLDING = Answer(text="A colleague will answer.", status="escalated")
ERROR = Failure(actor="last", hop=1, kind="permanent", reason="it broke")


def dead(message_id: str = "m-1") -> Message:
    message = a_message(message_id=message_id, route=Route(steps=("first", "last"), current_step=1))
    return message.model_copy(update={"payload": message.payload.model_copy(update={"error": ERROR})})


async def ends(history: History) -> list[str]:
    return [row.status for row in await history.of_message("m-1") if row.status not in {"received", "escalated"}]


async def told(bus: FakeBus) -> list[str]:
    return [reply.text for reply in bus.replies if reply.message_id == "m-1"]


async def test_the_customer_gets_an_apology_and_the_message_is_kept_whole(history: History) -> None:
    bus = FakeBus()
    await Burial(bus, history).bury(dead())
    assert await told(bus) == [PLAIN_APOLOGY]
    assert await ends(history) == ["apologised"]
    [(_, letter)] = bus.buried
    assert Message.model_validate_json(letter["data"]) == dead()
    assert (letter["reason"], letter["failure"], letter["actor"]) == ("it broke", "permanent", "last")


async def test_the_apology_does_not_wait_for_the_letter(history: History) -> None:
    class Full(FakeBus):
        async def bury(self, data: bytes, *, kind: str, reason: str, key: str, **about: str) -> None:
            raise Unavailable("the stream of dead letters is full")

    bus = Full()
    with pytest.raises(Unavailable):
        await Burial(bus, history).bury(dead())
    assert await told(bus) == [PLAIN_APOLOGY]


async def test_burying_again_says_nothing_again(history: History) -> None:
    bus = FakeBus()
    for _ in range(2):
        await Burial(bus, history).bury(dead())
    assert await told(bus) == [PLAIN_APOLOGY]
    assert await ends(history) == ["apologised"]
    assert len({key for key, _ in bus.buried}) == 1


async def test_an_answer_that_was_written_down_and_never_sent_gives_way_to_the_apology(history: History) -> None:
    bus = FakeBus()
    bus.down = True
    with pytest.raises(Unavailable):
        await deliver(dead(), ANSWER, history=history, bus=bus)
    bus.down = False
    await Burial(bus, history).bury(dead())
    assert await told(bus) == [PLAIN_APOLOGY]
    assert await ends(history) == ["superseded", "apologised"]


async def test_an_apology_whose_sending_failed_is_sent_by_the_next_attempt(history: History) -> None:
    bus = FakeBus()
    bus.down = True
    with pytest.raises(Unavailable):
        await Burial(bus, history).bury(dead())
    bus.down = False
    await Burial(bus, history).bury(dead())
    assert await told(bus) == [PLAIN_APOLOGY]
    assert await ends(history) == ["apologised"]


async def test_who_was_answered_before_the_message_died_hears_no_apology(history: History) -> None:
    bus = FakeBus()
    await deliver(dead(), ANSWER, history=history, bus=bus)
    await Burial(bus, history).keep(dead(), failure="terminated")
    assert await told(bus) == [ANSWER.text]
    assert await ends(history) == ["resolved"]
    assert len(bus.buried) == 1


async def test_who_was_promised_a_person_hears_that_none_comes(history: History) -> None:
    bus = FakeBus()
    await deliver(dead(), HOLDING, history=history, bus=bus)
    await Burial(bus, history).bury(dead())
    assert await told(bus) == [HOLDING.text, PLAIN_APOLOGY]
    assert await ends(history) == ["apologised"]
    assert await history.unended() == ()


async def test_the_answer_to_another_message_of_the_session_is_no_end_of_this_one(history: History) -> None:
    bus = FakeBus()
    await deliver(dead("m-2"), ANSWER, history=history, bus=bus)
    await Burial(bus, history).bury(dead())
    assert await told(bus) == [PLAIN_APOLOGY]


async def test_an_answer_from_before_the_replies_that_are_kept_stays_the_end(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(dead(), ANSWER, history=history, bus=FakeBus())
    monkeypatch.setattr(burial, "datetime", _InEightDays)
    bus = FakeBus()
    await Burial(bus, history).bury(dead())
    assert await told(bus) == []
    assert await ends(history) == ["resolved"]


class _InEightDays(datetime):
    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override] # noqa: ARG003
        return datetime.now(UTC) + timedelta(days=8)
