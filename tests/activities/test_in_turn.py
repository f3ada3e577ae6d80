"""Replies of one session keep the order of the questions."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from activities import _in_turn
from activities._in_turn import in_turn
from activities.response_aggregator import response_aggregator
from activities.response_generator import Response
from mesh.delivery import Answer, deliver
from mesh.errors import Transient, Unavailable
from mesh.protocol import Message, Route, TraceEntry
from mesh.together import Answerers
from tests.activities.room import FIRST, SECOND, Room, with_found


def visited(message: Message, *, ago: float = 0) -> Message:
    at = datetime.now(UTC) - timedelta(seconds=ago)
    entry = TraceEntry(actor="somebody", hop=0, kind="visited", at=at)
    return message.with_route(Route(steps=("somebody", "response_aggregator"), current_step=1, trace=(entry,)))


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_in_turn, "LOOK", 0.0)


@pytest.mark.usefixtures("hurried")
async def test_a_reply_waits_for_the_one_before_it() -> None:
    room = Room(FIRST, SECOND)
    with pytest.raises(Transient, match="m-1"):
        await in_turn(visited(room.message(2)), bus=room.bus, history=room)
    await room.delivered(1)
    await in_turn(visited(room.message(2)), bus=room.bus, history=room)


@pytest.mark.usefixtures("hurried")
async def test_an_answer_that_is_written_down_and_not_sent_yet_is_waited_for() -> None:
    room = Room(FIRST, SECOND)
    room.bus.down = True
    with pytest.raises(Unavailable):
        await deliver(room.message(1), Answer(text="words", status="resolved"), history=room, bus=room.bus)
    room.bus.down = False
    with pytest.raises(Transient):
        await in_turn(visited(room.message(2)), bus=room.bus, history=room)


@pytest.mark.usefixtures("hurried")
async def test_nobody_waits_for_what_waits_for_a_person_or_was_left_to_another() -> None:
    room = Room(FIRST, SECOND, "What is your return policy?")
    await deliver(room.message(1), Answer(text="Wait.", status="escalated"), history=room, bus=room.bus)
    await Answerers(room.bus).claim("m-2", "m-9")
    await deliver(room.message(2), Answer(text="words", status="resolved"), history=room, bus=room.bus)
    await in_turn(visited(room.message(3)), bus=room.bus, history=room)


@pytest.mark.usefixtures("hurried")
async def test_a_message_does_not_wait_for_what_it_answers_itself() -> None:
    room = Room(FIRST, SECOND)
    message = with_found(visited(room.message(2)), await room.understood(2))
    await in_turn(message, bus=room.bus, history=room)


@pytest.mark.usefixtures("hurried")
async def test_patience_ends() -> None:
    room = Room(FIRST, SECOND)
    await in_turn(visited(room.message(2), ago=_in_turn.PATIENCE + 1), bus=room.bus, history=room)


@pytest.mark.usefixtures("hurried")
async def test_a_delivery_waits_for_its_turn_and_a_persons_words_do_not() -> None:
    room = Room(FIRST, SECOND)
    cases: tuple[tuple[Literal["rules", "human"], list[str]], ...] = (("rules", []), ("human", ["words"]))
    for author, said in cases:
        message = with_found(visited(room.message(2)), Response(text="words", author=author))
        with contextlib.suppress(Transient):
            await response_aggregator(message, history=room, bus=room.bus, sessions=room.sessions)
        assert [reply.text for reply in room.bus.replies] == said
