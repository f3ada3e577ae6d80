"""Identity tokens: what is believed, and every way in which it is not."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from mesh.errors import MeshError
from mesh.tokens import BadToken, Tokens
from tests.fakes import settings
from tests.gateway.signing import OTHER_SECRET, SECRET, a_token

EMAIL = "polly.inquirer@example.com"
RSA, EC = RSAKey.generate_key(2048), ECKey.generate_key("P-256")


def pem(key: RSAKey | ECKey) -> str:
    return key.as_pem(private=False).decode()


def signed_by(key: RSAKey | ECKey, algorithm: str) -> str:
    claims = {"email": EMAIL, "exp": int(time.time()) + 60, "aud": "actor-mesh"}
    return jwt.encode({"alg": algorithm}, claims, key)


def tokens(keys: str = SECRET, **more: object) -> Tokens:
    return Tokens(settings(identity_keys=keys, **more))


def test_what_the_shop_signed_is_believed() -> None:
    found = tokens().read(a_token(EMAIL, name="Polly", customer_id="C-1", sub="7"))
    assert (found.email, found.name, found.customer_id, found.sub) == (EMAIL, "Polly", "C-1", "7")


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256")])
def test_a_public_key_checks_what_the_private_one_signed(key: RSAKey | ECKey, algorithm: str) -> None:
    token = signed_by(key, algorithm)
    assert tokens(pem(key)).read(token).email == EMAIL
    assert tokens(json.dumps({"keys": [key.as_dict(private=False)]})).read(token).email == EMAIL
    with pytest.raises(BadToken, match="not signed"):
        tokens(pem(RSAKey.generate_key(2048))).read(token)


def test_a_little_difference_of_clocks_is_forgiven() -> None:
    assert tokens().read(a_token(lasts=-20)).email


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lasts": -60}, "expired"),
        ({"exp": None}, "exp"),
        ({"aud": None}, "aud"),
        ({"aud": "another"}, "aud"),
        ({"email": None}, "email"),
        ({"email": "nobody"}, "email"),
        ({"nbf": 4_000_000_000}, "does not fit|not_valid|nbf"),
        ({"secret": OTHER_SECRET}, "not signed"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_not_believed(changes: dict[str, Any], words: str) -> None:
    email = changes.pop("email", EMAIL)
    with pytest.raises(BadToken, match=words):
        tokens().read(a_token(email, **changes))


def _unsigned() -> str:
    parts = [{"alg": "none"}, {"email": EMAIL, "exp": int(time.time()) + 60, "aud": "actor-mesh"}]
    return ".".join([base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]) + "."


def _public_key_as_secret() -> str:
    claims = {"email": EMAIL, "exp": int(time.time()) + 60, "aud": "actor-mesh"}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(str(RSA.as_dict(private=False)["n"])))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "." * 20, _unsigned(), _public_key_as_secret(), "e" * 9_000])
def test_what_is_no_token_of_the_shop_proves_nothing(token: str) -> None:
    for keys in (SECRET, pem(RSA)):
        with pytest.raises(BadToken):
            tokens(keys).read(token)


def test_the_algorithm_is_the_keys_and_not_the_tokens() -> None:
    with pytest.raises(BadToken):
        tokens(SECRET).read(signed_by(RSA, "RS256"))


def test_several_keys_are_valid_at_the_same_time() -> None:
    both = tokens(f"{SECRET}\n{OTHER_SECRET}")
    assert both.read(a_token()).email
    assert both.read(a_token(secret=OTHER_SECRET)).email


def test_a_key_file_is_read_again_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mesh.secret.LOOK_AGAIN", 0)
    file = tmp_path / "keys"
    file.write_text(SECRET)
    rotating = Tokens(settings(identity_keys_file=file))
    assert rotating.read(a_token()).email
    file.write_text(f"{OTHER_SECRET}\n")
    assert rotating.read(a_token(secret=OTHER_SECRET)).email
    with pytest.raises(BadToken, match="not signed"):
        rotating.read(a_token())
    # Half written, or gone for a moment: what was valid stays so.
    file.write_text("short")
    assert rotating.read(a_token(secret=OTHER_SECRET)).email
    file.unlink()
    assert rotating.read(a_token(secret=OTHER_SECRET)).email


@pytest.mark.parametrize(
    "keys", ["short", f"{SECRET}\nshort", "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----", "{]"]
)
def test_a_key_that_is_none_stops_the_start(keys: str) -> None:
    with pytest.raises(MeshError, match="IDENTITY_KEYS"):
        tokens(keys)
