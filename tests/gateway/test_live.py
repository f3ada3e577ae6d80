"""What open windows of the desk are told while it happens."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from gateway.board import CLOSED, LENGTH, Board, News
from mesh.replies import DUE, Due, Progress
from tests.gateway.at_desk import BOB, post, waits
from tests.gateway.house import House
from tests.gateway.live import a_window, present


@pytest.fixture
def only_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is read when something is heard, and not of itself."""
    monkeypatch.setattr("gateway.board.EVERY", 3600.0)


@pytest.mark.usefixtures("only_hints")
async def test_a_window_is_shown_the_list_and_then_each_change_of_it(house: House) -> None:
    waits(house)
    async with a_window(house) as window:
        first = await window.hears("waiting")
        assert [(item["message_id"], item["claimed_by"]) for item in first] == [("m-1", None)]
        await post(house, "claim", BOB)
        changed = await window.hears("waiting")
        assert [(item["message_id"], item["claimed_by"]) for item in changed] == [("m-1", "bob")]
        await post(house, "release", BOB)
        assert (await window.hears("waiting"))[0]["claimed_by"] is None
        await post(house, "transfer", {"skill": "refunds"})
        assert (await window.hears("waiting", lambda items: items[0]["skill"]))[0]["skill"] == "refunds"


@pytest.mark.usefixtures("only_hints")
async def test_a_window_hears_of_colleagues_notes_deadlines_and_words_of_the_customer(house: House) -> None:
    waits(house)
    async with a_window(house) as window:
        await window.hears("waiting")
        await present(house, "bob", looking="s-1")
        people = await window.hears("people")
        assert [(one["person"], one["looking"]) for one in people] == [("bob", ["s-1"])]
        await post(house, "notes", {"text": "Look here."})
        assert await window.hears("noted") == {"message_id": "m-1"}
        due = Due(message_id="m-1", session_id="s-1", actor="human_agent")
        await house.echo.bus.tell(DUE, due.model_dump_json().encode())
        assert await window.hears("due") == {"message_id": "m-1"}
        await house.echo.bus.progress(Progress(message_id="m-2", session_id="s-1", actor="sentiment_analyzer"))
        assert await window.hears("said") == {"session_id": "s-1"}


@pytest.mark.usefixtures("only_hints")
async def test_a_message_that_comes_to_a_person_appears_without_asking(house: House) -> None:
    async with a_window(house) as window:
        await window.hears("waiting", lambda items: items == [])
        waits(house)
        await house.echo.bus.progress(Progress(message_id="m-1", session_id="s-1", actor="human_agent"))
        found = await window.hears("waiting")
        assert [item["message_id"] for item in found] == ["m-1"]


async def test_what_nobody_told_is_seen_all_the_same(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.board.EVERY", 0.2)
    waits(house)
    async with a_window(house) as window:
        await window.hears("waiting")
        del house.journeys.open["m-1"]
        assert await window.hears("waiting", lambda items: items == []) == []


async def test_words_in_conversations_that_nobody_sees_are_not_told(house: House) -> None:
    waits(house)
    async with a_window(house) as window:
        await window.hears("waiting")
        await house.echo.bus.progress(Progress(message_id="m-7", session_id="s-7", actor="sentiment_analyzer"))
        await house.echo.bus.progress(Progress(message_id="m-2", session_id="s-1", actor="sentiment_analyzer"))
        assert await window.hears("said") == {"session_id": "s-1"}


@pytest.mark.usefixtures("only_hints")
async def test_who_only_is_still_there_makes_nobody_read_the_list_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(house)
    await post(house, "claim", BOB)
    read: list[str] = []
    at = house.journeys.at

    def noted(actor: str) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        read.append(actor)
        return at(actor)

    monkeypatch.setattr(house.journeys, "at", noted)
    async with a_window(house) as window:
        await window.hears("waiting")
        assert read == ["human_agent"]
        assert (await post(house, "heartbeat", BOB)).status_code == 200
        await present(house, "bob", looking="s-1")
        await window.hears("people", lambda people: people and people[0]["looking"])
        assert read == ["human_agent"]
        await post(house, "release", BOB)
        assert (await window.hears("waiting"))[0]["claimed_by"] is None


async def test_without_temporal_the_windows_are_told_that_the_list_is_old(house: House) -> None:
    house.journeys.down = True
    async with a_window(house) as window:
        assert "Temporal" in (await window.hears("trouble"))["detail"]
        house.journeys.down = False
        waits(house)
        await post(house, "claim", BOB)
        assert await window.hears("trouble", lambda data: data == {}) == {}


async def test_a_window_that_does_not_read_is_cut_off_and_others_are_not() -> None:
    board = Board(None)  # type: ignore[arg-type]
    board._read = asyncio.Event().wait  # type: ignore[method-assign,assignment]
    with board.listening() as slow, board.listening() as quick:
        for number in range(LENGTH + 1):
            board._tell("noted", {"message_id": str(number)})
            assert await quick.get() == News("noted", f'{{"message_id":"{number}"}}')
        told = [slow.get_nowait() for _ in range(slow.qsize())]
    assert told[-1] is CLOSED
    assert CLOSED not in told[:-1]
