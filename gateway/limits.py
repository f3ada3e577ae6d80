"""Refuse bodies that are too large before anybody parses them."""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import Problem

MAX_BODY = 128 * 1024
"""8,000 characters fit, even if each is written as a pair of escapes."""


MAX_EVENT = 4 * 1024 * 1024
"""A mail of a megabyte, as text and as HTML, in JSON."""

EVENTS = "/webhook/"
LARGER = ("/api/uploads/",)
"""Where bodies are limited by who reads them, as they stream in."""


class LimitedBodies:
    """Reads the whole body first: a length that the client declares, or leaves out, proves nothing."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(LARGER):
            await self._app(scope, receive, send)
            return
        try:
            limit = MAX_EVENT if scope["path"].startswith(EVENTS) else self._limit
            body = await self._read(scope, receive, limit)
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        await self._app(scope, _replaying(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive, limit: int) -> bytes:
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        size = int(declared) if declared.isdigit() else 0
        parts: list[bytes] = []
        more = True
        while more:
            if size > limit:
                raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is over {limit:,} bytes.")
            message = await receive()
            parts.append(message.get("body", b""))
            size = max(size, sum(map(len, parts)))
            more = message.get("more_body", False)
        return b"".join(parts)


def _replaying(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay
