"""What is shown with a request so that it is answered, as the API's description says it. Nothing is checked here."""

from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer

PEOPLE_COOKIE: Final = "mesh_people"
CSRF_HEADER: Final = "X-CSRF-Token"
EMAIL_HEADER: Final = "X-Customer-Email"
SECRET_HEADER: Final = "X-Session-Secret"  # noqa: S105 - the name of a header
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

PERSON: Final = APIKeyCookie(
    name=PEOPLE_COOKIE, scheme_name="person", auto_error=False,
    description="Somebody of the team: what POST /api/people/sign-in or OpenID Connect gives the browser.",
)  # fmt: skip
CSRF: Final = APIKeyHeader(
    name=CSRF_HEADER, scheme_name="csrf", auto_error=False,
    description="With every change that somebody of the team makes: `csrf` of GET /api/people/me.",
)  # fmt: skip
IDENTITY: Final = HTTPBearer(
    bearerFormat="JWT", scheme_name="identity", auto_error=False,
    description="A customer for whom the shop vouches, by a token that it signed.",
)  # fmt: skip
SECRET: Final = APIKeyHeader(
    name=SECRET_HEADER, scheme_name="session_secret", auto_error=False,
    description="Whoever began an anonymous session: `session_secret` of its first answer.",
)  # fmt: skip
EMAIL: Final = APIKeyHeader(
    name=EMAIL_HEADER, scheme_name="customer_email", auto_error=False,
    description="In the demo alone: a customer's address, which is believed.",
)  # fmt: skip
METRICS: Final = HTTPBearer(
    scheme_name="metrics_token", auto_error=False, description="A program that watches the mesh: METRICS_TOKEN."
)

NOBODY: Final[dict[str, Any]] = {"security": [{}]}
"""For `openapi_extra` of an endpoint that also answers who shows nothing."""

_Named = Annotated[object, Depends(PERSON)]


async def of_the_team(_: _Named, _csrf: Annotated[object, Depends(CSRF)]) -> None:
    """Somebody who is signed in."""


async def of_a_customer(
    _: Annotated[object, Depends(IDENTITY)],
    _secret: Annotated[object, Depends(SECRET)],
    _email: Annotated[object, Depends(EMAIL)],
) -> None:
    """A customer, by one of three ways."""


async def of_a_reader(_: _Named, _customer: Annotated[None, Depends(of_a_customer)]) -> None:
    """Somebody of the team, or a customer."""


async def of_an_insider(_: _Named, _token: Annotated[object, Depends(METRICS)]) -> None:
    """An operator, or a program."""


OfTheTeam = Annotated[None, Depends(of_the_team)]
OfACustomer = Annotated[None, Depends(of_a_customer)]
OfAReader = Annotated[None, Depends(of_a_reader)]
OfAnInsider = Annotated[None, Depends(of_an_insider)]


class Described(FastAPI):
    """An app whose description names, for each operation, what opens it: nothing at all, or one of several ways."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            for operations in super().openapi()["paths"].values():
                for method, operation in operations.items():
                    operation["security"] = _ways(method.upper(), operation.get("security", []))
        found: dict[str, Any] = self.openapi_schema or {}
        return found


def _ways(method: str, found: list[dict[str, list[str]]]) -> list[dict[str, list[str]]]:
    """The framework takes all schemes for ways in of their own; the token of a change belongs to the cookie."""
    also: dict[str, list[str]] = (
        {CSRF.scheme_name: []} if {CSRF.scheme_name: []} in found and method not in SAFE else {}
    )
    ways = [way for way in found if CSRF.scheme_name not in way]
    return [{**way, **also} if PERSON.scheme_name in way else way for way in ways]
