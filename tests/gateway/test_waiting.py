import asyncio
from datetime import UTC, datetime

import pytest

from gateway.metrics import Metrics
from gateway.waiting import Line, Switchboard
from mesh.replies import Progress, Reply
from tests.fakes import a_message


def reply(message_id: str = "m-1", session_id: str = "s-1") -> Reply:
    return Reply(
        reply_id=f"{message_id}:5",
        message_id=message_id,
        session_id=session_id,
        text="Yes.",
        status="resolved",
        at=datetime.now(UTC),
    )


@pytest.fixture
def switchboard() -> Switchboard:
    return Switchboard(Metrics())


async def test_lost_progress_ends_no_socket_and_a_lost_reply_does() -> None:
    line = Line(1)
    progress = Progress(message_id="m-1", session_id="s-1", actor="somebody")
    line.put(progress)
    line.put(progress)
    assert not line.overflowed.is_set()
    line.put(reply())
    assert line.overflowed.is_set()


async def test_only_the_first_reply_answers_a_chat(switchboard: Switchboard) -> None:
    with switchboard.waiting_for(a_message()) as future:
        switchboard.take_reply(reply("m-2"))
        assert not future.done()
        first = reply()
        switchboard.take_reply(first)
        switchboard.take_reply(reply())
        assert future.result() is first


async def test_twins_wait_for_the_same_reply_and_one_may_leave(switchboard: Switchboard) -> None:
    with switchboard.waiting_for(a_message()) as one:
        with switchboard.waiting_for(a_message()) as two:
            two.cancel()
        switchboard.take_reply(reply())
        assert one.done()
        assert switchboard.awaited("m-1") is not None
    assert switchboard.awaited("m-1") is None


async def test_a_line_hears_its_own_session_until_it_leaves(switchboard: Switchboard) -> None:
    line, heard = Line(), reply()
    with switchboard.listening("s-1", line):
        switchboard.take_reply(reply(session_id="s-2"))
        switchboard.take_reply(heard)
    switchboard.take_reply(reply())
    assert await line.get() is heard
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await line.get()


async def test_a_chat_learns_at_once_that_another_message_answers_it(switchboard: Switchboard) -> None:
    left = Progress(message_id="m-1", session_id="s-1", actor="somebody", state="superseded", answered_by="m-2")
    with switchboard.waiting_for(a_message()) as future:
        switchboard.take_progress(left.model_copy(update={"answered_by": None}))
        assert not future.done()
        switchboard.take_progress(left)
        assert future.result() is left
