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

BEARER: Final = "Bearer …"
PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}: API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/docs.css">
<link rel="icon" href="/static/icon.svg"></head>
<body><main><h1>{title}</h1><p>{summary}</p><p><a href="/openapi.json">openapi.json</a></p>{body}</main></body></html>
"""


@router.get("/openapi.json")
async def description(request: Request) -> JSONResponse:
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def page(request: Request) -> HTMLResponse:
    found: dict[str, JsonValue] = request.app.openapi()
    info = _part(found, "info")
    parts = _part(found, "components")
    schemes, shapes = _schemes(_part(parts, "securitySchemes")), _shapes(_part(parts, "schemas"))
    body = "".join([*schemes, *_operations(_part(found, "paths")), *shapes])
    return HTMLResponse(
        PAGE.format(title=_words(info.get("title")), summary=_words(info.get("summary")), body=body),
    )


def _operations(paths: dict[str, JsonValue]) -> Iterator[str]:
    for path, methods in paths.items():
        for method, operation in (methods if isinstance(methods, dict) else {}).items():
            yield _operation(method, path, operation if isinstance(operation, dict) else {})


def _operation(method: str, path: str, found: dict[str, JsonValue]) -> str:
    parameters = found.get("parameters")
    rest: dict[str, JsonValue] = {one: found[one] for one in ("parameters", "requestBody", "responses") if one in found}
    names = (
        [str(one.get("name")) for one in parameters if isinstance(one, dict)] if isinstance(parameters, list) else []
    )
    said = _words(found.get("description"))
    title = f"{escape(method.upper())} {escape(path)}"
    return (
        f'<section aria-label="{title}"><h2><code>{title}</code></h2><p>{said}</p>'
        f"<p>{_opened(found.get('security'))}</p><p>{_words(', '.join(names))}</p>"
        f"<details><summary>Parameters, body, answers</summary>{_written(rest, title)}</details></section>"
    )


def _opened(ways: JsonValue) -> str:
    """What opens an operation: one of several ways, each of one or two credentials."""
    named = [" and ".join(way) or "nothing" for way in ways if isinstance(way, dict)] if isinstance(ways, list) else []
    return f"Opened by: {_words(', or '.join(named))}." if named else "Open to everybody."


def _written(found: JsonValue, title: str) -> str:
    # It scrolls sideways: by keyboard too, and with a name for those who do not see where they are.
    return f'<pre tabindex="0" role="region" aria-label="{title} as JSON">{_words(json.dumps(found, indent=2))}</pre>'


def _schemes(schemes: dict[str, JsonValue]) -> Iterator[str]:
    yield '<h2 id="credentials">What opens operations</h2><dl id="schemes" aria-labelledby="credentials">'
    for name, scheme in schemes.items():
        found = scheme if isinstance(scheme, dict) else {}
        place = f"{found.get('in')} {found.get('name')}" if "in" in found else f"header Authorization: {BEARER}"
        said = f"{_words(found.get('description'))}<br><code>{_words(place)}</code>"
        yield f"<dt><code>{escape(name)}</code></dt><dd>{said}</dd>"
    yield "</dl>"


def _shapes(schemas: dict[str, JsonValue]) -> Iterator[str]:
    yield "<h2>Shapes</h2>"
    for name, shape in schemas.items():
        yield (
            f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
            f"{_written(shape, escape(name))}</details>"
        )


def _part(found: dict[str, JsonValue], name: str) -> dict[str, JsonValue]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _words(text: JsonValue) -> str:
    return escape(str(text or ""))
