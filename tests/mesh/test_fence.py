"""A takeover at each single moment of a delivery: whatever the delivery asked last, nothing automatic goes out."""

import pytest

from mesh.delivery import Answer, deliver
from mesh.desk import Desk
from mesh.registers import ANSWERS, Register
from mesh.store import History
from tests.fakes import FakeBus, a_message

AUTOMATIC = Answer(text="It arrives on Monday.", status="resolved")


class Overtaken(FakeBus):
    """Ann takes the conversation over just before the delivery asks its nth question."""

    def __init__(self, moment: int) -> None:
        super().__init__()
        self.left = moment
        self.asked = 0

    async def fence(self, stream: str, session_id: str) -> int:
        await self._moment(session_id)
        return (await super().read("fence", session_id)).revision

    async def read(self, bucket: str, key: str) -> Register:
        # Who answers the message is asked before anything of the conversation is.
        if bucket != ANSWERS:
            await self._moment(key)
        return await super().read(bucket, key)

    async def _moment(self, session_id: str) -> None:
        self.asked += 1
        self.left -= 1
        if self.left == 0:
            await Desk(self).claim(session_id, "Ann")


async def test_a_delivery_asks_at_three_moments(history: History) -> None:
    bus = Overtaken(0)
    assert await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert bus.asked == 3


@pytest.mark.parametrize("moment", [1, 2, 3])
async def test_whoever_takes_over_at_any_moment_before_the_sending_is_not_spoken_over(
    history: History, moment: int
) -> None:
    bus = Overtaken(moment)
    assert not await deliver(a_message(), AUTOMATIC, history=history, bus=bus)
    assert bus.replies == []
    assert [row.status for row in await history.of_message("m-1")] == ["received", "superseded"]
