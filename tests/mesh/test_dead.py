"""Dead letters: read, filtered, deleted; and what JetStream gives up becomes one. On a real NATS server."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from nats.js.api import AckPolicy, ConsumerConfig

from mesh.bus import Bus
from mesh.dead import DeadLetter, Wanted, age_of
from mesh.errors import ProtocolError
from mesh.letters import Advisory, Letters
from mesh.protocol import Route
from mesh.streams import DEAD, ENTRANCE, INTAKE, MESSAGES
from tests.conftest import until
from tests.fakes import a_message, settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def bury(bus: Bus, message_id: str = "m-1", **about: str) -> None:
    await bus.bury(
        a_message(message_id=message_id).model_dump_json().encode(),
        kind="unfinished", reason="the shop is down", key=f"{message_id}{about}", message=message_id, **about,
    )  # fmt: skip


async def everything(letters: Letters) -> list[DeadLetter]:
    return [letter async for letter in letters.after()]


async def test_a_letter_is_read_as_it_was_kept(bus: Bus) -> None:
    await bury(bus, session="s-1", actor="doer", failure="exhausted", attempts="5")
    (letter,) = await everything(Letters(bus))
    assert letter.message() == a_message()
    kept = letter.model_dump(exclude={"at", "data"})
    assert kept == {
        "sequence": 1, "kind": "unfinished", "reason": "the shop is down", "actor": "doer", "failure": "exhausted",
        "attempts": 5, "message_id": "m-1", "session_id": "s-1", "subject": "", "place": "",
    }  # fmt: skip
    assert abs((datetime.now(UTC) - letter.at).total_seconds()) < 60
    assert letter.link(settings()) == "http://127.0.0.1:8233/namespaces/default/workflows/m-1"


async def test_a_letter_is_found_by_its_number_and_gone_when_deleted(bus: Bus) -> None:
    letters = Letters(bus)
    await bury(bus, "m-1")
    await bury(bus, "m-2")
    assert (await letters.get(2) or pytest.fail("none")).message_id == "m-2"
    await letters.delete(1)
    await letters.delete(1)
    assert await letters.get(1) is None
    assert [letter.sequence for letter in await everything(letters)] == [2]
    assert [letter.sequence async for letter in letters.after(2)] == []


def a_letter(**fields: object) -> DeadLetter:
    return DeadLetter.model_validate({"sequence": 1, "kind": "unfinished", "at": NOW - timedelta(hours=2), **fields})


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(), True),
        (Wanted(reason="SHOP"), True),
        (Wanted(reason="exhausted"), True),
        (Wanted(reason="warehouse"), False),
        (Wanted(actor="doer"), True),
        (Wanted(actor="do"), False),
        (Wanted(session="s-2"), False),
        (Wanted(since=timedelta(hours=3)), True),
        (Wanted(since=timedelta(hours=1)), False),
        (Wanted(older=timedelta(hours=1)), True),
        (Wanted(older=timedelta(hours=3)), False),
        (Wanted(actor="doer", reason="warehouse"), False),
    ],
)
def test_a_filter_takes_what_fits_in_everything(wanted: Wanted, *, fits: bool) -> None:
    letter = a_letter(reason="the shop is down", actor="doer", failure="exhausted", session_id="s-1")
    assert wanted.fits(letter, NOW) is fits


def test_an_age_is_read_and_anything_else_refused() -> None:
    assert [age_of(text) for text in ("90s", "10m", "2h", "3d")] == [
        timedelta(seconds=90), timedelta(minutes=10), timedelta(hours=2), timedelta(days=3),
    ]  # fmt: skip
    for text in ("", "10", "m", "-1h", "1w", "1 h"):
        with pytest.raises(ValueError, match="is no age"):
            age_of(text)


def test_a_letter_that_never_travelled_enters_where_it_was_published_and_has_no_link() -> None:
    data = a_message(route=Route(steps=("a", "b"))).model_dump_json().encode()
    letter = a_letter(kind="undelivered", subject="ecommerce.support.b", data=data)
    assert letter.message().route.here == ("b",)
    assert letter.link(settings()) == ""
    with pytest.raises(ProtocolError, match="this is not a message"):
        a_letter(kind="invalid", data=b"\xff").message()


async def given_up(bus: Bus) -> None:
    """Three messages, of which the consumer takes the first and is given the second no more."""
    stream = bus._stream
    await stream.delete_consumer(MESSAGES, INTAKE)
    config = ConsumerConfig(
        durable_name=INTAKE, filter_subject=ENTRANCE, ack_policy=AckPolicy.EXPLICIT, ack_wait=0.3, max_deliver=1
    )
    await stream.add_consumer(MESSAGES, config)
    for name in ("m-1", "m-2", "m-3"):
        await bus.publish(a_message(message_id=name))
    subscription = await stream.pull_subscribe_bind(INTAKE, MESSAGES)
    first, _ = await subscription.fetch(2, timeout=2)
    await first.ack_sync()


async def ask(bus: Bus) -> None:
    """JetStream notices that a delivery was the last only when somebody asks for more."""
    subscription = await bus._stream.pull_subscribe_bind(INTAKE, MESSAGES)
    (third,) = await subscription.fetch(1, timeout=2)
    await third.ack_sync()


async def test_a_message_that_jetstream_gives_up_becomes_a_letter_and_leaves_the_queue(bus: Bus) -> None:
    letters = Letters(bus)

    async def take(advisory: Advisory) -> None:
        await letters.bury(advisory.stream_seq, advisory.why, advisory.deliveries)

    await letters.watch(take)
    await given_up(bus)
    await asyncio.sleep(0.5)
    await ask(bus)
    (letter,) = await until(lambda: everything(letters))
    assert (letter.kind, letter.message().message_id, letter.attempts) == ("undelivered", "m-2", 1)
    assert "was delivered as often as it may be at the consumer intake" in letter.reason
    assert (await bus._stream.stream_info(MESSAGES)).state.messages == 0


async def test_what_jetstream_gave_up_while_nobody_listened_is_found(bus: Bus) -> None:
    letters = Letters(bus)
    await given_up(bus)
    assert await letters.given_up() == {}
    await asyncio.sleep(0.5)
    await ask(bus)
    assert await until(letters.given_up) == {2: 1}
    await letters.bury(2, "no consumer is given it", 1)
    await letters.bury(2, "no consumer is given it", 1)
    assert [letter.message().message_id for letter in await everything(letters)] == ["m-2"]
    assert await letters.given_up() == {}


async def test_a_message_that_waits_in_the_queue_is_not_given_up(bus: Bus) -> None:
    await bus.publish(a_message())
    assert await Letters(bus).given_up() == {}
    assert (await bus._stream.consumer_info(MESSAGES, INTAKE)).config.max_deliver in {None, -1}


async def test_a_terminated_message_that_is_kept_already_is_not_kept_twice(bus: Bus) -> None:
    letters = Letters(bus)
    seen: list[int] = []

    async def take(advisory: Advisory) -> None:
        await letters.bury(advisory.stream_seq, advisory.why, advisory.deliveries)
        seen.append(advisory.stream_seq)

    await letters.watch(take)
    for kept, name in ((True, "m-1"), (False, "m-2")):
        await bus.publish(a_message(message_id=name))
        subscription = await bus._stream.pull_subscribe_bind(INTAKE, MESSAGES)
        (delivery,) = await subscription.fetch(1, timeout=2)
        if kept:
            # As intake does; but later than JetStream remembers the id, so that only the look-up can tell.
            await bus.bury(b"whole", kind="invalid", reason="bad", key="another", place=f"{MESSAGES}:1")
        await delivery.term()
    await until(lambda: _done(seen))
    found = await everything(letters)
    assert [(letter.kind, letter.place, letter.data) for letter in found] == [
        ("invalid", f"{MESSAGES}:1", b"whole"), ("undelivered", f"{MESSAGES}:2", b""),
    ]  # fmt: skip
    assert (await bus.depth())[DEAD] == 2


async def _done(seen: list[int]) -> bool:
    return len(seen) == 2
