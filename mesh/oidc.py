"""Signing in with an OpenID Connect provider: the code flow with PKCE, by authlib."""

import re
import warnings
from http import HTTPStatus
from typing import Final

import httpx
from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from mesh.errors import MeshError, Unavailable
from mesh.people import NAME, RANKS, Person
from mesh.secret import Secret, fingerprint
from mesh.settings import Settings
from mesh.tokens import BadToken, id_claims

with warnings.catch_warnings():
    # authlib prefers a client library that nothing else here needs, and says so even where warnings are turned off.
    import authlib.deprecate

    warnings.simplefilter("ignore", authlib.deprecate.AuthlibDeprecationWarning)
    from authlib.common.errors import AuthlibBaseError
    from authlib.integrations.httpx_client import AsyncOAuth2Client
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

DISCOVERY: Final = "/.well-known/openid-configuration"
PATIENCE: Final = 10.0
CLAIMS: Final = TypeAdapter(dict[str, JsonValue])


class Refused(MeshError):  # noqa: N818 - it is the provider's verdict
    """The provider does not vouch for them, or nothing that it says gives them a role."""


class Flow(BaseModel):
    """What one sign-in remembers while the browser is at the provider."""

    model_config = ConfigDict(frozen=True)

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    onward: str


class Endpoints(BaseModel):
    """What we need of the provider's description of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Provider:
    """The provider that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._issuer = (settings.oidc_issuer or "").rstrip("/")
        self._secret = Secret(settings.oidc_client_secret, settings.oidc_client_secret_file)

    async def address(self, flow: Flow) -> str:
        """Where the browser goes to sign in.

        Raises:
            Unavailable: the provider does not answer.
        """
        async with self._client(flow) as client:
            endpoints = await self._endpoints(client)
            url, _ = client.create_authorization_url(
                endpoints.authorization_endpoint,
                state=flow.state,
                nonce=flow.nonce,
                code_challenge=create_s256_code_challenge(flow.verifier),
                code_challenge_method="S256",
            )
        return str(url)

    async def person(self, flow: Flow, code: str) -> Person:
        """Who came back with this code.

        Raises:
            Refused: the provider does not vouch for them, or they have no role here.
            Unavailable: the provider does not answer.
        """
        async with self._client(flow) as client:
            endpoints = await self._endpoints(client)
            try:
                given = await client.fetch_token(endpoints.token_endpoint, code=code, code_verifier=flow.verifier)
            except AuthlibBaseError as error:
                raise Refused(f"the provider refused the code: {error.error}") from None
            except (httpx.HTTPError, ValueError) as error:
                raise _away(error) from error
            keys = await _document(client, endpoints.jwks_uri)
        client_id = self._settings.oidc_client_id or ""
        try:
            claims = id_claims(str(given.get("id_token", "")), keys, endpoints.issuer, client_id, flow.nonce)
        except BadToken as error:
            raise Refused(str(error)) from None
        return self._person(CLAIMS.validate_python(claims))

    def _client(self, flow: Flow) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._settings.oidc_client_id,
            self._secret.read(),
            scope=self._settings.oidc_scope,
            redirect_uri=flow.redirect_uri,
            timeout=PATIENCE,
            trust_env=False,
        )

    async def _endpoints(self, client: AsyncOAuth2Client) -> Endpoints:
        try:
            found = Endpoints.model_validate(await _document(client, f"{self._issuer}{DISCOVERY}"))
        except ValidationError as error:
            raise Unavailable("the sign-in provider describes itself incompletely") from error
        if found.issuer.rstrip("/") != self._issuer:
            raise Unavailable("the sign-in provider calls itself by another name than OIDC_ISSUER")
        return found

    def _person(self, claims: dict[str, JsonValue]) -> Person:
        said = claims.get(self._settings.oidc_roles_claim)
        values = said if isinstance(said, list) else [said]
        roles = {
            self._settings.oidc_roles[value]
            for value in values
            if isinstance(value, str) and value in self._settings.oidc_roles
        }
        if not roles:
            raise Refused("nothing that the provider says of you gives you a role here")
        name = _name(claims)
        shown = claims.get("name")
        display = shown if isinstance(shown, str) and 0 < len(shown) <= 120 else name  # noqa: PLR2004 - a column's width
        return Person(name=name, display_name=display, roles=tuple(sorted(roles, key=RANKS.index)))


def _name(claims: dict[str, JsonValue]) -> str:
    """What nobody can give themselves: a verified address, else the provider's own id of them."""
    email = claims.get("email")
    if claims.get("email_verified") is True and isinstance(email, str) and NAME.fullmatch(email.lower()):
        return email.lower()
    subject = str(claims.get("sub", ""))
    return (
        subject
        if NAME.fullmatch(subject)
        else f"{re.sub('[^a-z0-9]', '', subject.lower())[:40]}.{fingerprint(subject)[:12]}".lstrip(".")
    )


async def _document(client: AsyncOAuth2Client, url: str) -> dict[str, JsonValue]:
    try:
        answer = await client.request("GET", url, withhold_token=True)
        if answer.status_code != HTTPStatus.OK:
            raise Unavailable(f"the sign-in provider answered {answer.status_code}")
        return CLAIMS.validate_json(answer.content)
    except ValidationError as error:
        raise Unavailable("the sign-in provider answered something unreadable") from error
    except httpx.HTTPError as error:
        raise _away(error) from error


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"the sign-in provider does not answer: {type(error).__name__}")
