"""Temporal: the client, the plugin that every client and worker shares, and journeys as seen from outside."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from temporalio import activity
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.common import WorkflowIDConflictPolicy as OnConflict
from temporalio.common import WorkflowIDReusePolicy as OnReuse
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.plugin import SimplePlugin
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from mesh import _executions as executions
from mesh import _mailboxes as mailboxes
from mesh._executions import RPC_TIMEOUT, OpenVisit, Standing
from mesh._mailboxes import Mailbox
from mesh._payloads import CONVERTER
from mesh.actor import Actor, Visit
from mesh.bus import Bus
from mesh.errors import AnswerLater, Later, Permanent, ProtocolError, Transient, Unavailable
from mesh.protocol import FACETS, MAX_ENVELOPE_BYTES, Message, Outcome, misfit, visit_id
from mesh.replies import Progress
from mesh.settings import Settings

log = logging.getLogger(__name__)

__all__ = [
    "BURY", "DEPLOYMENT", "PLUGIN", "WORKFLOW", "WORKFLOW_QUEUE", "Journeys", "Mailbox", "OpenVisit", "Standing",
    "activity_of", "connect", "facet_pairs", "facets_registered", "register_facets",
]  # fmt: skip

WORKFLOW = "FollowRoute"
WORKFLOW_QUEUE = "ecommerce.workflow.follow_route"
BURY = "bury"
REMIND = "remind"
DEPLOYMENT = "actor-mesh"
OPEN = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus IN ('Running', 'Paused')"


OURS = ("mesh", "workflows", "pydantic", "pydantic_core")


def _runner(existing: WorkflowRunner | None) -> WorkflowRunner:
    # Our own modules and pydantic are deterministic where the workflow uses them; importing them anew
    # for every workflow costs a fifth of the throughput.
    if isinstance(existing, SandboxedWorkflowRunner):
        return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*OURS))
    return existing or SandboxedWorkflowRunner()


PLUGIN = SimplePlugin(
    "actor-mesh",
    data_converter=CONVERTER,
    workflow_runner=_runner,
    # A malformed outcome must end the message visibly, not repeat the workflow task for ever.
    workflow_failure_exception_types=[ValidationError, ProtocolError],
)


async def connect(settings: Settings) -> Client:
    """Connect a client that carries the mesh's converter and policies.

    Raises:
        Unavailable: no server answers at the address.
    """
    try:
        return await Client.connect(
            settings.temporal_target,
            namespace=settings.temporal_namespace,
            plugins=[PLUGIN],
            # Only a network is worth the work of packing every call: on loopback it costs a tenth of a message.
            grpc_compression=GrpcCompression.GZIP if settings.temporal_address else GrpcCompression.NONE,
        )
    except (RuntimeError, RPCError) as error:
        advice = "start it or set TEMPORAL_ADDRESS"
        raise Unavailable(f"Temporal does not answer at {settings.temporal_target}: {advice}") from error


async def register_facets(client: Client) -> None:
    """Register the search attributes and wait until they are known; without them every start fails.

    Raises:
        Unavailable: they were not known after ten seconds.
    """
    namespace = client.namespace
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    wanted = dict.fromkeys(FACETS, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    missing = {name: kind for name, kind in wanted.items() if name not in known.custom_attributes}
    if missing:
        request = AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(request)
    for _ in range(100):
        if await facets_registered(client):
            return
        await asyncio.sleep(0.1)
    raise Unavailable("Temporal did not register the search attributes")


async def facets_registered(client: Client) -> bool:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    known = await client.operator_service.list_search_attributes(request)
    return set(FACETS) <= set(known.custom_attributes)


def facet_pairs(facets: Mapping[str, str]) -> TypedSearchAttributes:
    return TypedSearchAttributes(
        [SearchAttributePair(SearchAttributeKey.for_keyword(name), value) for name, value in facets.items()]
    )


def activity_of(actor: Actor, visit: Visit, bus: Bus) -> Any:  # noqa: ANN401 - what temporalio calls an activity
    """The Temporal activity that serves an actor; the one place that maps our errors to Temporal's."""

    @activity.defn(name=actor.name)
    async def serve(message: Message) -> Outcome:
        await bus.progress(
            Progress(
                message_id=message.message_id,
                session_id=message.session_id,
                actor=actor.name,
                state=message.route.policy(actor.name).state,
                hop=message.route.current_step,
                attempt=activity.info().attempt,
            )
        )
        try:
            return _sized(actor, await visit(message))
        except AnswerLater:
            activity.raise_complete_async()
        # `from None` throughout: a cause is logged and copied into the failure, and may quote what the customer wrote.
        except Transient as error:
            raise ApplicationError(
                str(error), *_found(error), type="Transient", next_retry_delay=_wait(error)
            ) from None
        except Unavailable as error:
            raise ApplicationError(str(error), type="Unavailable") from None
        except Permanent as error:
            raise ApplicationError(str(error), *_found(error), type="Permanent", non_retryable=True) from None
        except ProtocolError as error:
            raise ApplicationError(str(error), type="ProtocolError", non_retryable=True) from None
        except ValidationError as error:
            reason = f"{error.title} does not fit: {misfit(error)}"
            raise ApplicationError(reason, type="ProtocolError", non_retryable=True) from None

    return serve


def _found(error: Transient | Permanent) -> tuple[dict[str, Any], ...]:
    """What the actor found out before it failed, as the first detail of its application error."""
    found = Outcome.of(tuple(error.enrichments)).enrichment
    return (found,) if found else ()


def _wait(error: Transient) -> timedelta | None:
    return timedelta(seconds=error.wait) if isinstance(error, Later) else None


def _sized(actor: Actor, outcome: Outcome) -> Outcome:
    size = len(outcome.model_dump_json().encode())
    if size > MAX_ENVELOPE_BYTES:
        raise Permanent(f"{actor.name} returned {size:,} bytes; the limit is {MAX_ENVELOPE_BYTES:,}")
    return outcome


class Journeys:
    """The workflows of the mesh, one for each message, as seen from outside."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, message: Message) -> bool:
        """Start the journey of a message; False when this message has one already.

        Raises:
            Permanent: Temporal will never take this message.
            Unavailable: Temporal did not answer.
        """
        return await self._set_out(message, OnReuse.REJECT_DUPLICATE, OnConflict.USE_EXISTING)

    async def status(self, message_id: str) -> WorkflowExecutionStatus | None:
        """How the journey stands; None when there is none by this id."""
        with _unavailable("Temporal did not answer"):
            found = await executions.describe(self._client, message_id)
        return executions.status_of(found) if found else None

    async def standing(self, message_id: str) -> Standing | None:
        """What an open journey waits for; None when it has ended."""
        with _unavailable("Temporal did not answer"):
            found = await executions.describe(self._client, message_id)
        if found is None or executions.status_of(found) is not WorkflowExecutionStatus.RUNNING:
            return None
        return executions.standing_of(message_id, found)

    async def task_failure(self, message_id: str) -> str | None:
        """What the workflow's own code said when it failed last."""
        with _unavailable("Temporal did not answer"):
            return await executions.task_failure(self._client, message_id)

    async def running(self, limit: int) -> AsyncIterator[str]:
        """The ids of messages that have not ended, paused ones too."""
        with _unavailable("Temporal did not list the workflows"):
            async for message_id, _ in executions.listed(self._client, OPEN, limit):
                yield message_id

    async def message(self, message_id: str) -> Message | None:
        """The message as the journey holds it now; None when there is no such journey.

        Raises:
            Unavailable: neither Temporal nor a workflow worker could tell.
        """
        try:
            found = await self._handle(message_id).query("message", result_type=Message, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise Unavailable(f"the workflow could not be asked: {error.status.name}") from error
        except ValueError as error:
            raise Unavailable("the workflow is paused and cannot be asked: unpause it") from error
        return found if isinstance(found, Message) else None

    async def at(self, actor: str) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        """Message id and facets of every journey that is at this actor now, newest first."""
        with _unavailable("Temporal did not list the workflows"):
            async for message_id, facets in executions.listed(self._client, f"{OPEN} AND Actor = '{actor}'"):
                yield message_id, {name: value for name, value in facets.items() if name in FACETS}

    async def complete(self, message: Message, actor: str, outcome: Outcome) -> bool:
        """Answer an open visit from outside; False when it is no longer open."""
        route = message.route
        handle = self._client.get_async_activity_handle(
            workflow_id=message.message_id, run_id=None, activity_id=visit_id(actor, route.current_step, route.restarts)
        )
        try:
            await handle.complete(outcome, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise Unavailable(f"Temporal did not take the answer: {error.status.name}") from error
        return True

    async def pollers(self, queue: str) -> int:
        """How many workers have asked this queue for work within the last minutes."""
        return (await self.mailbox(queue)).pollers

    async def mailbox(self, queue: str) -> Mailbox:
        """What waits in this queue, and who takes from it."""
        with _unavailable(f"Temporal did not describe {queue}"):
            return await mailboxes.describe(self._client, queue, workflows=queue == WORKFLOW_QUEUE)

    async def ping(self) -> None:
        """Raises `Unavailable` unless Temporal serves and the search attributes are registered."""
        try:
            ready = await facets_registered(self._client)
        except RPCError as error:
            raise Unavailable(f"Temporal does not answer: {error.status.name}") from error
        if not ready:
            raise Unavailable("Temporal lacks our search attributes: restart the workflow worker")

    async def _set_out(self, message: Message, reuse: OnReuse, conflict: OnConflict, remark: str = "") -> bool:
        try:
            await self._client.start_workflow(
                WORKFLOW,
                message,
                id=message.message_id,
                task_queue=WORKFLOW_QUEUE,
                id_reuse_policy=reuse,
                id_conflict_policy=conflict,
                search_attributes=facet_pairs(message.facets("working")),
                static_summary=f"Session {message.session_id}{remark}",
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return False
        except RPCError as error:
            if error.status is RPCStatusCode.INVALID_ARGUMENT:
                raise Permanent(f"Temporal refuses the message: {error.message}") from error
            raise Unavailable(f"Temporal did not start the workflow: {error.status.name}") from error
        return True

    def _handle(self, message_id: str) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(message_id)


@contextlib.contextmanager
def _unavailable(what: str) -> Iterator[None]:
    try:
        yield
    except RPCError as error:
        raise Unavailable(f"{what}: {error.status.name}") from error
