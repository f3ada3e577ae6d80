"""Every error as `application/problem+json` (RFC 9457), in words that help whoever reads them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import JsonValue, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import compile_path

from mesh.errors import Transient, Unavailable

RETRY_AFTER = "2"


PROBLEM = {
    "description": "What is wrong, in words (RFC 9457).",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            }
        }
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": PROBLEM, "5XX": PROBLEM}
"""What every endpoint may answer instead of what was wanted."""


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


class Problem(Exception):  # noqa: N818 - it is the answer, not only an error
    """An answer that is not the wanted one: status, detail in words, headers and further members."""

    def __init__(
        self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **members: JsonValue
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> ProblemResponse:
        body = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            **self.members,
        }
        return ProblemResponse(body, self.status.value, self.headers)


def unavailable(reason: str, **members: JsonValue) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, reason, {"Retry-After": RETRY_AFTER}, **members)


def explained(errors: Sequence[Any]) -> list[JsonValue]:
    """What is wrong with which field; never the input, which may not even be printable."""
    return [
        {
            "field": ".".join(part for part in error["loc"] if isinstance(part, str) and part != "body") or "body",
            "problem": error["msg"],
        }
        for error in errors
    ]


def in_words(error: ValidationError) -> str:
    return _sentence(explained(error.errors(include_input=False, include_url=False, include_context=False)))


def _sentence(found: list[JsonValue]) -> str:
    return "; ".join(f"{item['field']}: {item['problem']}" for item in found if isinstance(item, dict))


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type
    return error.response()


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = explained(error.errors())
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, _sentence(found), errors=found).response()


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    # The framework says 400 for a body that no parser accepts; to the caller that is invalid input like any other.
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error.status_code == HTTPStatus.BAD_REQUEST else error.status_code
    headers = (
        {**(error.headers or {}), **_allowed(request)} if status == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
    )
    return Problem(HTTPStatus(status), str(error.detail), headers).response()


def _allowed(request: Request) -> dict[str, str]:
    """Every method of this path: the framework names those of the first route that has it."""
    paths: dict[str, dict[str, object]] = request.app.openapi()["paths"]
    found = [methods for path, methods in paths.items() if compile_path(path)[0].match(request.url.path)]
    return {"Allow": ", ".join(sorted({name.upper() for methods in found for name in methods}))} if found else {}


async def _away(_: Request, error: Exception) -> JSONResponse:
    return unavailable(str(error)).response()


def broken() -> ProblemResponse:
    """What whoever asked is told of an error that nobody expected."""
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; it is in the log.").response()


async def _failed(_: Request, __: Exception) -> JSONResponse:
    return broken()


def install(app: FastAPI) -> None:
    """Let every error of this app leave as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Unavailable, _away)
    app.add_exception_handler(Transient, _away)
    app.add_exception_handler(Exception, _failed)
