"""The API as a page: made here, with no script and nothing from elsewhere."""

import json
from collections.abc import Iterator
from html import escape
from typing import Final

from fastapi import APIRouter, Depends, Request
from pydantic import JsonValue
from starlette.responses import HTMLResponse, JSONResponse

from gateway.people import an_insider

router = APIRouter(include_in_schema=False, dependencies=[Depends(an_insider)])

PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}: API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/docs.css"><link rel="icon" href="/static/icon.svg"></head>
<body><main><h1>{title}</h1><p>{summary}</p><p><a href="/openapi.json">openapi.json</a></p>{body}</main></body></html>
"""


@router.get("/openapi.json")
async def description(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def page(request: Request) -> HTMLResponse:
    found: dict[str, JsonValue] = request.app.openapi()
    info = _part(found, "info")
    body = "".join([*_operations(_part(found, "paths")), *_shapes(_part(_part(found, "components"), "schemas"))])
    return HTMLResponse(
        PAGE.format(title=_words(info.get("title")), summary=_words(info.get("summary")), body=body),
    )


def _operations(paths: dict[str, JsonValue]) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in (methods if isinstance(methods, dict) else {}).items():
            yield _operation(method, path, operation if isinstance(operation, dict) else {})


def _operation(method: str, path: str, found: dict[str, JsonValue]) -> str:
    parameters = found.get("parameters")
    rest = {name: found[name] for name in ("security", "parameters", "requestBody", "responses") if name in found}
    names = (
        [str(one.get("name")) for one in parameters if isinstance(one, dict)] if isinstance(parameters, list) else []
    )
    said = _words(found.get("description"))
    return (
        f"<section><h2><code>{escape(method.upper())} {escape(path)}</code></h2><p>{said}</p>"
        f"<p>{_words(', '.join(names))}</p><details><summary>Parameters, body, answers</summary>"
        f"<pre>{_words(json.dumps(rest, indent=2))}</pre></details></section>"
    )


def _shapes(schemas: dict[str, JsonValue]) -> Iterator[str]:
    yield "<h2>Shapes</h2>"
    for name, shape in schemas.items():
        yield (
            f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
            f"<pre>{_words(json.dumps(shape, indent=2))}</pre></details>"
        )


def _part(found: dict[str, JsonValue], name: str) -> dict[str, JsonValue]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _words(text: JsonValue) -> str:
    return escape(str(text or ""))
