"""Task queues in the words of the server's own API: what waits in them, and who takes from them."""

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from mesh._executions import RPC_TIMEOUT

LATELY = timedelta(seconds=90)
"""A worker asks at least once a minute; one that was silent for longer has ended, though the server remembers it."""


class Mailbox(BaseModel):
    """One queue.

    Attributes:
        backlog: about how many visits wait for a worker; those that a worker has taken are not among them.
        oldest: about how long the oldest of them has waited, in seconds.
        pollers: workers that the server remembers, for some minutes after their last question.
        workers: those of them that have asked lately.
        added: visits that came in for each second lately.
        taken: visits that were taken for each second lately.
    """

    model_config = ConfigDict(frozen=True)

    backlog: int = 0
    oldest: float = 0.0
    pollers: int = 0
    workers: int = 0
    added: float = 0.0
    taken: float = 0.0


async def describe(client: Client, queue: str, *, workflows: bool) -> Mailbox:
    """What the server knows of a queue.

    Raises:
        RPCError: it does not answer.
    """
    kinds = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=kinds[0] if workflows else kinds[1],
        report_stats=True,
    )
    found = await client.workflow_service.describe_task_queue(request, timeout=RPC_TIMEOUT)
    since = datetime.now(UTC) - LATELY
    stats = found.stats
    return Mailbox(
        backlog=stats.approximate_backlog_count,
        oldest=stats.approximate_backlog_age.ToTimedelta().total_seconds(),
        pollers=len(found.pollers),
        workers=len({one.identity for one in found.pollers if one.last_access_time.ToDatetime(tzinfo=UTC) >= since}),
        added=stats.tasks_add_rate,
        taken=stats.tasks_dispatch_rate,
    )
