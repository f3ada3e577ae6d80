"""Signing in and out at the desk and the operators' pages."""

import logging
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from gateway.address import address_of, is_own, is_secure
from gateway.edge import Edge, TheEdge
from gateway.models import Strict
from gateway.pace import demand_pace
from gateway.people import CSRF_COOKIE, PEOPLE_COOKIE, Acting, TheOperator, TheSignIn
from gateway.problems import Problem
from gateway.sign_ins import SignIn
from mesh.acts import Act
from mesh.people import LONGEST_PASSWORD, Known, Person

log = logging.getLogger(__name__)
router = APIRouter(tags=["people"])

GUESSES = "100/minute"
WRONG = "No such name and password."
ELSEWHERE = "Sign in with your company's account: /api/people/oidc/start."


class Credentials(Strict):
    name: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD)


class SignedIn(BaseModel):
    """Who you are, and what every change must show in the header X-CSRF-Token."""

    person: Person
    csrf: str


class About(BaseModel):
    """`demo`: any e-mail is believed, so the pages say that nothing here is real."""

    demo: bool
    identity: Literal["demo", "signed"]
    sign_in: list[Literal["password", "oidc"]]


@router.get("/api/about")
async def about(edge: TheEdge) -> About:
    mode = edge.settings.identity_mode
    return About(demo=mode == "demo", identity=mode, sign_in=["oidc" if edge.settings.oidc_issuer else "password"])


@router.post("/api/people/sign-in")
async def sign_in(body: Credentials, request: Request, response: Response, edge: TheEdge) -> SignedIn:
    """Sign in with a name and a password; the cookies do the rest."""
    if not is_own(request):
        raise Problem(HTTPStatus.FORBIDDEN, "Sign in on a page of this gateway.")
    if edge.settings.oidc_issuer:
        raise Problem(HTTPStatus.FORBIDDEN, ELSEWHERE)
    name = body.name.strip().lower()
    await _demand_patience(edge, request, name)
    request.state.acting = Acting(name[:80], "nobody")
    found = await edge.people.proven(name, body.password)
    if found is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, WRONG)
    return await welcome(edge, request, response, found)


async def welcome(edge: Edge, request: Request, response: Response, found: Known | Person) -> SignedIn:
    """Begin a sign-in and give the browser its cookies."""
    token, begun = await edge.sign_ins.begin(found)
    request.state.acting = Acting(begun.person.name, begun.person.rank)
    secure, kept = is_secure(request, edge.settings), round(edge.settings.people_session)
    # Lax: whoever follows a link from a mail to a conversation is still signed in.
    response.set_cookie(PEOPLE_COOKIE, token, max_age=kept, secure=secure, httponly=True, samesite="lax")
    response.set_cookie(CSRF_COOKIE, begun.csrf, max_age=kept, secure=secure, samesite="lax")
    return SignedIn(person=begun.person, csrf=begun.csrf)


@router.post("/api/people/sign-out", status_code=HTTPStatus.NO_CONTENT)
async def sign_out(_: TheSignIn, request: Request, response: Response, edge: TheEdge) -> None:
    await edge.sign_ins.end(request.cookies[PEOPLE_COOKIE])
    for name in (PEOPLE_COOKIE, CSRF_COOKIE):
        response.delete_cookie(name)


@router.get("/api/people/me")
async def me(found: TheSignIn) -> SignedIn:
    """Who is signed in; also after a reload."""
    return _shown(found)


@router.get("/api/people/acts")
async def acts(
    _: TheOperator,
    edge: TheEdge,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    who: Annotated[str | None, Query(max_length=80, pattern=r"^[^\x00]*$")] = None,
) -> list[Act]:
    """What people did, the newest first."""
    return list(await edge.acts.newest(limit, who))


def _shown(found: SignIn) -> SignedIn:
    return SignedIn(person=found.person, csrf=found.csrf)


async def _demand_patience(edge: Edge, request: Request, name: str) -> None:
    address = address_of(request, edge.settings)
    await demand_pace(edge.rates, edge.settings.rate_sign_in, "sign-in", address)
    # Against many addresses that guess at one name; high enough that one of them cannot lock somebody out.
    await demand_pace(edge.rates, GUESSES, "sign-in-as", name)
