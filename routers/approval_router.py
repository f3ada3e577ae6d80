"""Must a person approve this plan before anything is done?"""

from activities._approval import objections_to
from activities.context_retriever import context_retriever
from activities.human_agent import human_agent
from activities.response_aggregator import response_aggregator
from activities.response_generator import response_generator
from mesh.actor import actor
from mesh.protocol import Message, Route
from mesh.settings import Settings
from routers.escalation_router import deadline_for


@actor("approval_router")
async def approval_router(message: Message, *, settings: Settings) -> Route:
    """The route as it is, or with a holding reply and a person before everything that lies ahead.

    The person may take hours: what the shop knows is read anew before anything is done or told.
    """
    why = objections_to(message, settings)
    if not why:
        return message.route
    stops = (response_generator, response_aggregator, human_agent, context_retriever)
    route = message.route.insert_next(*stops, why=f"a person must approve the plan: {why}")
    return deadline_for(message, route, settings)
