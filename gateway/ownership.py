"""A session belongs to whom began it: its id alone opens nothing."""

import hmac
import logging
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import Depends
from starlette.requests import HTTPConnection

from gateway.credentials import OfAReader
from gateway.edge import Edge, TheEdge
from gateway.identity import Customer, a_customer
from gateway.people import Person, person_on
from gateway.problems import Problem, unavailable
from mesh.errors import Transient, Unavailable
from mesh.protocol import Message

log = logging.getLogger(__name__)


def secret_of(edge: Edge, customer: Customer, session_id: str) -> str | None:
    """What an anonymous customer must keep to go on in this session; the others have their name."""
    return edge.owners.secret(session_id) if customer.kind == "anonymous" else None


async def begun(edge: Edge, customer: Customer) -> str:
    """The id of a new session of this customer."""
    session_id = uuid4().hex
    edge.owners.remember(session_id, customer.mark)
    try:
        await edge.sessions.first(_key(session_id), customer.mark, edge.settings.session_ttl)
    except Unavailable as error:
        # The history will say so as soon as the first message is accepted.
        log.warning("the owner of a new session is not noted: %s", error)
    return session_id


async def learn(edge: Edge, message: Message) -> None:
    """A message that is in the mesh says whose its session is, if nothing else does."""
    mark = Customer(kind="demo", email=message.payload.customer_email).mark
    if edge.owners.known(message.session_id) is None:
        await _owner(edge, message.session_id, mark)


async def demand_session(edge: Edge, customer: Customer, session_id: str, *, claim: bool = False) -> None:
    """Go on only if the session is this customer's.

    Args:
        edge: the gateway's.
        customer: who asks.
        session_id: which session.
        claim: take a session that nobody has begun.

    Raises:
        Problem: 404, it is somebody else's, or nobody's; 503, that cannot be found out now.
    """
    if customer.kind == "anonymous":
        # We gave the secret to whom began it; there is nothing to look up.
        if not hmac.compare_digest((customer.secret or "").encode(), edge.owners.secret(session_id).encode()):
            raise _unknown(session_id)
        return
    owner = edge.owners.known(session_id) or await _owner(edge, session_id, customer.mark if claim else None)
    if owner != customer.mark:
        raise _unknown(session_id)


async def demand_readable(edge: Edge, reader: Customer | Person, session_id: str) -> None:
    """Go on only if the session is this customer's, or a person of the team reads.

    Raises:
        Problem: as `demand_session`.
    """
    if isinstance(reader, Customer):
        await demand_session(edge, reader, session_id)


async def a_reader(connection: HTTPConnection, edge: TheEdge, _: OfAReader = None) -> Customer | Person:
    """Who reads: somebody of the team who is signed in, else a customer."""
    return await person_on(connection, edge) or a_customer(connection, edge)


TheReader = Annotated[Customer | Person, Depends(a_reader)]


def _unknown(session_id: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"No session {session_id} of yours is known.")


async def _owner(edge: Edge, session_id: str, claimant: str | None) -> str | None:
    """Who began a session; with a claimant it is them if nobody did."""
    noted: str | None = None
    reached = False
    try:
        noted = await edge.sessions.noted(_key(session_id), edge.settings.session_ttl)
        reached = True
    except Unavailable as error:
        log.warning("asking the history for the owner of a session: %s", error)
    owner = noted or await _in_history(edge, session_id) or claimant
    if owner and noted is None and reached:
        owner = await edge.sessions.first(_key(session_id), owner, edge.settings.session_ttl)
    return edge.owners.remember(session_id, owner) if owner else None


async def _in_history(edge: Edge, session_id: str) -> str | None:
    try:
        rows = await edge.history.beginning(session_id)
    except Transient as error:
        raise unavailable("Whose session this is cannot be found out now.") from error
    if rows is None:
        return None
    email = (rows.payload or {}).get("customer_email")
    return Customer(kind="demo", email=email).mark


def _key(session_id: str) -> str:
    return f"owner:{session_id}"
