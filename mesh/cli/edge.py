"""The gateway as the command line sees it: plain HTTP, errors in words."""

import json
import sys
import urllib.error
import urllib.request
from typing import Any

from pydantic import ValidationError

from mesh.protocol import misfit
from mesh.settings import Settings


def settings() -> Settings:
    """The settings, or an end with what is wrong in them."""
    try:
        return Settings()
    except ValidationError as error:
        sys.exit(f"a setting does not fit: {misfit(error)}; see .env.example")


def chat(configured: Settings, body: dict[str, str], token: str | None = None) -> dict[str, Any]:
    """Post a chat message; what the gateway answered.

    Ends the program with the gateway's own words when it refuses, or with advice when it is away.
    """
    proof = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(  # noqa: S310 - the address is our own gateway's
        f"{configured.gateway_url}/api/chat",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **proof},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=configured.chat_timeout + 10) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"the gateway refused it ({error.code}): {_detail(error)}")
    except OSError:
        sys.exit(f"no gateway answers at {configured.gateway_url}: start the mesh with `mesh up`")
    return found


def _detail(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return str(found.get("detail", text)) if isinstance(found, dict) else text
