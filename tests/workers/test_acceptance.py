"""Every acceptance is noted once, and what comes together is committed together."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from mesh.delivery import acceptance
from mesh.errors import Transient
from mesh.protocol import Message
from mesh.store import Row
from tests.fakes import a_message
from tests.troubled import NotedHistory
from workers.acceptance import Acceptance


@asynccontextmanager
async def writing(history: NotedHistory) -> AsyncIterator[Acceptance]:
    book = Acceptance(history)
    task = asyncio.create_task(book.write())
    try:
        yield book
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Slow(NotedHistory):
    """Each commit waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def add(self, rows: Iterable[Row]) -> set[str]:
        await self.go_on.wait()
        return await super().add(rows)


async def test_what_arrives_during_a_commit_shares_the_next_one() -> None:
    history = Slow()
    async with writing(history) as book:
        waiting = [asyncio.create_task(book.accept(a_message(message_id=f"m-{number}"))) for number in range(20)]
        await asyncio.sleep(0)
        late = asyncio.create_task(book.accept(a_message(message_id="late")))
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in waiting)
        history.go_on.set()
        await asyncio.wait_for(asyncio.gather(*waiting, late), 5)
    assert len(history.rows) == 21
    assert len(history.commits) <= 3


async def test_two_deliveries_of_one_message_are_one_row() -> None:
    history = NotedHistory()
    async with writing(history) as book:
        await asyncio.gather(book.accept(a_message()), book.accept(a_message()))
    assert history.commits == [1]


async def test_a_commit_that_fails_is_told_to_everybody_in_it_and_the_next_one_works() -> None:
    history = NotedHistory(Transient("the history database is not usable"))
    async with writing(history) as book:
        told = await asyncio.gather(
            *(book.accept(a_message(message_id=f"m-{number}")) for number in range(3)), return_exceptions=True
        )
        assert [type(one) for one in told] == [Transient] * 3
        await asyncio.wait_for(book.accept(a_message()), 5)
    assert len(history.rows) == 1


async def test_somebody_who_left_does_not_hold_up_the_others() -> None:
    history = Slow()
    async with writing(history) as book:
        gone = asyncio.create_task(book.accept(a_message(message_id="gone")))
        stays = asyncio.create_task(book.accept(a_message()))
        await asyncio.sleep(0.01)
        gone.cancel()
        history.go_on.set()
        await asyncio.wait_for(stays, 5)
    assert {row.message_id for row in history.rows} == {"gone", "m-1"}


@pytest.mark.parametrize("stamp", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_stamp_that_no_calendar_can_turn_into_utc_stops_nobody(stamp: str) -> None:
    history = NotedHistory()
    message = a_message().model_copy(update={"metadata": {"accepted_at": stamp}})
    async with writing(history) as book:
        await asyncio.wait_for(book.accept(message), 5)
    assert 2020 < history.rows[0].timestamp.year < 9000


def said(message_id: str, second: int, *, session_id: str = "s-1", email: str | None = "a@example.com") -> Message:
    stamp = f"2026-05-01T10:{second // 60:02}:{second % 60:02}+00:00"
    message = a_message(message_id=message_id, session_id=session_id, email=email)
    return message.model_copy(update={"metadata": {"accepted_at": stamp}})


async def test_a_message_is_told_what_was_open_before_it_in_its_session() -> None:
    history = NotedHistory()
    async with writing(history) as book:
        assert await book.accept(said("m-1", 0)) == ()
        assert await book.accept(said("m-2", 1)) == ("m-1",)
        assert await book.accept(said("m-3", 2)) == ("m-1", "m-2")
        assert await book.accept(said("m-1", 0)) == ()
        assert await book.accept(said("m-2", 9)) == ("m-1",)


async def test_messages_of_one_commit_know_those_before_them() -> None:
    async with writing(NotedHistory()) as book:
        found = await asyncio.gather(book.accept(said("m-1", 0)), book.accept(said("m-2", 1)))
    assert list(found) == [(), ("m-1",)]


@pytest.mark.parametrize(
    "other",
    [
        said("m-1", 0, session_id="s-2"), said("m-1", 0, email="b@example.com"), said("m-1", 0, email=None),
    ],
)  # fmt: skip
async def test_other_sessions_and_other_customers_are_followed_by_nobody(other: Message) -> None:
    async with writing(NotedHistory()) as book:
        await book.accept(other)
        assert await book.accept(said("m-2", 1)) == ()


async def test_nobody_unknown_follows_anybody() -> None:
    async with writing(NotedHistory()) as book:
        await book.accept(said("m-1", 0, email=None))
        assert await book.accept(said("m-2", 1, email=None)) == ()


async def test_what_has_been_open_for_long_is_left_alone() -> None:
    async with writing(NotedHistory()) as book:
        await book.accept(said("m-1", 0))
        assert await book.accept(said("m-2", 31 * 60)) == ()
        assert await book.accept(said("m-3", 32 * 60)) == ("m-2",)


async def test_what_is_answered_or_waits_for_a_person_is_not_open() -> None:
    history = NotedHistory()
    async with writing(history) as book:
        for place, status in enumerate(("resolved", "escalated", "superseded")):
            asked = said(f"m-{place}", place)
            await book.accept(asked)
            answered = acceptance(asked, datetime.now(UTC)).model_copy(
                update={"row_id": f"m-{place}:5", "sender": "agent", "status": status}
            )
            await history.add([answered])
        assert await book.accept(said("m-9", 9)) == ()


async def test_when_what_is_open_cannot_be_read_each_answers_for_itself() -> None:
    class Unreadable(NotedHistory):
        async def unanswered(self, session_ids: Iterable[str], since: datetime) -> tuple[Row, ...]:
            raise Transient("the history database is not usable")

    history = Unreadable()
    async with writing(history) as book:
        await book.accept(said("m-1", 0))
        assert await book.accept(said("m-2", 1)) == ()
    assert len(history.rows) == 2


async def test_an_old_message_of_the_same_commit_makes_no_other_one_look_further_back() -> None:
    async with writing(NotedHistory()) as book:
        await book.accept(said("m-1", 0))
        old, late = said("old", 60, session_id="s-2"), said("m-2", 31 * 60)
        found = await asyncio.gather(book.accept(old), book.accept(late))
    assert list(found) == [(), ()]
