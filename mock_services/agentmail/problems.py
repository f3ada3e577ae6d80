"""Refusals as AgentMail words them: `code` is for programs, `message` and `fix` are for people."""

import json
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from mock_services.faults import Fault

DOCS: Final = "https://docs.agentmail.to/errors"
NAMES: Final = {
    "validation_error": "ValidationError",
    "missing_authorization": "UnauthorizedError",
    "unknown_api_key": "UnauthorizedError",
    "resource_taken": "IsTakenError",
    "message_rejected": "MessageRejectedError",
    "not_found": "NotFoundError",
    "conflict": "ConflictError",
    "unprocessable": "UnprocessableError",
    "rate_limit_exceeded": "RateLimitExceededError",
    "service_unavailable": "ServiceUnavailableError",
    "internal_error": "InternalServerError",
}


class Refusal(Exception):  # noqa: N818 - the service refuses; nothing went wrong
    def __init__(
        self, status: int, code: str, message: str, *, fix: str | None = None, path: str | None = None
    ) -> None:
        super().__init__(message)
        errors = [{"path": [path], "message": message}] if path else None
        self.response = respond(status, code, message, fix=fix, errors=errors)


def invalid(path: str, message: str) -> Refusal:
    return Refusal(400, "validation_error", message, path=path)


def unknown(what: str) -> Refusal:
    return Refusal(404, "not_found", f"{what} not found")


def respond(status: int, code: str, message: str, **more: object) -> Response:
    """`more` are the further parts of the body: fix, errors."""
    told = {"name": NAMES[code], "code": code, "message": message, **more, "docs": f"{DOCS}#{code}"}
    body = json.dumps({name: value for name, value in told.items() if value is not None})
    return Response(body, status, media_type="application/json")


def failure(fault: Fault) -> Response:
    """The answer of a service in trouble, or of one that was asked too often."""
    if fault.status == HTTPStatus.TOO_MANY_REQUESTS:
        fix = "Wait for the time of the Retry-After header and send the same request again."
        answer = respond(429, "rate_limit_exceeded", "Too many requests", fix=fix)
        answer.headers["Retry-After"] = str(1 if fault.retry_after is None else fault.retry_after)
        return answer
    code = "internal_error" if fault.status == HTTPStatus.INTERNAL_SERVER_ERROR else "service_unavailable"
    return respond(fault.status, code, HTTPStatus(fault.status).phrase)


def install(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> Response:
        return refusal.response

    @app.exception_handler(RequestValidationError)
    async def unfit(_: Request, error: RequestValidationError) -> Response:
        errors = [{"path": list(found["loc"][1:]), "message": found["msg"]} for found in error.errors()]
        return respond(400, "validation_error", "Request validation failed", errors=errors)

    @app.exception_handler(HTTPException)
    async def unserved(request: Request, error: HTTPException) -> Response:
        code = "not_found" if error.status_code == HTTPStatus.NOT_FOUND else "unprocessable"
        return respond(error.status_code, code, f"{request.method} {request.url.path} is not served here")
