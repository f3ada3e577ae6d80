"""Signatures as Svix makes them: HMAC-SHA256 over id, time and raw body, once for each secret that is valid."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def headers(keys: Iterable[str], svix_id: str, at: datetime, body: str) -> dict[str, str]:
    """What a delivery is sent with; `at` counts in whole seconds."""
    stamp = str(int(at.timestamp()))
    signed = f"{svix_id}.{stamp}.{body}".encode()
    signatures = " ".join(f"v1,{_signature(key, signed)}" for key in keys)
    return {"svix-id": svix_id, "svix-timestamp": stamp, "svix-signature": signatures}


def _signature(key: str, signed: bytes) -> str:
    digest = hmac.digest(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256)
    return base64.b64encode(digest).decode()
