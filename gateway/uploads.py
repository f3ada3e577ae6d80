"""Files of a conversation: taken while they stream in, handed out only as downloads."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import unquote
from uuid import uuid4

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import FileResponse

from gateway.edge import TheEdge
from gateway.identity import TheCustomer
from gateway.ownership import TheReader, demand_readable, demand_session
from gateway.problems import Problem
from mesh.attachments import MAX_BYTES, Attachments, Reference, Refused
from mesh.protocol import Id
from mesh.settings import Settings

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/uploads", tags=["chat"])

SWEEP_EVERY = 3600.0
HARMLESS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}
STATUS = {
    "size": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "kind": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "number": HTTPStatus.CONFLICT,
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
ASessionId = Annotated[Id, Path()]
FileName = Annotated[
    str,
    Header(max_length=1000, description="Percent-encoded UTF-8: a header takes nothing else.", examples=["box.png"]),
]


@router.post("/{session_id}", status_code=HTTPStatus.CREATED, openapi_extra=BODY)
async def attach(
    session_id: ASessionId, request: Request, customer: TheCustomer, edge: TheEdge, x_file_name: FileName = "file"
) -> Reference:
    """Keep a picture or a PDF of at most 10 MB. Name it in `attachments` of a message; it goes after some days."""
    await demand_session(edge, customer, session_id, claim=True)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BYTES:
        raise Problem(STATUS["size"], f"A file may have {MAX_BYTES // 1024 // 1024} MB.")
    kept = Attachments(edge.settings.mesh_data_dir)
    try:
        found = await kept.take(session_id, uuid4().hex, unquote(x_file_name), request.stream())
    except Refused as error:
        raise Problem(STATUS[error.reason], str(error)) from error
    return found.reference


@router.get("/{session_id}/{attachment_id}", response_class=FileResponse)
async def download(
    session_id: ASessionId, attachment_id: Annotated[Id, Path()], reader: TheReader, edge: TheEdge
) -> FileResponse:
    """The file, to be saved: a browser never shows it as a page of ours."""
    await demand_readable(edge, reader, session_id)
    kept = Attachments(edge.settings.mesh_data_dir)
    found = await kept.find(session_id, attachment_id)
    if found is None or not await asyncio.to_thread(kept.path(found).is_file):
        raise Problem(HTTPStatus.NOT_FOUND, "This file is not there: it was removed, or belongs elsewhere.")
    return FileResponse(kept.path(found), media_type=found.media_type, filename=found.name, headers=HARMLESS)


@asynccontextmanager
async def swept(settings: Settings) -> AsyncIterator[None]:
    """Throw old files away every hour until the block ends."""
    work = asyncio.create_task(_sweep(settings))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _sweep(settings: Settings) -> None:
    kept = Attachments(settings.mesh_data_dir)
    while True:
        try:
            gone = await kept.sweep(datetime.now(UTC) - timedelta(days=settings.attachment_days))
        except OSError as error:
            log.warning("old files could not be removed: %s", type(error).__name__)
        else:
            log.debug("%d old files removed", gone)
        await asyncio.sleep(SWEEP_EVERY)
