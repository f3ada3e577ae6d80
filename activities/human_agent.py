"""A person answers. The visit stays open until somebody does at the desk, or its deadline passes."""

from datetime import timedelta

from activities._approval import Approval
from activities.response_generator import Response
from mesh.actor import actor
from mesh.errors import AnswerLater
from mesh.protocol import Message

__all__ = ["Approval", "human_agent"]


# One attempt: the wait is durable in Temporal and outlives this process; a second attempt would only start it anew.
@actor(
    "human_agent", timeout=timedelta(hours=4), deadline=timedelta(hours=25), attempts=1, state="waiting for a person"
)
async def human_agent(_: Message) -> Response:
    """What a person gave: a response, or an approval of the plan.

    Completed from outside, by workflow id and activity id.
    """
    raise AnswerLater
