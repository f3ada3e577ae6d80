"""AgentMail's API: replies in a thread, and mails whose words were too large for an event. By its own library.

Temporal owns retries: the library's are switched off.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from mesh.effects import effect
from mesh.errors import Later, Permanent, Transient
from mesh.mail.events import Mail
from mesh.mail.letter import Letter
from mesh.mail.writing import Words
from mesh.secret import agentmail_key
from mesh.settings import Settings

if TYPE_CHECKING:
    from agentmail import AsyncAgentMail
    from agentmail.core.api_error import ApiError
    from agentmail.core.request_options import RequestOptions

log = logging.getLogger(__name__)

ONCE: Final["RequestOptions"] = {"max_retries": 0}
FINAL: Final = frozenset({400, 403, 404, 422})
"""What no repetition changes. A wrong key is not among them: it is put right while we go on trying."""

LONGEST_WAIT: Final = 600.0
AUTOMATIC: Final = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
"""So that a machine at the other end does not answer us (RFC 3834)."""


class Post:
    """Sends and fetches. One client for each process, made when it is first needed."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http
        self._client: AsyncAgentMail | None = None
        self._making = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Ready to send; nothing is reached before the first mail."""
        async with httpx.AsyncClient(timeout=settings.agentmail_timeout) as http:
            yield cls(settings, http)

    async def reply(self, letter: Letter, words: Words, *, key: str, automatic: bool) -> str:
        """Answer a mail in its thread, to its sender alone; the id of the mail that went out.

        Args:
            letter: what is answered.
            words: both bodies.
            key: the same for every attempt to send this reply. A repetition sends nothing twice.
            automatic: whether no person wrote it.

        Raises:
            Transient: trying again may help; `Later` says when.
            Permanent: the provider will never send it.
        """
        effect("send a mail")
        client = await self._made()
        with _judged("the reply could not be mailed"):
            sent = await client.inboxes.messages.reply(
                _safe(letter.inbox_id),
                _safe(letter.message_id),
                to=[letter.sender],
                text=words.text,
                html=words.html,
                headers=dict(AUTOMATIC) if automatic else {},
                idempotency_key=key,
                request_options=ONCE,
            )
        return str(sent.message_id)

    async def fetch(self, letter: Letter) -> Mail | None:
        """A mail whole; None when the provider has it no longer.

        Raises:
            Transient: trying again may help.
        """
        client = await self._made()
        try:
            with _judged("the mail could not be fetched"):
                found = await client.inboxes.messages.get(
                    _safe(letter.inbox_id), _safe(letter.message_id), request_options=ONCE
                )
            return Mail.model_validate(found.model_dump(mode="json", by_alias=True))
        except (Permanent, ValidationError) as error:
            log.warning("a mail has no words any more: %s", type(error).__name__)
            return None

    async def _made(self) -> "AsyncAgentMail":
        async with self._making:
            if self._client is None:
                # Slow to import, and not needed where no mail is sent.
                self._client = await asyncio.to_thread(self._make)
            return self._client

    def _make(self) -> "AsyncAgentMail":
        from agentmail import AsyncAgentMail  # noqa: PLC0415
        from agentmail.environment import AgentMailEnvironment  # noqa: PLC0415

        target = self._settings.agentmail_target
        environment = AgentMailEnvironment(http=target, websockets=target.replace("http", "ws", 1))
        key = agentmail_key(self._settings).read
        return AsyncAgentMail(environment=environment, api_key=key, httpx_client=self._http)


class _judged:  # noqa: N801 - reads as the statement it is used in
    """Turns what the library raises into what the mesh understands. Never with the body: it may quote the mail."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        from agentmail.core.api_error import ApiError  # noqa: PLC0415 - the client is made: it is imported

        if isinstance(error, httpx.HTTPError):
            raise Transient(f"{self._what}: {type(error).__name__}") from None
        if isinstance(error, ApiError):
            raise _verdict(self._what, error) from None


def _verdict(what: str, error: "ApiError") -> Transient | Permanent:
    status = error.status_code or 0
    reason = f"{what}: {status} {_code(error.body)}".rstrip()
    if status in FINAL:
        return Permanent(reason)
    wait = _wait(error.headers or {})
    return Later(reason, wait) if status == HTTPStatus.TOO_MANY_REQUESTS and wait else Transient(reason)


def _code(body: object) -> str:
    """The provider's word for what is wrong: in a model of the library, or in what it left as it came."""
    found = body.get("code") if isinstance(body, Mapping) else getattr(body, "code", None)
    return found if isinstance(found, str) else ""


def _wait(headers: Mapping[str, str]) -> float:
    told = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return min(float(told), LONGEST_WAIT) if told.strip().isdigit() else 0.0


def _safe(part: str) -> str:
    # The library puts ids into the address as they are; a Message-ID may hold anything.
    return quote(part, safe="")
