"""The watcher goes on through outages, buries once, and tells a wreck from a replay that is under way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from mesh.dead import DeadLetter
from mesh.errors import Transient, Unavailable
from mesh.letters import Advisory, Letters
from mesh.protocol import Message
from mesh.revival import End, Revival, Wreck
from tests.fakes import a_message
from workers import watcher
from workers.burial import Burial
from workers.watcher import Watcher


class Yard(Letters, Revival, Burial):  # type: ignore[misc]
    """What the watcher compares, by hand."""

    def __init__(self, *wrecks: Wreck) -> None:
        self.found = list(wrecks)
        self.stuck: list[dict[int, int]] = []
        self.kept: list[tuple[Message, str]] = []
        self.given: list[tuple[int, str, int]] = []
        self.trouble: list[Exception] = []
        self.readable = True
        self.on_queue: dict[int, bytes] = {}
        self.started: set[str] = set()
        self.settled: list[int] = []
        self.replayed: set[str] = set()

    async def wrecks(self) -> AsyncIterator[Wreck]:
        if self.trouble:
            raise self.trouble.pop(0)
        for wreck in self.found:
            yield wreck

    async def is_last(self, wreck: Wreck) -> bool:
        return wreck.run_id not in self.replayed

    async def wreckage(self, wreck: Wreck) -> Message | None:
        return a_message(message_id=wreck.message_id) if self.readable else None

    async def after(self, sequence: int = 0) -> AsyncIterator[DeadLetter]:
        for message, failure in self.kept:
            fields = {"sequence": 1, "kind": "unfinished", "failure": failure, "at": "2026-01-01T00:00:00Z"}
            yield DeadLetter.model_validate({**fields, "message_id": message.message_id})

    async def keep(self, message: Message, *, failure: str) -> None:
        self.kept.append((message, failure))

    async def given_up(self) -> dict[int, int]:
        return self.stuck.pop(0) if self.stuck else {}

    async def bury(self, place: int, why: str, deliveries: int) -> None:  # type: ignore[override]
        self.given.append((place, why, deliveries))

    async def queued(self, place: int) -> bytes | None:
        return self.on_queue.get(place)

    async def finished(self, message_id: str) -> End:
        return "well" if message_id in self.started else "unknown"

    async def settle(self, place: int) -> None:
        self.settled.append(place)

    async def watch(self, take: object) -> None: ...


WRECK = Wreck("m-1", "run-1", "terminated")


async def test_a_wreck_is_buried_once_with_its_end_as_the_reason() -> None:
    yard = Yard(WRECK)
    guard = Watcher(yard, yard, yard)
    await guard.sweep()
    await guard.sweep()
    ((message, failure),) = yard.kept
    assert (message.message_id, failure) == ("m-1", "terminated")
    error = message.payload.error
    assert error is not None
    assert (error.actor, error.reason) == (
        "somebody",
        "the workflow was found terminated; nobody had buried its message",
    )
    assert message.payload.recovery_log == (error,)


async def test_a_wreck_that_was_replayed_since_is_left_alone_and_a_later_one_is_not() -> None:
    yard = Yard(WRECK)
    yard.replayed = {"run-1"}
    guard = Watcher(yard, yard, yard)
    await guard.sweep()
    assert yard.kept == []
    yard.found.append(Wreck("m-1", "run-2", "timed out"))
    await guard.sweep()
    assert [failure for _, failure in yard.kept] == ["timed out"]


async def test_another_watcher_finds_the_letter_that_the_first_one_wrote() -> None:
    yard = Yard(WRECK)
    await Watcher(yard, yard, yard).sweep()
    await Watcher(yard, yard, yard).sweep()
    assert len(yard.kept) == 1


async def test_a_wreck_of_which_nothing_can_be_read_is_named_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    yard = Yard(WRECK)
    yard.readable = False
    await Watcher(yard, yard, yard).sweep()
    assert yard.kept == []
    assert "message m-1: its workflow was terminated" in caplog.text


async def test_the_watch_goes_on_when_a_server_was_away() -> None:
    yard = Yard(WRECK)
    yard.trouble = [Unavailable("Temporal"), Transient("the history")]
    watching = asyncio.create_task(Watcher(yard, yard, yard).watch(0.01))
    async with asyncio.timeout(5):
        while not yard.kept:
            await asyncio.sleep(0.01)
    watching.cancel()
    assert yard.trouble == []


async def test_only_what_lies_there_at_both_looks_was_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "CONFIRM", 0.0)
    yard = Yard()
    yard.stuck = [{1: 5, 2: 5}, {2: 5, 3: 5}]
    await Watcher(yard, yard, yard).sweep()
    assert [(place, deliveries) for place, _, deliveries in yard.given] == [(2, 5)]


async def test_what_lies_there_and_has_a_journey_is_taken_off_and_no_dead_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watcher, "CONFIRM", 0.0)
    yard = Yard()
    yard.stuck = [{1: 5, 2: 5, 3: 5}] * 2
    yard.on_queue = {1: a_message(message_id="m-1").model_dump_json().encode(), 2: b"no message"}
    yard.on_queue[3] = a_message(message_id="m-3").model_dump_json().encode()
    yard.started = {"m-1"}
    await Watcher(yard, yard, yard).sweep()
    assert yard.settled == [1]
    assert [place for place, _, _ in yard.given] == [2, 3]


async def test_an_advisory_is_buried_with_its_reason() -> None:
    yard = Yard()
    told = Advisory(
        type="io.nats.jetstream.advisory.v1.terminated", consumer="c", stream_seq=7, reason="bad", deliveries=2
    )
    await Watcher(yard, yard, yard).on_advisory(told)
    assert yard.given == [(7, "the message was terminated at the consumer c: bad", 2)]
