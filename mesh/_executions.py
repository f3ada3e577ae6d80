"""Executions in the words of the server's own API.

The client library (1.35) raises `ValueError` for whatever it would say about a paused workflow: its list of statuses
ends before that one. So what stands for a journey is asked here, beneath it.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import BaseModel, ConfigDict
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, PendingActivityState, WorkflowExecutionStatus
from temporalio.api.failure.v1 import Failure
from temporalio.api.workflow.v1 import PendingActivityInfo, WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
    GetWorkflowExecutionHistoryReverseRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.client import WorkflowExecutionStatus as Status
from temporalio.converter import decode_typed_search_attributes
from temporalio.service import RPCError, RPCStatusCode

RPC_TIMEOUT = timedelta(seconds=5)
PAUSED = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED
STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
LEFT = PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED


class OpenVisit(BaseModel):
    """A visit that has no answer yet. `most` is 0 where attempts are unlimited; `since` is when it was last asked."""

    model_config = ConfigDict(frozen=True)

    actor: str
    attempt: int
    most: int = 0
    since: datetime
    started: datetime | None = None
    next_attempt: datetime | None = None
    until: datetime | None = None
    timeout: float | None = None
    error: str | None = None
    paused: bool = False


class Standing(BaseModel):
    """How an open journey stands. `task_attempt` above 1: the workflow's own code fails again and again."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    facets: dict[str, str]
    since: datetime
    paused: bool = False
    task_attempt: int = 0
    task_since: datetime | None = None
    visits: tuple[OpenVisit, ...] = ()


async def describe(client: Client, message_id: str) -> DescribeWorkflowExecutionResponse | None:
    """What the server knows of a journey; None when there is none."""
    request = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=message_id)
    )
    try:
        return await client.workflow_service.describe_workflow_execution(request, timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def status_of(found: DescribeWorkflowExecutionResponse) -> Status:
    """The status; a paused journey counts as running: it goes on one day."""
    status = found.workflow_execution_info.status
    return Status.RUNNING if status == PAUSED else Status(status)


EVERY = 1_000_000


async def listed(client: Client, query: str, limit: int = EVERY) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Message id and search attributes of the journeys that this query finds, paused ones too."""
    token, seen = b"", 0
    while seen < limit:
        request = ListWorkflowExecutionsRequest(
            namespace=client.namespace, query=query, page_size=min(limit - seen, 500), next_page_token=token
        )
        page = await client.workflow_service.list_workflow_executions(request, timeout=RPC_TIMEOUT)
        for info in page.executions:
            yield info.execution.workflow_id, _facets(info)
        token, seen = page.next_page_token, seen + len(page.executions)
        if not token:
            return


def standing_of(message_id: str, found: DescribeWorkflowExecutionResponse) -> Standing:
    info = found.workflow_execution_info
    task = found.pending_workflow_task if found.HasField("pending_workflow_task") else None
    return Standing(
        message_id=message_id,
        facets=_facets(info),
        since=_at(info.start_time) or _now(),
        paused=info.status == PAUSED,
        task_attempt=task.attempt if task else 0,
        task_since=_at(task.original_scheduled_time) if task else None,
        # A visit that was left is nobody's concern; it only has not ended yet.
        visits=tuple(_visit(one) for one in found.pending_activities if one.state != LEFT),
    )


async def task_failure(client: Client, message_id: str) -> str | None:
    """Why the workflow's own code failed last."""
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=message_id), maximum_page_size=20
    )
    page = await client.workflow_service.get_workflow_execution_history_reverse(request, timeout=RPC_TIMEOUT)
    failures = (
        event.workflow_task_failed_event_attributes.failure.message
        for event in page.history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    )
    return next(failures, None)


def _visit(one: PendingActivityInfo) -> OpenVisit:
    options = one.activity_options
    return OpenVisit(
        actor=one.activity_type.name,
        attempt=one.attempt,
        most=one.maximum_attempts,
        # Of a repeated visit the server tells when it will be asked next, not when it was asked first.
        since=_at(one.last_started_time) or _at(one.last_attempt_complete_time) or _at(one.scheduled_time) or _now(),
        started=_at(one.last_started_time) if one.state == STARTED else None,
        next_attempt=_at(one.next_attempt_schedule_time) if one.HasField("next_attempt_schedule_time") else None,
        until=_at(one.expiration_time) if one.HasField("expiration_time") else None,
        timeout=_seconds(options.start_to_close_timeout),
        error=_words(one.last_failure) if one.HasField("last_failure") else None,
        paused=one.paused,
    )


def _words(failure: Failure) -> str:
    return failure.message or failure.cause.message or "it failed without saying why"


def _facets(info: WorkflowExecutionInfo) -> dict[str, str]:
    pairs = decode_typed_search_attributes(info.search_attributes)
    return {pair.key.name: str(pair.value) for pair in pairs}


def _at(stamp: Timestamp) -> datetime | None:
    return stamp.ToDatetime(tzinfo=UTC) if stamp.seconds else None


def _seconds(duration: Duration) -> float | None:
    return duration.ToTimedelta().total_seconds() or None


def _now() -> datetime:
    return datetime.now(UTC)
