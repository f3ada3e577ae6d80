"""What now, when a visit failed or a person is needed?"""

from activities._saga import unfinished
from activities._together import answered_by
from activities.compensator import compensator
from activities.execution_coordinator import execution_coordinator
from activities.guardrail_validator import GuardrailCheck, guardrail_validator
from activities.human_agent import human_agent
from activities.response_aggregator import Delivery, response_aggregator
from activities.response_generator import response_generator
from activities.sentiment_analyzer import Sentiment
from mesh.actor import actor
from mesh.errors import Permanent
from mesh.protocol import Failure, Message, Route
from mesh.settings import Settings, Urgency

REGENERATIONS = 2
MOST_UNDELIVERED = 2
FIRST, USUAL = 1, 3
SLACK = 60.0
"""Seconds that a person's visit may spend outside the wait itself: queueing, a restart."""


@actor("escalation_router")
async def escalation_router(message: Message, *, settings: Settings) -> Route:
    failure = message.payload.error
    if failure is None or not _fresh(message, failure):
        return to_person(message, settings, "a person is needed")
    if other := answered_by(message):
        return _left_to(other, message, failure)
    if failure.actor == guardrail_validator.name:
        return _after_guardrail(message, settings)
    if failure.actor == response_aggregator.name and _taken_over(message):
        why = "a person has taken this conversation over: this message is theirs too"
        return deadline_for(message, message.route.only(human_agent, response_aggregator, why=why), settings)
    return _after_failure(message, failure, settings)


def _left_to(other: str, message: Message, failure: Failure) -> Route:
    """A later message answers this one: nothing is done or said any more, and the history gets its end."""
    ended = () if failure.actor == response_aggregator.name else (response_aggregator,)
    return message.route.only(*ended, why=f"message {other} answers this one too")


def to_person(message: Message, settings: Settings, why: str) -> Route:
    """Holding reply, then a person with a deadline by urgency, then their answer."""
    urgency, deadline = _urgency(message), _deadline(message, settings)
    route = message.route.only(
        response_generator,
        response_aggregator,
        human_agent,
        response_aggregator,
        why=f"{why}; urgency {urgency}: a person has {deadline:.0f} s, then we apologise and call back",
    )
    return deadline_for(message, route.prioritise(_priority(message)), settings)


def _priority(message: Message) -> int:
    return FIRST if _urgency(message) in {"critical", "high"} else USUAL


def deadline_for(message: Message, route: Route, settings: Settings) -> Route:
    """The route with as long for a person as urgency and tier allow, and when they are reminded of it."""
    deadline = _deadline(message, settings)
    reminder = deadline * settings.human_reminder_share
    return route.tune(human_agent, timeout=deadline, deadline=deadline + SLACK, remind_after=reminder)


def _after_guardrail(message: Message, settings: Settings) -> Route:
    check = message.get(GuardrailCheck)
    reason = check.findings[0].check if check and check.findings else "an unnamed check"
    if check is not None and check.action == "escalate":
        return to_person(message, settings, f"the reply may not go out: {reason}")
    failed = message.failures(guardrail_validator.name)
    if failed <= REGENERATIONS:
        why = f"the reply may not go out: {reason}; attempt {failed} of {REGENERATIONS} to write it anew"
        return message.route.only(response_generator, guardrail_validator, *message.route.dropped, why=why)
    why = f"{failed} replies failed the check: the safe text goes out"
    return message.route.only(response_generator, response_aggregator, why=why)


def _undelivered(message: Message, failure: Failure, settings: Settings) -> Route:
    """What was said is written down, and whoever brings it to the customer could not: a person must know."""
    if message.failures(failure.actor) > MOST_UNDELIVERED:
        raise Permanent(f"what was said does not reach the customer: {failure.reason}")
    why = f"what was said did not reach the customer: {failure.reason}"
    if human_agent.name in message.route.dropped:
        return message.route.only(*message.route.dropped, why=why)
    return deadline_for(message, message.route.only(human_agent, response_aggregator, why=why), settings)


def _after_failure(message: Message, failure: Failure, settings: Settings) -> Route:
    match failure.actor:
        case human_agent.name:
            why = "nobody answered in time: apologise and arrange a callback"
            return message.route.only(
                response_generator, execution_coordinator, response_generator, response_aggregator, why=why
            )
        case execution_coordinator.name if unfinished(message) is not None:
            return _after_half_a_plan(message)
        case response_generator.name if human_agent.name in message.route.dropped and not _awaits_approval(message):
            why = "no holding reply could be made: the plain apology goes out, and a person takes over"
            return message.route.only(response_aggregator, human_agent, response_aggregator, why=why)
        case response_generator.name:
            return message.route.only(response_aggregator, why="no reply could be made: the plain apology goes out")
        case name if name in {one for names in message.route.followers.values() for one in names}:
            return _undelivered(message, failure, settings)
        case response_aggregator.name:
            raise Permanent(f"the reply could not be delivered: {failure.reason}")
        case _:
            why = f"{failure.actor} failed: say what is known and apologise"
            return message.route.only(response_generator, response_aggregator, why=why)


def _after_half_a_plan(message: Message) -> Route:
    """Settle what is in doubt, take back what must not stay, then tell the truth as it would have been told."""
    rest = message.route.dropped
    told = rest if response_generator.name in rest else (response_generator, response_aggregator)
    why = "the plan stopped half-way: find out what was done, take back what must not stay"
    return message.route.only(compensator, *told, why=why)


def _awaits_approval(message: Message) -> bool:
    """A plan lay behind the person. Its customer is told that nothing came of it, so nothing may come of it."""
    return execution_coordinator.name in message.route.dropped


def _fresh(message: Message, failure: Failure) -> bool:
    """Whether we are here because of this failure, not sent by a router after an earlier one."""
    return failure.hop == message.route.current_step - 1


def _taken_over(message: Message) -> bool:
    delivery = message.get(Delivery)
    return delivery is not None and delivery.status == "superseded"


def _deadline(message: Message, settings: Settings) -> float:
    return settings.human_deadline(_urgency(message), message.facets("").get("Tier"))


def _urgency(message: Message) -> Urgency:
    sentiment = message.get(Sentiment)
    return sentiment.urgency if sentiment else "medium"
