"""A message whose automatic reply was held back goes to the person who has the conversation, once."""

import pytest

from activities.response_aggregator import Delivery, response_aggregator
from activities.response_generator import Response
from mesh.desk import Desk
from mesh.errors import Permanent
from mesh.protocol import Message, Outcome, Route
from mesh.settings import Settings
from mesh.store import History, migrate
from routers.escalation_router import SLACK, escalation_router
from tests.activities.cases import a_mood, after_failures
from tests.fakes import FakeBus, MemorySessions, a_message, settings
from tests.routers.test_escalation_router import SETTINGS, failing, next_steps, routed, sent_here, travelling, why

HELD_BACK = Delivery(reply_id="m-1:1", status="superseded")
AT_THE_END = Route(steps=("response_generator", "response_aggregator"), current_step=1)


async def delivered(message: Message, configured: Settings) -> tuple[Outcome, MemorySessions]:
    """What the aggregator makes of a message while Ann has its conversation."""
    await migrate(configured)
    bus, sessions = FakeBus(), MemorySessions()
    await Desk(bus).claim("s-1", "Ann")
    async with History.open(configured) as history:
        found = await response_aggregator(message, history=history, bus=bus, sessions=sessions)
    return Outcome.of(found), sessions


async def test_a_held_back_reply_makes_the_message_the_persons(ports_settings: Settings) -> None:
    message = a_message("And my refund?", Response(text="It is on its way."), route=AT_THE_END)
    with pytest.raises(Permanent, match="a person has taken this conversation over") as caught:
        await delivered(message, ports_settings)
    assert caught.value.enrichments == (HELD_BACK,)


@pytest.mark.parametrize("waited", [False, True])
async def test_a_message_that_is_or_was_with_a_person_is_not_sent_there_again(
    ports_settings: Settings, *, waited: bool
) -> None:
    route = AT_THE_END if waited else AT_THE_END.then("human_agent", "response_aggregator")
    message = a_message("And my refund?", Response(text="words", kind="holding"), route=route)
    message = after_failures(message, "human_agent") if waited else message
    outcome, sessions = await delivered(message, ports_settings)
    assert outcome.enrichment == {"delivery": HELD_BACK.model_dump()}
    # What was not said is nothing that the conversation remembers.
    assert sessions.saved == {}


async def test_the_person_has_as_long_for_it_as_for_any_other_and_it_goes_out_after_them() -> None:
    message = travelling("response_generator", "response_aggregator", found=(a_mood(urgency="high"),))
    message = await routed(failing(message, "response_aggregator", HELD_BACK))
    assert next_steps(message) == ("human_agent", "response_aggregator")
    assert why(message) == "a person has taken this conversation over: this message is theirs too"
    policy = message.route.policy("human_agent")
    assert (policy.timeout, policy.deadline) == (22, 22 + SLACK)


async def test_a_delivery_that_failed_for_another_reason_is_no_takeover() -> None:
    with pytest.raises(Permanent, match="could not be delivered"):
        await routed(failing(travelling("response_aggregator"), "response_aggregator"))


@pytest.mark.parametrize(("tier", "seconds"), [("vip", 5.5), ("standard", 11.0), (None, 11.0)])
async def test_the_tier_shortens_the_deadline_and_the_reminder_comes_before_it(
    tier: str | None, seconds: float
) -> None:
    message = sent_here(a_mood(urgency="critical"))
    if tier:
        message = message.enriched({"context": {"customer": {"tier": tier}}})
    policy = (await routed(message)).route.policy("human_agent")
    assert (policy.timeout, policy.remind_after) == (seconds, seconds * SETTINGS.human_reminder_share)


async def test_the_factors_of_the_tiers_are_a_setting() -> None:
    configured = settings(human_deadline_tier_factors={"gold": 0.1}, human_deadline_medium=100)
    message = sent_here().enriched({"context": {"customer": {"tier": "gold"}}})
    edited = await escalation_router(message, settings=configured)
    assert isinstance(edited, Route)
    assert edited.policy("human_agent").timeout == 10
