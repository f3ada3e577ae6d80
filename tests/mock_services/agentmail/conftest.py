from collections.abc import AsyncIterator

import pytest
from agentmail.webhooks import Webhook

from tests.mock_services.agentmail.bureau import HOOK, Bureau, open_bureau

EVENTS = [
    "message.received",
    "message.sent",
    "message.delivered",
    "message.bounced",
    "message.complained",
    "message.rejected",
]


@pytest.fixture
async def bureau() -> AsyncIterator[Bureau]:
    async with open_bureau() as found:
        yield found


@pytest.fixture
async def webhook(bureau: Bureau) -> Webhook:
    """Who hears of everything but spam and its kin."""
    made: Webhook = await bureau.mail.webhooks.create(url=HOOK, event_types=EVENTS)
    return made
