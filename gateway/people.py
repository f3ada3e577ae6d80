"""Who of the team asks, and whether they may."""

import hmac
from http import HTTPStatus
from typing import Annotated, Final, NamedTuple

from fastapi import Depends
from starlette.requests import HTTPConnection

from gateway.address import is_local, is_own
from gateway.credentials import CSRF_HEADER, PEOPLE_COOKIE, SAFE, OfAnInsider, OfTheTeam
from gateway.edge import Edge, TheEdge
from gateway.problems import Problem
from gateway.sign_ins import SignIn
from mesh.people import Person, Role

__all__ = [
    "CSRF_COOKIE", "CSRF_HEADER", "PEOPLE_COOKIE", "Acting", "Person", "Role",
    "TheOperator", "ThePerson", "TheSupervisor", "a_person", "a_sign_in", "a_supervisor", "an_insider", "an_operator",
    "person_on",
]  # fmt: skip

CSRF_COOKIE: Final = "mesh_csrf"
BEARER: Final = "Bearer "


class Acting(NamedTuple):
    """Who does what is being done, for the audit."""

    who: str
    role: str


async def sign_in_on(connection: HTTPConnection, edge: Edge) -> SignIn | None:
    """The sign-in that this request shows, if it still holds."""
    token = connection.cookies.get(PEOPLE_COOKIE)
    found = await edge.sign_ins.of(token) if token else None
    if found is not None:
        connection.state.acting = Acting(found.person.name, found.person.rank)
    return found


async def person_on(connection: HTTPConnection, edge: Edge) -> Person | None:
    """Who of the team reads, if anybody: for requests that change nothing, and sockets."""
    found = await sign_in_on(connection, edge)
    return found.person if found else None


async def a_sign_in(connection: HTTPConnection, edge: TheEdge, _: OfTheTeam = None) -> SignIn:
    """The sign-in of whoever asks.

    Raises:
        Problem: 401, nobody is signed in; 403, a page that is not ours made the browser ask.
    """
    found = await sign_in_on(connection, edge)
    if found is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "Sign in first.")
    if connection.scope.get("method", "GET") not in SAFE:
        _demand_own_page(connection, found)
    return found


def _demand_own_page(connection: HTTPConnection, found: SignIn) -> None:
    shown = connection.headers.get(CSRF_HEADER, "")
    if not is_own(connection) or not hmac.compare_digest(shown.encode(), found.csrf.encode()):
        raise Problem(HTTPStatus.FORBIDDEN, f"The header {CSRF_HEADER} must hold the token of the sign-in.")


TheSignIn = Annotated[SignIn, Depends(a_sign_in)]


def a_person(found: TheSignIn) -> Person:
    """Anybody of the team."""
    return found.person


def a_supervisor(found: TheSignIn) -> Person:
    return _ranked(found.person, "supervisor")


def an_operator(found: TheSignIn) -> Person:
    return _ranked(found.person, "operator")


def _ranked(person: Person, role: Role) -> Person:
    if not person.may(role):
        raise Problem(HTTPStatus.FORBIDDEN, f"This is for {role}s.")
    return person


async def is_insider(connection: HTTPConnection, edge: Edge) -> bool:
    """Whether an operator asks, a program with the metrics token, or in the demo a program of this machine."""
    settings, given = edge.settings, connection.headers.get("authorization", "")
    if settings.identity_mode == "demo" and settings.operator_from_loopback and is_local(connection):
        return True
    expected = edge.metrics_token.read()
    if expected and hmac.compare_digest(given.encode(), f"{BEARER}{expected}".encode()):
        return True
    person = await person_on(connection, edge)
    return person is not None and person.may("operator")


async def an_insider(connection: HTTPConnection, edge: TheEdge, _: OfAnInsider = None) -> None:
    """Go on only for `is_insider`.

    Raises:
        Problem: 401, it is somebody else.
    """
    if not await is_insider(connection, edge):
        raise Problem(HTTPStatus.UNAUTHORIZED, "This is for operators: sign in, or show the metrics token.")


ThePerson = Annotated[Person, Depends(a_person)]
TheSupervisor = Annotated[Person, Depends(a_supervisor)]
TheOperator = Annotated[Person, Depends(an_operator)]
