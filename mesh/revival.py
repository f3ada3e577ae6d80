"""Journeys that ended, and how they begin anew."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus as Code
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy as OnConflict
from temporalio.common import WorkflowIDReusePolicy as OnReuse
from temporalio.service import RPCError, RPCStatusCode

from mesh._executions import RPC_TIMEOUT
from mesh.errors import MeshError, Unavailable
from mesh.protocol import Message
from mesh.temporal import WORKFLOW, Journeys

BAD = {
    Code.WORKFLOW_EXECUTION_STATUS_FAILED: "failed",
    Code.WORKFLOW_EXECUTION_STATUS_CANCELED: "canceled",
    Code.WORKFLOW_EXECUTION_STATUS_TERMINATED: "terminated",
    Code.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: "timed out",
}
WRECKS = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus IN ('Failed', 'Canceled', 'Terminated', 'TimedOut')"

End = Literal["well", "apologised", "failed", "under way", "unknown"]


class Busy(MeshError):  # noqa: N818 - reads as the verdict it is
    """The message has a journey that is under way."""


@dataclass(frozen=True)
class Wreck:
    """A journey that ended badly: whose, which run, and how."""

    message_id: str
    run_id: str
    failure: str


class Revival(Journeys):
    """Journeys as seen by who repairs them. What Temporal does not answer is `Unavailable`."""

    async def restart(self, message: Message) -> None:
        """Start another journey of a message whose last one ended.

        Raises:
            Busy: one is under way.
        """
        remark = f", replay {message.rerun.count}"
        if not await self._set_out(message, OnReuse.ALLOW_DUPLICATE, OnConflict.FAIL, remark):
            raise Busy(f"{message.message_id} has a journey under way")

    async def end(self, message_id: str, patience: float) -> tuple[End, str]:
        """How the last journey ended, waiting this long for it, with the reason in words."""
        try:
            async with asyncio.timeout(patience):
                handle = self._client.get_workflow_handle(message_id, result_type=Message)
                message: Message = await handle.result()
        except TimeoutError:
            return "under way", f"not ended after {patience:g} s"
        except WorkflowFailureError as error:
            return "failed", str(error.cause)
        except RPCError as error:
            return _unless_unknown(error)
        return ("apologised" if message.ending == "apologised" else "well"), message.ending

    async def finished(self, message_id: str) -> End:
        """How the last journey stands now."""
        found = await self._last(message_id)
        if found is None:
            return "unknown"
        if found[1] != Code.WORKFLOW_EXECUTION_STATUS_COMPLETED:
            return "failed" if found[1] in BAD else "under way"
        return (await self.end(message_id, RPC_TIMEOUT.total_seconds()))[0]

    async def accepted(self, message_id: str, run_id: str | None = None) -> Message | None:
        """The message as its (last) journey began; None when Temporal has forgotten it."""
        event = await self._begin(message_id, run_id)
        if event is None:
            return None
        given = event.workflow_execution_started_event_attributes.input.payloads
        try:
            found = await self._client.data_converter.decode(list(given), [Message])
        except (ValidationError, RuntimeError):
            return None
        return found[0] if found and isinstance(found[0], Message) else None

    async def wrecks(self) -> AsyncIterator[Wreck]:
        """Every run that ended badly, as far back as Temporal remembers."""
        try:
            async for found in self._client.list_workflows(WRECKS):
                status = found.status.value if found.status else 0
                yield Wreck(found.id, found.run_id or "", next((BAD[code] for code in BAD if code == status), "failed"))
        except RPCError as error:
            raise Unavailable(f"Temporal did not list the workflows: {error.status.name}") from error

    async def is_last(self, wreck: Wreck) -> bool:
        """Whether the journey ended with this run; a replay has another."""
        last = await self._last(wreck.message_id)
        return last is not None and last[0] == wreck.run_id

    async def wreckage(self, wreck: Wreck) -> Message | None:
        """The message of a wreck: as its journey held it last, or as it began."""
        try:
            found = await self.message(wreck.message_id)
        except (Unavailable, ValidationError):
            # No worker can play this history any more; what came in is better than nothing.
            found = None
        return found or await self.accepted(wreck.message_id, wreck.run_id)

    async def _begin(self, message_id: str, run_id: str | None) -> HistoryEvent | None:
        handle = self._client.get_workflow_handle(message_id, run_id=run_id)
        try:
            return await anext(aiter(handle.fetch_history_events(page_size=1, rpc_timeout=RPC_TIMEOUT)), None)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise Unavailable(f"Temporal did not show the history: {error.status.name}") from error

    async def _last(self, message_id: str) -> tuple[str, Code.ValueType] | None:
        # Not by the client's own describe(), which fails on a paused workflow.
        request = DescribeWorkflowExecutionRequest(
            namespace=self._client.namespace, execution=WorkflowExecution(workflow_id=message_id)
        )
        try:
            found = await self._client.workflow_service.describe_workflow_execution(request, timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise Unavailable(f"Temporal did not answer: {error.status.name}") from error
        return found.workflow_execution_info.execution.run_id, found.workflow_execution_info.status


def _unless_unknown(error: RPCError) -> tuple[End, str]:
    if error.status is RPCStatusCode.NOT_FOUND:
        return "unknown", "it has no journey"
    raise Unavailable(f"Temporal did not answer: {error.status.name}") from error
