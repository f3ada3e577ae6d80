"""Every stand-in that tests use, once."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar, cast

from pydantic import BaseModel

from mesh.errors import Transient, Unavailable
from mesh.llm import LLM
from mesh.protocol import Enrichment, Message, Payload, Route
from mesh.sessions import Session, Sessions, SessionState, SessionTurn
from mesh.settings import Settings
from mesh.store import History, Row

T = TypeVar("T", bound=BaseModel)
F = TypeVar("F")


def settings(**changes: object) -> Settings:
    """Settings that read neither the environment's `.env` nor anything else of this machine."""
    return Settings(_env_file=None, **changes)  # type: ignore[arg-type]


def a_message(
    text: str = "Where is my order?",
    *enrichments: Enrichment,
    email: str | None = "polly.inquirer@example.com",
    route: Route | None = None,
    message_id: str = "m-1",
    session_id: str = "s-1",
) -> Message:
    """A message as it looks when these enrichments have been added."""
    message = Message(
        message_id=message_id,
        session_id=session_id,
        route=route or Route(steps=("somebody",)),
        payload=Payload(customer_message=text, customer_email=email),
        metadata={"channel": "web"},
    )
    return message.enriched({item.slot: item.model_dump(mode="json") for item in enrichments})


class NoLLM(LLM):
    """No model is configured."""

    def __init__(self) -> None:
        super().__init__(settings())


class ScriptedLLM(LLM):
    """A model that gives this answer to every question, and remembers what it was asked."""

    def __init__(self, answer: BaseModel | None) -> None:
        super().__init__(settings(llm_model="scripted"))
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    async def ask(self, kind: type[T], *, task: str, text: str) -> T | None:
        self.asked.append((task, text))
        return None if self.answer is None else kind.model_validate(self.answer.model_dump())


class MemorySessions(Sessions):
    """Sessions and cache in a dictionary. With `down` set they fail as they do without their server."""

    def __init__(self, *, down: bool = False) -> None:
        self.down = down
        self.saved: dict[str, Session] = {}
        self.facts: dict[str, object] = {}

    async def load(self, session_id: str) -> Session | None:
        self._check()
        return self.saved.get(session_id)

    async def save(self, state: SessionState, turns: tuple[SessionTurn, ...]) -> None:
        self._check()
        self.saved[state.session_id] = Session(state, turns)

    async def cached(self, key: str, kind: type[F], load: Callable[[], Awaitable[F | None]]) -> F | None:
        if self.down:
            return await load()
        if key not in self.facts and (found := await load()) is not None:
            self.facts[key] = found
        return cast("F | None", self.facts.get(key))

    async def forget(self, *keys: str) -> None:
        for key in keys:
            self.facts.pop(key, None)

    def _check(self) -> None:
        if self.down:
            raise Unavailable("the session server cannot be used")


class FakeHistory(History):
    """A history of these rows. With `down` set it fails as it does when its database is away."""

    def __init__(self, rows: Iterable[Row] = (), *, down: bool = False) -> None:
        self.rows = tuple(rows)
        self.down = down

    async def of_session(self, session_id: str) -> tuple[Row, ...]:
        if self.down:
            raise Transient("the history database is not usable")
        return tuple(row for row in self.rows if row.session_id == session_id)

    async def recent(self, session_id: str, limit: int = 10) -> tuple[Row, ...]:
        return (await self.of_session(session_id))[-limit:]
