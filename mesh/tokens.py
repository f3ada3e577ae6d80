"""Identity tokens: what the shop signed about a customer. JWT by joserfc."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey, import_key
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mesh.errors import MeshError
from mesh.secret import Secret
from mesh.settings import Settings

log = logging.getLogger(__name__)

Key = OctKey | RSAKey | ECKey

LEEWAY: Final = 30
"""Seconds that the shop's clock and ours may differ."""

LONGEST: Final = 8_192
LEAST_SECRET: Final = 32
ALGORITHMS: Final = {"oct": "HS256", "RSA": "RS256"}
CURVES: Final = {"P-256": "ES256"}
PEM: Final = re.compile(r"-----BEGIN (?P<what>[A-Z ]+)-----.+?-----END (?P=what)-----", re.DOTALL)
EMAIL: Final = r"^[^\s@]{1,64}@[^\s@]{1,189}$"


class BadToken(MeshError):  # noqa: N818 - it is what we tell the bearer
    """The token proves nothing; in words for whoever made it."""


class Claims(BaseModel):
    """What a token says. `exp` in seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    email: str = Field(pattern=EMAIL)
    exp: int
    sub: str | None = Field(default=None, max_length=200)
    name: str | None = Field(default=None, max_length=200)
    customer_id: str | None = Field(default=None, max_length=200)

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.exp + LEEWAY, UTC)


class Tokens:
    """Checks tokens against every key that is valid now; the shop changes keys by letting two be valid for a while."""

    def __init__(self, settings: Settings) -> None:
        """Read the keys.

        Raises:
            MeshError: one of them is no key, or too weak.
        """
        self._secret = Secret(settings.identity_keys, settings.identity_keys_file)
        self._audience = settings.identity_audience
        self._text = self._secret.read()
        self._keys = keys_in(self._text)

    def read(self, token: str) -> Claims:
        """What the shop says of the bearer.

        Raises:
            BadToken: it is malformed, forged, expired, or meant for somebody else; says which, without quoting it.
        """
        if len(token) > LONGEST:
            raise BadToken("the identity token is too long")
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY, exp={"essential": True}, aud={"essential": True, "value": self._audience}
        )
        claims = self._signed(token)
        try:
            rules.validate(claims)
            return Claims.model_validate(claims)
        except ExpiredTokenError:
            raise BadToken("the identity token has expired") from None
        except JoseError as error:
            which = getattr(error, "claim", "")
            raise BadToken(f"the identity token does not fit: {error.error} {which}".rstrip()) from None
        except (ValidationError, ValueError, OverflowError):
            raise BadToken("the identity token lacks a claim: email and exp are needed") from None

    def _signed(self, token: str) -> dict[str, object]:
        for key in self._valid():
            try:
                return dict(jwt.decode(token, key, algorithms=[_algorithm(key)]).claims)
            except (JoseError, ValueError, TypeError):
                continue
        raise BadToken("the identity token is not signed with a key of this shop")

    def _valid(self) -> tuple[Key, ...]:
        text = self._secret.read()
        if text != self._text:
            self._text = text
            try:
                self._keys = keys_in(text)
            except MeshError as error:
                log.error("%s; the keys from before stay valid", error)  # noqa: TRY400 - it says all there is
        return self._keys


def keys_in(text: str) -> tuple[Key, ...]:
    """The keys of a setting or file: JWKS, public keys as PEM, or a secret a line.

    Raises:
        MeshError: one is no key, or too weak.
    """
    try:
        found = tuple(_keys_in(text))
    except (JoseError, ValueError, TypeError) as error:
        raise MeshError(f"IDENTITY_KEYS cannot be read: {type(error).__name__}") from None
    for key in found:
        _algorithm(key)
    return found


def _keys_in(text: str) -> list[Key]:
    if text.lstrip().startswith("{"):
        return [key for key in KeySet.import_key_set(json.loads(text)).keys if isinstance(key, Key)]
    blocks = [found.group() for found in PEM.finditer(text)]
    if blocks:
        kinds = [import_key(block, "RSA") if _is_rsa(block) else import_key(block, "EC") for block in blocks]
        return [key for key in kinds if isinstance(key, Key)]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if weak := [line for line in lines if len(line.encode()) < LEAST_SECRET]:
        raise MeshError(f"{len(weak)} of IDENTITY_KEYS has less than {LEAST_SECRET} bytes")
    return [OctKey.import_key(line) for line in lines]


def _is_rsa(block: str) -> bool:
    try:
        RSAKey.import_key(block)
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _algorithm(key: Key) -> str:
    """The one algorithm for a key: were it the token's choice, a public key could serve as a secret."""
    if isinstance(key, ECKey):
        return CURVES.get(key.curve_name) or _unfit(key)
    return ALGORITHMS[key.key_type]


def _unfit(key: ECKey) -> str:
    raise MeshError(f"IDENTITY_KEYS has a key on the curve {key.curve_name}; only P-256 is known")


def id_claims(token: str, jwks: Mapping[str, Any], issuer: str, audience: str, nonce: str) -> dict[str, object]:
    """What an OpenID Connect provider says of somebody who signed in there.

    Raises:
        BadToken: it is forged, expired, or meant for another sign-in.
    """
    rules = jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        exp={"essential": True},
        sub={"essential": True},
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(
            token, KeySet.import_key_set({"keys": jwks.get("keys", [])}), algorithms=["RS256", "ES256"]
        ).claims
        rules.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise BadToken(f"the id token does not fit: {type(error).__name__}") from None
    return dict(claims)
