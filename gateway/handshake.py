"""Who opens a socket, whether they may, and whether they still may a while later."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from pydantic import ValidationError
from starlette.websockets import WebSocket

from gateway.address import address_of
from gateway.edge import Edge
from gateway.frames import Hello
from gateway.identity import Customer, named, signed
from gateway.ownership import begun, demand_session, secret_of
from gateway.pace import Full, demand_pace
from gateway.problems import Problem, in_words

POLICY_VIOLATION: Final = 1008
TOO_BIG: Final = 1009
TRY_AGAIN_LATER: Final = 1013
IDENTITY_REFUSED: Final = 4401
NOT_YOURS: Final = 4403
TOO_MANY: Final = 4429
CODES: Final = {
    HTTPStatus.UNAUTHORIZED: IDENTITY_REFUSED,
    HTTPStatus.FORBIDDEN: NOT_YOURS,
    HTTPStatus.NOT_FOUND: NOT_YOURS,
    HTTPStatus.TOO_MANY_REQUESTS: TOO_MANY,
    HTTPStatus.SERVICE_UNAVAILABLE: TRY_AGAIN_LATER,
}

MAX_FRAME: Final = 64 * 1024
SPOKEN: Final = "mesh"
OFFERED: Final = "identity."
PATIENCE: Final = 10.0
REVALIDATED: Final = 60.0
"""Seconds between two looks at the token of an open socket: keys may have been taken out of use."""


class Closed(Exception):  # noqa: N818 - it is how a socket ends
    """This socket ends here: with which code, and why in words."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail

    @classmethod
    def by(cls, problem: Problem) -> "Closed":
        return cls(CODES.get(problem.status, POLICY_VIOLATION), problem.detail)


@dataclass
class Visit:
    """An open socket: whose it is now, which may be renewed, and for which session."""

    customer: Customer
    token: str | None
    session_id: str
    secret: str | None
    address: str
    socket_id: str = field(default_factory=lambda: uuid4().hex)

    def renew(self, edge: Edge, token: str) -> None:
        """Go on with a fresh token.

        Raises:
            Closed: it proves nothing, or it is another customer's.
        """
        customer = _signed(edge, token)
        if customer.mark != self.customer.mark:
            raise Closed(NOT_YOURS, "The identity token belongs to another customer.")
        self.customer, self.token = customer, token


def offered_token(websocket: WebSocket) -> str | None:
    """The token among the subprotocols, where no log keeps it."""
    offers = websocket.scope.get("subprotocols", [])
    return next((offer.removeprefix(OFFERED) for offer in offers if offer.startswith(OFFERED)), None)


def spoken(websocket: WebSocket) -> str | None:
    return SPOKEN if SPOKEN in websocket.scope.get("subprotocols", []) else None


async def first_frame(websocket: WebSocket) -> Hello:
    """What the client says first.

    Raises:
        Closed: nothing in time, or something else.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            event = await websocket.receive()
    except TimeoutError:
        raise Closed(POLICY_VIOLATION, "The first frame must be hello, and it did not come.") from None
    if event["type"] == "websocket.disconnect":
        raise Closed(POLICY_VIOLATION, "gone")
    return greeting(event.get("text") or "")


def greeting(text: str) -> Hello:
    """Read a hello.

    Raises:
        Closed: it is none.
    """
    if too_big(text):
        raise Closed(TOO_BIG, f"A frame has at most {MAX_FRAME:,} bytes.")
    try:
        return Hello.model_validate_json(text)
    except ValidationError as error:
        raise Closed(POLICY_VIOLATION, f"The first frame must be hello: {in_words(error)}") from None


def too_big(text: str) -> bool:
    return len(text) > MAX_FRAME or len(text.encode(errors="replace")) > MAX_FRAME


async def met(websocket: WebSocket, edge: Edge, hello: Hello) -> Visit:
    """Whose socket this is, if they may have it.

    Raises:
        Closed: the token proves nothing, the session is somebody else's, or there are too many.
    """
    token = hello.identity_token or offered_token(websocket)
    address = address_of(websocket, edge.settings)
    customer = _signed(edge, token) if token else Customer(secret=hello.session_secret)
    try:
        customer = named(edge, customer, hello.customer_email)
        session_id = await _session(edge, customer, hello, address)
    except Problem as problem:
        raise Closed.by(problem) from None
    return Visit(customer, token, session_id, secret_of(edge, customer, session_id), address)


async def _session(edge: Edge, customer: Customer, hello: Hello, address: str) -> str:
    if hello.session_id is None:
        await demand_pace(edge.rates, edge.settings.rate_new_sessions, "new-session", address)
        return await begun(edge, customer)
    await demand_session(edge, customer, hello.session_id, claim=True)
    return hello.session_id


@contextmanager
def admitted(edge: Edge, visit: Visit) -> Iterator[None]:
    """Count this socket while the block runs.

    Raises:
        Closed: its address or its customer has too many open.
    """
    settings, whose = edge.settings, visit.customer.email or visit.session_id
    try:
        with (
            edge.sockets.one_more(f"address:{visit.address}", settings.sockets_per_address),
            edge.sockets.one_more(f"customer:{whose.lower()}", settings.sockets_per_customer),
        ):
            yield
    except Full:
        raise Closed(TOO_MANY, "Too many conversations are open here: close one.") from None


async def holds(edge: Edge, visit: Visit) -> None:
    """Return never; look at the token again and again.

    Raises:
        Closed: it has expired, or its key is no longer valid.
    """
    while True:
        await asyncio.sleep(_until(visit.customer))
        if visit.token:
            visit.renew(edge, visit.token)


def _until(customer: Customer) -> float:
    if customer.expires_at is None:
        return REVALIDATED
    left = (customer.expires_at - datetime.now(UTC)).total_seconds()
    return min(REVALIDATED, max(0.05, left + 0.05))


def _signed(edge: Edge, token: str) -> Customer:
    try:
        return signed(edge, token)
    except Problem as problem:
        raise Closed.by(problem) from None
