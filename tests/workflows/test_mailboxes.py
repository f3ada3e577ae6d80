"""What waits in an actor's queue and who takes from it, as a real server tells."""

from uuid import uuid4

from mesh.protocol import Message, Payload, Policy, Route
from mesh.temporal import WORKFLOW_QUEUE, Mailbox
from tests.conftest import until
from tests.workflows.conftest import Mesh


async def _silent(message: dict[str, object]) -> dict[str, object]:
    return {}


async def test_a_queue_tells_its_backlog_and_a_worker_that_comes_empties_it(mesh: Mesh) -> None:
    actor = f"actor-{uuid4().hex[:8]}"
    queue = f"ecommerce.support.{actor}"
    route = Route(steps=(actor,), policies={actor: Policy(queue_wait=60)})
    message = Message(
        message_id=uuid4().hex, session_id="s-1", route=route, payload=Payload(customer_message="Where is it?")
    )
    await mesh.journeys.start(message)

    async def waits() -> Mailbox | None:
        found = await mesh.journeys.mailbox(queue)
        return found if found.backlog else None

    found = await until(waits)
    assert (found.backlog, found.workers, found.pollers) == (1, 0, 0)
    async with mesh.serving(**{actor: _silent}):
        await mesh.handle(message).result()

        async def empty() -> Mailbox | None:
            found = await mesh.journeys.mailbox(queue)
            return found if found.workers and not found.backlog else None

        assert (await until(empty)).workers == 1
    assert (await mesh.journeys.mailbox(WORKFLOW_QUEUE)).workers == 1
