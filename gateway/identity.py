"""Who a customer is, as far as somebody vouches for it."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.requests import HTTPConnection

from gateway.credentials import EMAIL_HEADER, SECRET_HEADER, OfACustomer
from gateway.edge import Edge, TheEdge
from gateway.models import Email
from gateway.problems import Problem
from mesh.identity import Kind
from mesh.tokens import BadToken

BEARER = "bearer "
MAILS = TypeAdapter[str](Email)
OTHER = "The identity token belongs to another customer than customer_email."


class Customer(BaseModel):
    """A customer, or somebody whom nobody knows.

    Attributes:
        kind: who vouches for the address: the shop by a token, or in the demo nobody; anonymous has none.
        secret: what an anonymous customer shows for a session.
        expires_at: until when the token holds.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind = "anonymous"
    email: str | None = None
    name: str | None = None
    customer_id: str | None = None
    secret: str | None = None
    expires_at: datetime | None = None

    @property
    def mark(self) -> str:
        """Who owns what this customer begins; the same for the same address, however it is written."""
        return f"email:{self.email.lower()}" if self.email else "anonymous"


def signed(edge: Edge, token: str) -> Customer:
    """The customer of an identity token.

    Raises:
        Problem: 401, it proves nothing.
    """
    try:
        claims = edge.tokens.read(token)
    except BadToken as error:
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise Problem(HTTPStatus.UNAUTHORIZED, f"{error}.", headers) from None
    return Customer(
        kind="signed",
        email=claims.email,
        name=claims.name,
        customer_id=claims.customer_id or claims.sub,
        expires_at=claims.expires_at,
    )


def named(edge: Edge, customer: Customer, email: str | None) -> Customer:
    """The customer, given the address they say is theirs: believed in the demo alone.

    Raises:
        Problem: 403, it is another one than that of their token or header.
    """
    if email is None or (customer.kind == "anonymous" and edge.settings.identity_mode != "demo"):
        return customer
    if customer.email is None:
        return Customer(kind="demo", email=email)
    if customer.email.lower() != email.lower():
        raise Problem(HTTPStatus.FORBIDDEN, OTHER)
    return customer


def a_customer(connection: HTTPConnection, edge: TheEdge, _: OfACustomer = None) -> Customer:
    """Who asks, by `Authorization: Bearer`, in the demo also by `X-Customer-Email`; else anonymous.

    Raises:
        Problem: 401, the token proves nothing; 422, the address is none.
    """
    authorization = connection.headers.get("authorization", "")
    if authorization.lower().startswith(BEARER):
        return signed(edge, authorization[len(BEARER) :].strip())
    anonymous = Customer(secret=connection.headers.get(SECRET_HEADER))
    return named(edge, anonymous, _mail(connection.headers.get(EMAIL_HEADER)))


def _mail(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return MAILS.validate_python(text)
    except ValidationError:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{EMAIL_HEADER} is no e-mail address.") from None


TheCustomer = Annotated[Customer, Depends(a_customer)]
