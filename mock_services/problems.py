"""Refusals, and how they look on the wire (RFC 9457, application/problem+json)."""

import sqlite3
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from mock_services.models import Frozen

MEDIA_TYPE: Final = "application/problem+json"


class FieldError(Frozen):
    field: str
    message: str


class Problem(Frozen):
    """`detail` is a sentence that a reply to a customer could quote."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] | None = None

    def to_json(self) -> bytes:
        return self.model_dump_json(exclude_none=True).encode()


class Refusal(Exception):  # noqa: N818 - the shop refuses; nothing went wrong
    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem(status, code, detail)


class Unknown(Refusal):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, code, detail)


class Conflict(Refusal):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, code, detail)


class Unacceptable(Refusal):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, code, detail)


def problem(status: HTTPStatus, code: str, detail: str, errors: tuple[FieldError, ...] | None = None) -> Problem:
    kind = f"urn:shop:problem:{code}"
    return Problem(type=kind, title=status.phrase, status=status, detail=detail, code=code, errors=errors)


def respond(found: Problem) -> Response:
    return Response(found.to_json(), found.status, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> Response:
        return respond(refusal.problem)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        return respond(_invalid(error))

    @app.exception_handler(HTTPException)
    async def unserved(request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        code = status.phrase.lower().replace(" ", "_")
        return respond(problem(status, code, f"{request.method} {request.url.path} is not served here."))

    @app.exception_handler(sqlite3.Error)
    async def unsaved(_: Request, error: sqlite3.Error) -> Response:
        detail = f"The shop could not save this change, so nothing was changed ({error})."
        return respond(problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_saved", detail))


def _invalid(error: RequestValidationError) -> Problem:
    errors = tuple(
        # The first part says where the field stands (body, query, header), the rest names it.
        FieldError(field=".".join(map(str, found["loc"][1:])) or "body", message=found["msg"])
        for found in error.errors()
    )
    told = "; ".join(f"{found.field}: {found.message}" for found in errors)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", f"The request is not valid: {told}.", errors)
