"""Signing in with the company's account, where an OpenID Connect provider is configured."""

import hmac
import re
import secrets
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from gateway.address import address_of, is_secure
from gateway.edge import Edge, TheEdge
from gateway.pace import demand_pace
from gateway.people import Acting
from gateway.problems import Problem
from gateway.sign_in import welcome
from mesh.oidc import Flow, Provider, Refused
from mesh.secret import session_key
from mesh.settings import Settings

router = APIRouter(prefix="/api/people/oidc", tags=["people"])

COOKIE: Final = "mesh_oidc"
MINUTES: Final = 600
INSIDE: Final = re.compile(r"/(?![/\\])[\w./?=&-]{0,200}")
NONE: Final = "No provider is configured here: sign in with a name and a password."


@router.get("/start", status_code=HTTPStatus.FOUND, response_class=Response)
async def start(
    request: Request, edge: TheEdge, onward: Annotated[str, Query(alias="next", max_length=200)] = "/desk"
) -> Response:
    """Go to the provider; `next` is where to land afterwards."""
    settings = _configured(edge)
    await demand_pace(edge.rates, settings.rate_sign_in, "sign-in", address_of(request, settings))
    flow = Flow(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        redirect_uri=f"{(settings.public_url or str(request.base_url)).rstrip('/')}{router.prefix}/callback",
        onward=onward if INSIDE.fullmatch(onward) else "/desk",
    )
    answer = RedirectResponse(await Provider(settings).address(flow), HTTPStatus.FOUND)
    kept, secure = _serializer(settings).dumps(flow.model_dump()), is_secure(request, settings)
    answer.set_cookie(COOKIE, kept, max_age=MINUTES, secure=secure, httponly=True, samesite="lax", path=router.prefix)
    return answer


@router.get("/callback", status_code=HTTPStatus.FOUND, response_class=Response)
async def sign_in_elsewhere(
    request: Request,
    edge: TheEdge,
    code: Annotated[str, Query(max_length=2_000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the provider."""
    settings = _configured(edge)
    flow = _flow(settings, request.cookies.get(COOKIE, ""))
    if not code or not hmac.compare_digest(state.encode(), flow.state.encode()):
        raise Problem(HTTPStatus.FORBIDDEN, "This sign-in was not begun here: begin it again.")
    request.state.acting = Acting("somebody", "nobody")
    try:
        person = await Provider(settings).person(flow, code)
    except Refused as error:
        raise Problem(HTTPStatus.FORBIDDEN, f"{error}.") from None
    answer = RedirectResponse(flow.onward, HTTPStatus.FOUND)
    answer.delete_cookie(COOKIE, path=router.prefix)
    await welcome(edge, request, answer, person)
    return answer


def _configured(edge: Edge) -> Settings:
    if not edge.settings.oidc_issuer:
        raise Problem(HTTPStatus.NOT_FOUND, NONE)
    return edge.settings


def _serializer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(session_key(settings).read(), salt="oidc")


def _flow(settings: Settings, cookie: str) -> Flow:
    try:
        return Flow.model_validate(_serializer(settings).loads(cookie, max_age=MINUTES))
    except (BadData, ValidationError):
        raise Problem(HTTPStatus.FORBIDDEN, "This sign-in was not begun here, or too long ago.") from None
