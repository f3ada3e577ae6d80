"""What no actor delivered reaches whoever follows a delivery: by an errand, which is nobody's message."""

import asyncio

import pytest

from mesh.bus import Bus
from mesh.delivery import PLAIN_APOLOGY
from mesh.errands import Errand, after_delivery, errand_of
from mesh.errors import Unavailable
from mesh.protocol import JsonValue, Message
from mesh.route import Policy, Route
from mesh.store import History
from tests.conftest import until
from tests.fakes import FakeBus, a_message
from tests.troubled import Departures, NotedHistory
from tests.workers.test_burial import dead, told
from tests.workers.test_intake import holds, serving
from workers.burial import Burial


def followed(message: Message) -> Message:
    """On a route where whatever `deliver` delivers is sent on by `send`."""
    policies = {"deliver": Policy(delivers=True), "send": Policy(attempts=9), "other": Policy()}
    followers = {"deliver": ("send",), "other": ("somebody",)}
    route = message.route.model_copy(update={"policies": policies, "followers": followers})
    return message.with_route(route)


async def test_a_plain_apology_is_sent_on_once_however_often_the_message_is_buried(history: History) -> None:
    bus = FakeBus()
    for _ in range(2):
        await Burial(bus, history).bury(followed(dead()))
    assert await told(bus) == [PLAIN_APOLOGY]
    assert len({errand.message_id for errand in bus.published}) == 1
    errand = bus.published[0]
    assert errand.route.steps == ("send",)
    assert errand.route.policy("send").attempts == 9
    assert errand_of(errand) == Errand(of="m-1")
    reply = await history.of_message("m-1")
    assert getattr(errand.payload, "delivery") == {"reply_id": reply[-1].row_id, "status": "apologised"}  # noqa: B009


async def test_an_apology_that_was_said_and_not_sent_on_is_sent_on_by_the_next_attempt(history: History) -> None:
    class Lost(FakeBus):
        async def publish(self, message: Message) -> None:
            raise Unavailable("NATS did not confirm the message")

    lost, bus = Lost(), FakeBus()
    with pytest.raises(Unavailable):
        await Burial(lost, history).bury(followed(dead()))
    bus.replies = lost.replies
    await Burial(bus, history).bury(followed(dead()))
    assert await told(bus) == [PLAIN_APOLOGY]
    assert len(bus.published) == 1


async def test_where_nobody_follows_nothing_is_published(history: History) -> None:
    bus = FakeBus()
    await Burial(bus, history).bury(dead())
    assert bus.published == []


async def test_an_errand_that_fails_is_kept_and_nobody_is_apologised_to_for_it(history: History) -> None:
    errand, bus = after_delivery(followed(dead()), "m-1:1:sorry", "apologised"), FakeBus()
    assert errand is not None
    await Burial(bus, history).bury(errand)
    assert (bus.replies, bus.published) == ([], [])
    assert len(bus.buried) == 1
    assert await history.of_message(errand.message_id) == ()


async def test_intake_starts_an_errand_without_a_line_in_the_history(bus: Bus) -> None:
    errand = after_delivery(followed(a_message(route=Route(steps=("deliver",)))), "m-1:0:sorry", "apologised")
    assert errand is not None
    history, journeys = NotedHistory(), Departures()
    await bus.publish(errand)
    async with serving(bus, journeys, history):
        await until(holds(bus, 0, 0))
        await asyncio.sleep(0)
    assert list(journeys.open) == [errand.message_id]
    assert history.rows == ()


def test_what_is_no_errand_is_read_as_none() -> None:
    kinds: tuple[JsonValue, ...] = (None, [], {"of": "a b"}, {"then": {}})
    for nonsense in kinds:
        message = a_message().model_copy(update={"metadata": {"errand": nonsense}})
        assert errand_of(message) is None
