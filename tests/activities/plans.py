"""Plans for the mock shop, and the two actors that carry them out, visited as the mesh visits them."""

from activities.compensator import compensator
from activities.context_retriever import Context
from activities.execution_coordinator import ExecutionResult, execution_coordinator
from activities.response_generator import Action, ActionPlan
from mesh.errors import Permanent, Transient
from mesh.protocol import Enrichment, Failure, Message, Route
from mesh.settings import Settings
from mesh.shop import Address
from tests.fakes import FakeBus, MemorySessions, a_message, settings
from tests.mock_shop import MockShop

JACK, CARL, CONNIE, LOU = (
    f"{name}@example.com" for name in ("jack.jacket", "carl.cancel", "connie.confused", "lou.lost")
)
JACKET, BLANKET, SWEATER, SHOES, KETTLE, HEADPHONES = (
    "ORD-00077701", "ORD-00080001", "ORD-00033301", "ORD-00033302", "ORD-00033303", "ORD-00044401",
)  # fmt: skip
ELSEWHERE = Address(street="Harbour Lane 5", city="Hamburg", postal_code="20457", country="DE")
FREE = settings(approval_refund_limit=1e6)
"""No limit."""

RETURN = Action(name="process_return", order_id=JACKET, reason="Too small")
LABEL = Action(name="generate_return_label", order_id=JACKET)
TOO_MUCH = Action(name="process_refund", order_id=JACKET, amount=5000)
REFUND = Action(name="process_refund", order_id=JACKET, amount=20)
MOVE = Action(name="update_delivery_address", order_id=KETTLE, address=ELSEWHERE)
STEPS = ("execution_coordinator", "response_generator", "response_aggregator")


async def planned(market: MockShop, email: str, *actions: Action, message_id: str = "m-1") -> Message:
    context = Context(customer=await market.shop.customer(email), orders=await market.shop.orders(email))
    route = Route(steps=STEPS, error_handler="escalation_router")
    found = (ActionPlan(actions=actions), context)
    return a_message("Please do it", *found, email=email, message_id=message_id, route=route)


async def carried_out(market: MockShop, message: Message, configured: Settings = FREE) -> ExecutionResult:
    """One attempt."""
    found = await execution_coordinator(
        message, shop=market.shop, sessions=MemorySessions(), settings=configured, bus=FakeBus()
    )
    assert isinstance(found, ExecutionResult)
    return found


async def failed(market: MockShop, message: Message) -> Message:
    """The message at the error handler after the last attempt failed, as the workflow sends it there."""
    try:
        await carried_out(market, message)
    except Permanent as error:
        return broken(message, "permanent", *error.enrichments)
    except Transient as error:
        return broken(message, "exhausted", *error.enrichments)
    raise AssertionError("the visit did not fail")


def broken(message: Message, kind: str, *found: Enrichment) -> Message:
    actor, hop = message.route.here[0], message.route.current_step
    kept = message.enriched({item.slot: item.model_dump(mode="json") for item in found})
    failure = Failure.model_validate({"actor": actor, "hop": hop, "kind": kind, "reason": "it broke"})
    return kept.failed([failure])


async def settled(market: MockShop, message: Message, configured: Settings = FREE) -> ExecutionResult:
    """What the compensator finds two hops later."""
    later = message.with_route(message.route.then("compensator").advance())
    found = await compensator(later, shop=market.shop, sessions=MemorySessions(), settings=configured)
    assert isinstance(found, ExecutionResult)
    return found


def outcomes(result: ExecutionResult) -> list[str]:
    return [one.outcome for one in result.results]
