"""The settings of the gateway's gate: who comes in, how often, from where."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator
from pydantic_settings import BaseSettings, NoDecode

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


Rate = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}/(second|minute|hour|day)$")]
"""How many in which time: 100/minute."""


class GateSettings(BaseSettings):
    """A part of `mesh.settings.Settings`. What ends in `_file` is read again when the file changes."""

    identity_mode: Literal["demo", "signed"] = Field(
        default="demo",
        description="demo trusts the e-mail a customer gives, with the mock shop only; signed wants a token.",
    )
    identity_keys: SecretStr | None = Field(
        default=None,
        description="Keys of identity tokens: secrets of 32 or more bytes, one a line, or public keys as PEM or JWKS.",
    )
    identity_keys_file: Path | None = Field(
        default=None, description="File with IDENTITY_KEYS; all keys in it are valid."
    )
    identity_audience: str = Field(default="actor-mesh", description="The `aud` that an identity token must have.")
    session_key: SecretStr | None = Field(
        default=None, description="Secret that the gateway signs with; made in the data folder when unset."
    )
    session_key_file: Path | None = Field(default=None, description="File with SESSION_KEY.")

    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins whose pages may embed the chat: https://a.example,https://b.example; our own may always.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks of proxies whose X-Forwarded-For and -Proto are believed: 10.0.0.0/8,...",
    )
    public_url: str | None = Field(
        default=None, description="Address that people open in a browser, when a proxy is in front."
    )
    operator_from_loopback: bool = Field(
        default=True,
        description="In demo mode, requests of this machine may read health details and metrics without signing in.",
    )
    metrics_token: SecretStr | None = Field(
        default=None, description="Bearer token that may read health details and metrics."
    )
    metrics_token_file: Path | None = Field(default=None, description="File with METRICS_TOKEN.")

    rate_address: Rate = Field(default="600/minute", description="Requests and messages of one address.")
    rate_session: Rate = Field(default="100/minute", description="Messages of one session.")
    rate_customer: Rate = Field(default="200/minute", description="Messages of one customer.")
    rate_new_sessions: Rate = Field(default="120/minute", description="Sessions that one address begins.")
    rate_sign_in: Rate = Field(default="10/minute", description="Attempts of one address to sign in.")
    rate_presence: Rate = Field(
        default="300/minute", description="How often somebody at the desk says that they are there and keep claims."
    )
    rate_socket: Rate = Field(default="300/minute", description="Frames over one socket; more close it.")
    sockets_per_address: int = Field(default=100, ge=1, description="Open sockets of one address at one gateway.")
    sockets_per_customer: int = Field(default=10, ge=1, description="Open sockets of one customer at one gateway.")

    admission: bool = Field(
        default=True, description="Refuse messages, with the time to come back, that the mesh could not answer soon."
    )
    admission_delay: float = Field(
        default=1, gt=0, description="Queueing delay of the mesh up to which it takes in more messages."
    )
    admission_least: int = Field(
        default=8, ge=1, description="Messages in hand that are never too many, however slow answers are."
    )
    admission_reserve: float = Field(
        default=0.2,
        ge=0,
        lt=1,
        description="Share of the places that is kept for VIPs, conversations under way and who was told to come back.",
    )
    admission_customer_share: float = Field(
        default=0.1, gt=0, le=1, description="Share of the places that one customer may take while half are taken."
    )
    admission_longest: float = Field(default=120, ge=2, description="Longest time after which to come back.")

    people_idle: float = Field(
        default=3_600, gt=0, description="How long somebody at the desk stays signed in doing nothing."
    )
    people_session: float = Field(default=43_200, gt=0, description="How long they stay signed in at the longest.")
    oidc_issuer: str | None = Field(
        default=None,
        description="Issuer of an OpenID Connect provider to sign in with, instead of local names and passwords.",
    )
    oidc_client_id: str | None = Field(default=None, description="Our client id there.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Our client secret there.")
    oidc_client_secret_file: Path | None = Field(default=None, description="File with OIDC_CLIENT_SECRET.")
    oidc_scope: str = Field(default="openid profile email", description="Scopes to ask for.")
    oidc_roles_claim: str = Field(default="groups", description="Claim of the id token that says what somebody may.")
    oidc_roles: dict[str, Literal["agent", "supervisor", "operator"]] = Field(
        default={"agent": "agent", "supervisor": "supervisor", "operator": "operator"},
        description="Which value of that claim is which role, as JSON; nobody without one comes in.",
    )

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _origins(cls, found: object) -> object:
        return (
            tuple(part.strip().rstrip("/") for part in found.split(",") if part.strip())
            if isinstance(found, str)
            else found
        )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, found: object) -> object:
        if not isinstance(found, str):
            return found
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in found.split(",") if part.strip())
