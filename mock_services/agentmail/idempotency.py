"""One send for each `Idempotency-Key`, which is remembered for a day: same address, same body, same answer."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Header, Request

from mock_services.agentmail.models import Remembered, Sent, now
from mock_services.agentmail.office import Open
from mock_services.agentmail.problems import Refusal, invalid

KEY: Final = re.compile(r"[A-Za-z0-9._~-]{1,256}")
LIFE: Final = timedelta(days=1)


class Once:
    """Carries a send out, or finds what it was answered with before."""

    def __init__(self, office: Open, key: str | None, fingerprint: str) -> None:
        self._store = office.store
        self._key = key
        self._fingerprint = fingerprint

    def __call__(self, work: Callable[[], Sent]) -> Sent:
        """What the work returns. A refusal is not remembered: the key may be used again.

        Raises:
            Refusal: the key belongs to another request.
        """
        if self._key is None:
            return work()
        earlier = self._store.get(Remembered, self._key)
        if earlier is None or earlier.at + LIFE < now():
            return self._remembered(self._key, work())
        if earlier.fingerprint != self._fingerprint:
            fix = "Use a new key for a new message."
            raise Refusal(HTTPStatus.CONFLICT, "conflict", "The key was used for a different request", fix=fix)
        return earlier.sent

    def _remembered(self, key: str, sent: Sent) -> Sent:
        answer = Remembered(key=key, fingerprint=self._fingerprint, sent=sent, at=now())
        self._store.put(answer, key, answer.at)
        return sent


async def _once(
    request: Request, office: Open, key: Annotated[str | None, Header(alias="Idempotency-Key")] = None
) -> Once:
    if key is not None and not KEY.fullmatch(key):
        raise invalid("Idempotency-Key", "The key must be 1 to 256 characters of A-Z a-z 0-9 - . _ ~")
    body = json.dumps(json.loads(await request.body() or b"{}"), sort_keys=True)
    asked = f"{request.method}\n{request.url.path}\n{body}"
    return Once(office, key, hashlib.sha256(asked.encode()).hexdigest())


Sending = Annotated[Once, Depends(_once)]
