"""Sessions, cached facts and marks of accepted messages, in Redis or anything that speaks its protocol."""

import functools
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Self, TypeVar

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from mesh.effects import effect
from mesh.errors import Unavailable
from mesh.questions import Choice, Question
from mesh.route import Wire
from mesh.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")

KEPT_TURNS = 10
MARK_KEPT = timedelta(days=1)
CACHE_PAUSE = 5.0
"""Seconds without a cache after the server failed, so that an outage costs one wait and one log line, not all."""


class SessionState(Wire):
    """Where a conversation stands.

    Attributes:
        clarifications: the questions that we asked back in a row.
        last_intent: what the last message wanted, whatever it was.
        topic: the last clear matter of an order; what "and the other one?" is about.
        pending: our question that is still open.
        told: the orders that the last answer told of.
    """

    session_id: str
    customer_email: str | None = None
    turns: int = 0
    clarifications: int = 0
    last_intent: str | None = None
    last_order_id: str | None = None
    topic: str | None = None
    pending: Question | None = None
    told: tuple[Choice, ...] = ()
    language: str = ""
    status: str | None = None
    updated_at: datetime | None = None


class SessionTurn(Wire):
    """Something that was said, and which message it belongs to."""

    sender: Literal["customer", "agent", "human"]
    text: str
    message_id: str
    at: datetime | None = None


class Session(NamedTuple):
    state: SessionState
    turns: tuple[SessionTurn, ...]


TURNS = TypeAdapter(tuple[SessionTurn, ...])


# Made once for each kind: making one takes longer than asking the server.
_adapter: Any = functools.lru_cache(maxsize=64)(TypeAdapter)


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


class Sessions:
    """One pool per process. What must be known raises `Unavailable` without the server; a cache does not."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._session_ms = _milliseconds(settings.session_ttl)
        self._cache_ms = _milliseconds(settings.cache_ttl)
        self._no_cache_before = 0.0

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Connect when first used: opening succeeds without a server."""
        pool = BlockingConnectionPool.from_url(
            settings.redis_target,
            max_connections=32,
            timeout=1,
            socket_timeout=1,
            socket_connect_timeout=0.5,
            # The caller decides; and the pool itself renews connections that a restart left stale.
            retry=Retry(NoBackoff(), 0),
        )
        redis = Redis.from_pool(pool)
        try:
            yield cls(redis, settings)
        finally:
            await redis.aclose()

    async def load(self, session_id: str) -> Session | None:
        """The session, or None when it is new, expired, lost or unreadable.

        Raises:
            Unavailable: the server cannot be reached.
        """
        state, turns = await self._ask(self._redis.mget(_state_key(session_id), _context_key(session_id)))
        if state is None:
            return None
        try:
            return Session(SessionState.model_validate_json(state), TURNS.validate_json(turns or b"[]"))
        except ValidationError:
            log.warning("session %s is unreadable and counts as lost", session_id)
            return None

    async def save(self, state: SessionState, turns: tuple[SessionTurn, ...]) -> None:
        """Keep the state and the last ten turns; both expire together.

        Raises:
            Unavailable: the server cannot be reached.
        """
        effect("save a session")
        kept = TURNS.dump_json(turns[-KEPT_TURNS:])
        async with self._redis.pipeline(transaction=True) as batch:
            batch.set(_state_key(state.session_id), state.model_dump_json(), px=self._session_ms)
            batch.set(_context_key(state.session_id), kept, px=self._session_ms)
            await self._ask(batch.execute())

    async def accepted(self, message_id: str) -> bool:
        """Whether this message was accepted within the last day.

        Raises:
            Unavailable: the server cannot be reached.
        """
        return bool(await self._ask(self._redis.exists(_mark_key(message_id))))

    async def accepted_in(self, message_id: str) -> str | None:
        """The session of a message that was accepted within the last day; empty when its mark does not say.

        Raises:
            Unavailable: the server cannot be reached.
        """
        found = await self._ask(self._redis.get(_mark_key(message_id)))
        return None if found is None else _decoded(found).removeprefix("1")[1:]

    async def accept(self, message_id: str, session_id: str = "") -> bool:
        """Mark a message as accepted, in this session; False when it already was.

        Raises:
            Unavailable: the server cannot be reached.
        """
        mark = f"1:{session_id}" if session_id else "1"
        return bool(await self._ask(self._redis.set(_mark_key(message_id), mark, ex=MARK_KEPT, nx=True)))

    async def first(self, key: str, value: str, keep: float) -> str:
        """Note this unless something is noted already; what is noted now, kept for `keep` seconds from now.

        Raises:
            Unavailable: the server cannot be reached.
        """
        async with self._redis.pipeline(transaction=True) as batch:
            batch.set(_note_key(key), value, px=_milliseconds(keep), nx=True)
            batch.getex(_note_key(key), px=_milliseconds(keep))
            _, noted = await self._ask(batch.execute())
        return value if noted is None else _decoded(noted)

    async def note(self, key: str, value: str, keep: float) -> None:
        """Note this for `keep` seconds.

        Raises:
            Unavailable: the server cannot be reached.
        """
        await self._ask(self._redis.set(_note_key(key), value, px=_milliseconds(keep)))

    async def noted(self, key: str, keep: float | None = None) -> str | None:
        """What was noted, if it is still kept; with `keep` it is kept for that many seconds more.

        Raises:
            Unavailable: the server cannot be reached.
        """
        wanted = self._redis.getex(_note_key(key), px=_milliseconds(keep)) if keep else self._redis.get(_note_key(key))
        found = await self._ask(wanted)
        return None if found is None else _decoded(found)

    async def unnote(self, key: str) -> None:
        """Drop a note.

        Raises:
            Unavailable: the server cannot be reached.
        """
        await self._ask(self._redis.delete(_note_key(key)))

    async def ping(self) -> None:
        """Ask for a sign of life.

        Raises:
            Unavailable: there is none.
        """
        await self._ask(self._redis.ping())

    async def cached(
        self, key: str, kind: type[T], load: Callable[[], Awaitable[T | None]], keep: float | None = None
    ) -> T | None:
        """A fact from the cache, else from `load`, whose errors pass through. None is never stored.

        Args:
            key: what it is known by.
            kind: what it must be.
            load: finds it when the cache does not have it.
            keep: for how many seconds it is kept; as the settings say when not given.
        """
        if time.monotonic() < self._no_cache_before:
            return await load()
        adapter: TypeAdapter[T] = _adapter(kind)
        stored = await self._try(self._redis.get(_fact_key(key)))
        if stored is not None:
            try:
                return adapter.validate_json(stored)
            except ValidationError:
                log.warning("a cached %s is unreadable and is loaded anew", kind)
        found = await load()
        if found is not None:
            kept = self._cache_ms if keep is None else _milliseconds(keep)
            await self._try(self._redis.set(_fact_key(key), adapter.dump_json(found), px=kept))
        return found

    async def tally(self, amounts: Mapping[str, int], keep: float) -> dict[str, int] | None:
        """Add to these counters, kept for `keep` seconds from now; what they are now, or None without the server."""
        if time.monotonic() < self._no_cache_before:
            return None
        async with self._redis.pipeline(transaction=True) as batch:
            for key, amount in amounts.items():
                batch.incrby(_tally_key(key), amount)
            for key in amounts:
                batch.pexpire(_tally_key(key), _milliseconds(keep))
            found = await self._try(batch.execute())
        return dict(zip(amounts, map(int, found), strict=False)) if found else None

    async def forget(self, *keys: str) -> None:
        """Drop facts that a change made untrue. Without the server they go when they expire."""
        if keys:
            await self._try(self._redis.delete(*map(_fact_key, keys)))

    async def _try(self, reply: Awaitable[R]) -> R | None:
        try:
            return await self._ask(reply)
        except Unavailable as error:
            self._pause(error)
            return None

    def _pause(self, error: Unavailable) -> None:
        now = time.monotonic()
        if now >= self._no_cache_before:
            log.warning("%s; going on without a cache", error)
        self._no_cache_before = now + CACHE_PAUSE

    async def _ask(self, reply: Awaitable[R]) -> R:
        try:
            return await reply
        except (RedisError, OSError) as error:
            reason = f"the session server (REDIS_URL) cannot be used: {type(error).__name__}"
            raise Unavailable(reason) from error


def _decoded(found: bytes | str) -> str:
    return found if isinstance(found, str) else found.decode()


def _state_key(session_id: str) -> str:
    return f"session:{session_id}:state"


def _context_key(session_id: str) -> str:
    return f"session:{session_id}:context"


def _mark_key(message_id: str) -> str:
    return f"chat:{message_id}"


def _note_key(key: str) -> str:
    return f"note:{key}"


def _fact_key(key: str) -> str:
    return f"fact:{key}"


def _tally_key(key: str) -> str:
    return f"tally:{key}"
