"""How a request becomes an attempt: the same key, method, path and body are the same attempt."""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Final, cast

from fastapi import Depends, Header, Request, Response

from mock_services.problems import MEDIA_TYPE
from mock_services.shop import Attempt, Change, Shop

FIRST_REFUSAL_STATUS: Final = 400
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]


async def _shop(request: Request) -> Shop:
    return cast("Shop", request.app.state.shop)


OpenShop = Annotated[Shop, Depends(_shop)]


class Write:
    def __init__(self, shop: Shop, attempt: Attempt) -> None:
        self._shop = shop
        self._attempt = attempt

    def once(self, rule: Callable[[Shop], Change]) -> Response:
        reply = self._shop.perform(self._attempt, rule)
        headers = {"Idempotent-Replay": "true"} if reply.replayed else None
        media_type = MEDIA_TYPE if reply.status >= FIRST_REFUSAL_STATUS else "application/json"
        return Response(reply.body, reply.status, headers, media_type)


async def _write(request: Request, shop: OpenShop, idempotency_key: Key = None) -> Write:
    body = _canonical(await request.body())
    asked = b"\n".join((request.method.encode(), request.url.path.encode(), body))
    return Write(shop, Attempt(idempotency_key, hashlib.sha256(asked).hexdigest()))


Writing = Annotated[Write, Depends(_write)]


def _canonical(body: bytes) -> bytes:
    """Two spellings of one JSON value are one request: a client may be upgraded between two tries."""
    try:
        return json.dumps(json.loads(body or b"{}"), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body
