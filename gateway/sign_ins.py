"""Who of the team is signed in: kept in Redis for all gateways, in this process while Redis is away."""

import logging
import secrets
import time
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from mesh.errors import Unavailable
from mesh.people import Known, People, Person
from mesh.secret import fingerprint
from mesh.sessions import Sessions
from mesh.settings import Settings

log = logging.getLogger(__name__)

REMEMBERED: Final = 5_000


class SignIn(BaseModel):
    """Somebody who signed in.

    Attributes:
        mark: of the password they signed in with; None for those whom an OpenID Connect provider vouched for.
        csrf: what our own pages show with every change.
        began: in seconds since 1970.
    """

    model_config = ConfigDict(frozen=True)

    person: Person
    mark: str | None
    csrf: str
    began: float


class _Own(NamedTuple):
    text: str
    until: float


class SignIns:
    """The token is known to the browser alone: what is kept is found by its fingerprint."""

    def __init__(self, settings: Settings, sessions: Sessions, people: People) -> None:
        self._idle = settings.people_idle
        self._longest = settings.people_session
        self._sessions = sessions
        self._people = people
        self._own: dict[str, _Own] = {}
        self._ended: dict[str, float] = {}

    async def begin(self, found: Known | Person) -> tuple[str, SignIn]:
        """Sign somebody in; the token for their browser, and what is kept of it."""
        token = secrets.token_urlsafe(32)
        person, mark = (found.person, found.mark) if isinstance(found, Known) else (found, None)
        kept = SignIn(person=person, mark=mark, csrf=secrets.token_urlsafe(24), began=time.time())
        key, text = _key(token), kept.model_dump_json()
        self._keep_own(key, text)
        try:
            await self._sessions.note(key, text, self._idle)
        except Unavailable as error:
            log.warning("a sign-in is kept by this gateway alone: %s", error)
        return token, kept

    async def of(self, token: str) -> SignIn | None:
        """The sign-in of this token, unless it is over: idle, too old, signed out, or the person is gone."""
        key = _key(token)
        if key in self._ended:
            return None
        text = await self._text(key)
        found = _read(text) if text else None
        if found is None or found.began + self._longest < time.time():
            return None
        return await self._current(found)

    async def end(self, token: str) -> None:
        key = _key(token)
        self._own.pop(key, None)
        # Remembered here: with Redis away the note stays there until it is idle.
        self._ended[key] = time.time() + self._longest
        self._ended = {one: until for one, until in self._ended.items() if until > time.time()}
        try:
            await self._sessions.unnote(key)
        except Unavailable as error:
            log.warning("a sign-out is known to this gateway alone: %s", error)

    async def _text(self, key: str) -> str | None:
        own = self._own.get(key)
        try:
            text = await self._sessions.noted(key, self._idle)
        except Unavailable:
            text = own.text if own and own.until > time.time() else None
        if text:
            self._keep_own(key, text)
        return text

    async def _current(self, found: SignIn) -> SignIn | None:
        if found.mark is None:
            return found
        known = await self._people.known(found.person.name)
        if known is None or known.mark != found.mark:
            return None
        return found.model_copy(update={"person": known.person})

    def _keep_own(self, key: str, text: str) -> None:
        self._own.pop(key, None)
        self._own[key] = _Own(text, time.time() + self._idle)
        while len(self._own) > REMEMBERED:
            del self._own[next(iter(self._own))]


def _read(text: str) -> SignIn | None:
    try:
        return SignIn.model_validate_json(text)
    except ValidationError:
        log.warning("a sign-in is unreadable and counts as none")
        return None


def _key(token: str) -> str:
    return f"people:{fingerprint(token)}"
