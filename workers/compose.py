"""The composition root: which actors make the standard route, and the routes of mails."""

from activities.context_retriever import context_retriever
from activities.email_reader import email_reader
from activities.email_sender import email_sender
from activities.guardrail_validator import guardrail_validator
from activities.intent_analyzer import intent_analyzer
from activities.response_aggregator import response_aggregator
from activities.response_generator import response_generator
from activities.sentiment_analyzer import sentiment_analyzer
from mesh.mail.composing import MailRoutes
from mesh.protocol import Route
from mesh.route import Behind
from routers.decision_router import decision_router
from routers.escalation_router import escalation_router


def mail_routes() -> MailRoutes:
    """The routes of e-mails: the standard one, but whatever is delivered is mailed too."""
    mailed = {response_aggregator.name: (email_sender,)}
    to_person = Route.of(
        context_retriever, escalation_router, response_aggregator, error_handler=escalation_router, followers=mailed
    )
    return MailRoutes(
        answer=standard_route(mailed),
        person=to_person,
        fetch=Route.of(email_reader),
    )


def standard_route(followers: Behind | None = None) -> Route:
    """The route that every message of the gateway starts with; it carries the policies of its actors."""
    return Route.of(
        (sentiment_analyzer, intent_analyzer, context_retriever),
        decision_router,
        response_generator,
        guardrail_validator,
        response_aggregator,
        error_handler=escalation_router,
        followers=followers,
    )
