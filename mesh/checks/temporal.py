"""Temporal: server, namespace, search attributes, and a worker on every queue."""

import asyncio
from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeWorkerDeploymentRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from mesh.actor import names_of_files
from mesh.checks.finding import Finding, at_least, fail, ok, warn
from mesh.errors import Unavailable
from mesh.protocol import FACETS, queue_of
from mesh.settings import Settings
from mesh.temporal import DEPLOYMENT, WORKFLOW_QUEUE, Journeys, connect

PATIENCE = 5.0
OLDEST = (1, 28)
SHORTEST_RETENTION = timedelta(days=1)
KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
CALL = timedelta(seconds=3)


async def check(settings: Settings) -> list[Finding]:
    try:
        async with asyncio.timeout(PATIENCE):
            client = await connect(settings)
            server = await _server(client)
    except (Unavailable, RPCError, TimeoutError):
        found = f"no answer at {settings.temporal_target}"
        return [fail("temporal.server", found, "start it with `mesh up`, or set TEMPORAL_ADDRESS to one that runs")]
    namespace = await _namespace(client)
    if namespace.verdict == "fail":
        return [server, namespace]
    return [server, namespace, await _facets(client), await _workers(client), *await _version(client, settings)]


async def unserved(journeys: Journeys) -> list[str]:
    """Queues that no worker has asked for work lately.

    Raises:
        Unavailable: Temporal does not answer.
    """
    queues = (WORKFLOW_QUEUE, *map(queue_of, names_of_files()))
    counts = await asyncio.gather(*map(journeys.pollers, queues))
    return [queue for queue, count in zip(queues, counts, strict=True) if not count]


async def _server(client: Client) -> Finding:
    version = (await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=CALL)).server_version
    if not at_least(version, OLDEST):
        return warn("temporal.server", f"version {version}", "use 1.28 or newer: updates and pausing need it")
    return ok("temporal.server", f"version {version}")


async def _namespace(client: Client) -> Finding:
    request = DescribeNamespaceRequest(namespace=client.namespace)
    try:
        found = await client.workflow_service.describe_namespace(request, timeout=CALL)
    except RPCError as error:
        advice = "create it, or set TEMPORAL_NAMESPACE to one that exists"
        return fail("temporal.namespace", f"{client.namespace}: {error.status.name}", advice)
    kept = found.config.workflow_execution_retention_ttl.ToTimedelta()
    if kept < SHORTEST_RETENTION:
        advice = "keep it for a day or longer: a message that arrives again later is answered twice"
        return warn("temporal.namespace", f"{client.namespace} keeps what ended for {kept}", advice)
    return ok("temporal.namespace", f"{client.namespace} keeps what ended for {kept}")


async def _facets(client: Client) -> Finding:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    known = (await client.operator_service.list_search_attributes(request, timeout=CALL)).custom_attributes
    missing = [name for name in FACETS if name not in known]
    wrong = [name for name in FACETS if name in known and known[name] != KEYWORD]
    if missing:
        advice = "start `mesh workflow`, which registers them: until then no message can start"
        return fail("temporal.search_attributes", f"missing: {', '.join(missing)}", advice)
    if wrong:
        advice = "remove them in Temporal and start `mesh workflow`, which registers them as Keyword"
        return fail("temporal.search_attributes", f"not of type Keyword: {', '.join(wrong)}", advice)
    return ok("temporal.search_attributes", f"{len(FACETS)} registered")


async def _workers(client: Client) -> Finding:
    try:
        idle = await unserved(Journeys(client))
    except Unavailable as error:
        return fail("temporal.workers", str(error), "repair Temporal first")
    if idle:
        advice = "start `mesh workflow` and `mesh worker`; messages wait, then take their error handler"
        return fail("temporal.workers", f"no worker on {', '.join(idle)}", advice)
    return ok("temporal.workers", f"every one of {len(names_of_files()) + 1} queues has a worker")


async def _version(client: Client, settings: Settings) -> list[Finding]:
    """With worker versioning, new messages go to the current version alone; where there is none, they wait."""
    build = settings.worker_build_id
    if build is None:
        return []
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=DEPLOYMENT)
    try:
        found = await client.workflow_service.describe_worker_deployment(request, timeout=CALL)
        current = found.worker_deployment_info.routing_config.current_deployment_version.build_id
    except RPCError:
        current = ""
    if current != build:
        advice = f"temporal worker deployment set-current-version --deployment-name {DEPLOYMENT} --build-id {build}"
        return [fail("temporal.version", f"new messages go to {current or 'no version'}, this is {build}", advice)]
    return [ok("temporal.version", build)]
