"""Streams, dead letters, replies and outages. On a real NATS server."""

import asyncio
from datetime import UTC, datetime

import pytest
from nats.aio.msg import Msg
from nats.js.api import RetentionPolicy, StorageType
from nats.js.errors import NotFoundError

from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.protocol import Route
from mesh.replies import Progress, Reply
from mesh.streams import DEAD, MESSAGES, REPLIES
from tests.conftest import until
from tests.fakes import a_message

EMPTY = {MESSAGES: 0, REPLIES: 0, DEAD: 0}


def a_reply(number: int, session_id: str = "s-1") -> Reply:
    return Reply(
        reply_id=f"m-{number}:6",
        message_id=f"m-{number}",
        session_id=session_id,
        text=f"answer {number}",
        status="resolved",
        at=datetime(2026, 5, 1, tzinfo=UTC),
    )


async def stored(bus: Bus, stream: str, place: int) -> tuple[str | None, bytes | None, dict[str, str]]:
    kept = await bus._stream.get_msg(stream, seq=place)
    return kept.subject, kept.data, dict(kept.headers or {})


async def taken(bus: Bus, count: int, slots: int = 1) -> list[Msg]:
    """Pull this many messages and acknowledge them."""
    found: list[Msg] = []

    async def take(delivery: Msg) -> None:
        found.append(delivery)
        await delivery.ack_sync()

    async def enough() -> bool:
        return len(found) >= count

    pulling = asyncio.create_task(bus.pull(slots, take))
    await until(enough)
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)
    return found


async def test_the_streams_are_as_designed(bus: Bus) -> None:
    config = {name: (await bus._stream.stream_info(name)).config for name in EMPTY}
    assert {name: one.subjects for name, one in config.items()} == {
        MESSAGES: ["ecommerce.support.*"],
        REPLIES: ["ecommerce.support.gateway.response.*", "ecommerce.support.gateway.fence.*"],
        DEAD: ["ecommerce.support.dead.*"],
    }
    assert [config[name].retention for name in EMPTY] == [
        RetentionPolicy.WORK_QUEUE, RetentionPolicy.LIMITS, RetentionPolicy.LIMITS,
    ]  # fmt: skip
    assert {one.storage for one in config.values()} == {StorageType.FILE}
    assert [config[name].max_age for name in EMPTY] == [0, 7 * 86_400, 90 * 86_400]


async def test_a_stream_of_an_earlier_release_is_brought_to_todays_configuration(bus: Bus) -> None:
    changed = (await bus._stream.stream_info(REPLIES)).config
    await bus._stream.update_stream(changed.evolve(max_age=3600.0))
    await bus.reply(a_reply(1))
    await bus.ensure_streams()
    assert (await bus._stream.stream_info(REPLIES)).config.max_age == 7 * 86_400
    assert len(await bus.replies_after("s-1", 0)) == 1


async def test_a_message_goes_to_the_mailbox_of_its_first_actor(bus: Bus) -> None:
    message = a_message(route=Route(steps=(("sentiment_analyzer", "intent_analyzer"), "decision_router")))
    await bus.publish(message)
    subject, data, _ = await stored(bus, MESSAGES, 1)
    assert subject == "ecommerce.support.sentiment_analyzer"
    assert data == message.model_dump_json().encode()


async def test_a_message_that_is_published_twice_is_stored_once(bus: Bus) -> None:
    await bus.publish(a_message())
    await bus.publish(a_message("changed", message_id="m-1"))
    await bus.publish(a_message(message_id="m-2"))
    assert await bus.depth() == EMPTY | {MESSAGES: 2}
    assert await bus.waiting() == 2


async def test_what_is_acknowledged_leaves_the_work_queue(bus: Bus) -> None:
    await bus.publish(a_message())
    (delivery,) = await taken(bus, 1)
    assert delivery.subject == "ecommerce.support.somebody"
    assert await bus.depth() == EMPTY


async def test_messages_are_pulled_at_the_same_time_and_no_more_than_there_are_slots(bus: Bus) -> None:
    for number in range(6):
        await bus.publish(a_message(message_id=f"m-{number}"))
    together, most, now = asyncio.Event(), 0, 0

    async def take(delivery: Msg) -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        if now == 3:
            together.set()
        await together.wait()
        await asyncio.sleep(0.05)
        await delivery.ack_sync()
        now -= 1

    async def empty() -> bool:
        return await bus.depth() == EMPTY

    pulling = asyncio.create_task(bus.pull(3, take))
    await until(empty)
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)
    assert most == 3


async def test_an_intake_that_waits_can_be_seen(bus: Bus) -> None:
    assert await bus.intakes() == 0

    async def take(_: Msg) -> None: ...

    pulling = asyncio.create_task(bus.pull(4, take))

    async def all_wait() -> bool:
        return await bus.intakes() == 4

    await until(all_wait)
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)


async def test_a_delivery_that_cannot_be_answered_does_not_end_the_pulling(bus: Bus) -> None:
    for number in (1, 2):
        await bus.publish(a_message(message_id=f"m-{number}"))
    seen: list[int] = []

    async def take(delivery: Msg) -> None:
        seen.append(delivery.metadata.sequence.stream)
        if len(seen) == 1:
            raise NotFoundError
        await delivery.ack_sync()

    async def both() -> bool:
        return seen == [1, 2]

    pulling = asyncio.create_task(bus.pull(1, take))
    await until(both)
    pulling.cancel()
    await asyncio.gather(pulling, return_exceptions=True)


async def test_a_dead_letter_is_kept_byte_for_byte_with_the_reason(bus: Bus) -> None:
    data = b"\x00\xff not a message \r\n\r\n" + bytes(range(256))
    await bus.bury(data, kind="invalid", reason="not\na  message: é", key="S:7", subject="ecommerce.ü")
    subject, kept, headers = await stored(bus, DEAD, 1)
    assert (subject, kept) == ("ecommerce.support.dead.invalid", data)
    assert headers["Mesh-Reason"] == "not a message: \\xe9"
    assert headers["Mesh-Subject"] == "ecommerce.\\xfc"


async def test_a_dead_letter_is_buried_once(bus: Bus) -> None:
    for key in ("S:7", "S:7", "S:8"):
        await bus.bury(b"x", kind="invalid", reason="r" * 5000, key=key)
    assert await bus.depth() == EMPTY | {DEAD: 2}


async def test_a_dead_letter_may_be_larger_than_a_message(bus: Bus) -> None:
    data = b"x" * 3_000_000
    await bus.bury(data, kind="invalid", reason="too large", key="S:1")
    assert (await stored(bus, DEAD, 1))[1] == data


async def test_a_reply_that_is_sent_twice_is_in_the_stream_once(bus: Bus) -> None:
    await bus.reply(a_reply(1))
    await bus.reply(a_reply(1))
    assert [reply.reply_id for reply in await bus.replies_after("s-1", 0)] == ["m-1:6"]


async def test_replies_of_a_session_come_in_order_with_their_places(bus: Bus) -> None:
    for number, session in enumerate(["s-1", "s-2", "s-1", "s-2", "s-1"], start=1):
        await bus.reply(a_reply(number, session))
    assert [(reply.text, reply.sequence) for reply in await bus.replies_after("s-1", 0)] == [
        ("answer 1", 1), ("answer 3", 3), ("answer 5", 5),
    ]  # fmt: skip
    assert [reply.sequence for reply in await bus.replies_after("s-1", 1)] == [3, 5]
    assert [reply.sequence for reply in await bus.replies_after("s-2", 2)] == [4]
    assert await bus.replies_after("s-1", 5) == ()
    assert await bus.replies_after("nobody", 0) == ()
    assert await bus.newest_reply() == 5


async def test_watchers_see_every_new_reply_once_and_none_from_before(bus: Bus) -> None:
    await bus.reply(a_reply(1))
    seen: list[Reply] = []
    await bus.watch_replies(seen.append)
    await bus._stream.publish("ecommerce.support.gateway.response.s-1", b"garbage")
    for number in (2, 3, 3):
        await bus.reply(a_reply(number))

    async def both() -> bool:
        return len(seen) >= 2

    await until(both)
    await asyncio.sleep(0.1)
    assert [(reply.text, reply.sequence) for reply in seen] == [("answer 2", 3), ("answer 3", 4)]


async def test_progress_reaches_watchers_and_garbage_does_not(bus: Bus) -> None:
    seen: list[Progress] = []
    await bus.watch_progress(seen.append)
    await bus._client.publish("ecommerce.support.events.s-1", b"garbage")
    event = Progress(message_id="m-1", session_id="s-1", actor="somebody")
    await bus.progress(event)

    async def told() -> bool:
        return bool(seen)

    await until(told)
    assert seen == [event]


async def test_a_subject_without_a_stream_is_not_taken_for_success(bus: Bus) -> None:
    with pytest.raises(Unavailable):
        await bus.publish_raw("ecommerce.elsewhere", b"x", "m-1")
