"""What every answer says to browsers, and what every request is measured by."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.address import address_of, is_secure
from gateway.edge import edge_of
from gateway.pace import demand_pace
from gateway.people import Acting, person_on
from gateway.problems import Problem
from mesh.acts import Act
from mesh.errors import Transient
from mesh.settings import Settings

log = logging.getLogger(__name__)

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_A_YEAR: Final = "max-age=31536000"
EMBEDDED: Final = "/static/"
MEASURED: Final = "/api/"
OPEN: Final = "/api/health"
BEATS: Final = re.compile(r"/api/desk/(presence(/leave)?|[^/]+/heartbeat)")
"""Where pages of the desk say that somebody is still there, and keeps a claim."""

CHANGES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
NOTED: Final = frozenset({"conversation", "answer_of", "sign_in_elsewhere"})
"""What changes nothing and is noted all the same: what people read of customers, and coming in by a redirect."""

NOT_NOTED: Final = frozenset({"heartbeat"})


class Protected:
    """Headers that keep a page to its own scripts, and others from framing it. What a handler sets itself stays."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secure = is_secure(HTTPConnection(scope), self._settings)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _protect(MutableHeaders(scope=message), scope["path"], secure=secure)
            await send(message)

        await self._app(scope, receive, with_headers)


def _protect(headers: MutableHeaders, path: str, *, secure: bool) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith(EMBEDDED):
        # The widget's script is loaded by the shop's pages.
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    elif path.startswith(MEASURED):
        headers.setdefault("Cache-Control", "no-store")
    if secure:
        headers["Strict-Transport-Security"] = FOR_A_YEAR


class Paced:
    """No address may ask more often than the settings say, and nobody of the team say more often that they are there.

    A page of the desk says so all the time, and all of an office may have one address.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(MEASURED) and scope["path"] != OPEN:
            connection = HTTPConnection(scope)
            try:
                await self._demand_pace(connection)
            except Problem as problem:
                await problem.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _demand_pace(self, connection: HTTPConnection) -> None:
        edge, settings = edge_of(connection), self._settings
        # Only for who is signed in: what anybody else sends to these paths counts like everything.
        person = await person_on(connection, edge) if BEATS.fullmatch(connection.scope["path"]) else None
        if person is None:
            await demand_pace(edge.rates, settings.rate_address, "address", address_of(connection, settings))
        else:
            await demand_pace(edge.rates, settings.rate_presence, "presence", person.name)


class Audited:
    """Writes down what people do before they are told what came of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                await _note(scope, HTTPStatus(message["status"]))
            await send(message)

        await self._app(scope, receive, noted)


async def _note(scope: Scope, status: HTTPStatus) -> None:
    acting = scope["state"].get("acting")
    act = str(getattr(scope.get("route"), "name", ""))
    if not isinstance(acting, Acting) or act in NOT_NOTED or not (scope["method"] in CHANGES or act in NOTED):
        return
    edge = edge_of(HTTPConnection(scope))
    subject = " ".join(str(value) for value in scope.get("path_params", {}).values())[:200]
    try:
        await edge.acts.note(Act(who=acting.who, role=acting.role, act=act, subject=subject, outcome=str(status.value)))
    except Transient:
        log.exception("%s %s did %s to %s (%d), which is not noted", acting.role, acting.who, act, subject, status)
