"""What the gateway does beside its customers: it keeps the figures up to date, and listens for both."""

import asyncio
import contextlib

from gateway import views
from mesh.errors import Transient
from mesh.insights.figures import Insights
from mesh.insights.rollup import Rollup
from mesh.store import History
from tests.mesh.figures_of import week


class Flaky(Rollup):
    """Its database is away the first time."""

    tried = 0

    async def catch_up(self) -> int:
        self.tried += 1
        if self.tried == 1:
            raise Transient("the history database is not usable")
        return await super().catch_up()


async def test_figures_are_kept_up_to_date_by_themselves_and_through_an_outage(history: History) -> None:
    await history.add(week())
    insights = Insights(history)
    insights.rollup = flaky = Flaky(history)
    counting = asyncio.create_task(views._count(insights, 0.01))
    async with asyncio.timeout(20):
        while await insights.first() is None:
            await asyncio.sleep(0.01)
    counting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await counting
    assert flaky.tried >= 2
