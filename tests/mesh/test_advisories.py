"""What JetStream says of messages that it will not deliver any more, and when that is to be believed."""

import pytest

from mesh.bus import Bus
from mesh.letters import Advisory, Letters
from mesh.streams import INTAKE, MESSAGES
from tests.conftest import until
from tests.fakes import a_message


@pytest.mark.parametrize(("several", "expected"), [(False, ["deleted", "terminated"]), (True, ["terminated"])])
async def test_a_deleted_message_is_told_of_only_where_no_server_can_have_died_with_its_acknowledgement(
    bus: Bus, *, several: bool, expected: list[str]
) -> None:
    bus._stream.patience = 1.0 if several else 0.0
    told: list[Advisory] = []

    async def take(advisory: Advisory) -> None:
        told.append(advisory)

    await Letters(bus).watch(take)
    for name in ("m-1", "m-2"):
        await bus.publish(a_message(message_id=name))
    subscription = await bus._stream.pull_subscribe_bind(INTAKE, MESSAGES)
    _, second = await subscription.fetch(2, timeout=2)
    # Its acknowledgement never came, and yet it is gone.
    await bus._stream.delete_msg(MESSAGES, 1)
    await second.term()

    async def last_told() -> bool:
        return any(advisory.stream_seq == 2 for advisory in told)

    await until(last_told)
    assert [{1: "deleted", 2: "terminated"}[advisory.stream_seq] for advisory in told] == expected
