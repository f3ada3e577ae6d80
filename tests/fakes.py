"""Every stand-in that tests use, once."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar, cast

from pydantic import BaseModel
from temporalio.client import WorkflowExecutionStatus

from mesh.bus import Bus
from mesh.effects import effect
from mesh.errors import Transient, Unavailable
from mesh.llm import LLM, Prompt
from mesh.mail.events import Mail
from mesh.mail.letter import Letter
from mesh.mail.post import Post
from mesh.mail.writing import Words
from mesh.protocol import Enrichment, Message, Outcome, Payload, Route
from mesh.registers import Register
from mesh.replies import Progress, Reply
from mesh.sessions import Session, Sessions, SessionState, SessionTurn
from mesh.settings import Settings
from mesh.store import History, Row
from mesh.temporal import Journeys, Mailbox
from tests.buckets import MemoryBuckets
from tests.notes import MemoryNotes

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

    async def ask(self, kind: type[T], *, prompt: Prompt, text: str) -> T | None:
        effect("ask a model")
        self.asked.append((prompt.text, text))
        return None if self.answer is None else kind.model_validate(self.answer.model_dump())


class MemorySessions(MemoryNotes, Sessions):
    """Sessions and cache in a dictionary. With `down` set they fail as they do without their server."""

    def __init__(self, *, down: bool = False) -> None:
        super().__init__()
        self.down = down
        self.saved: dict[str, Session] = {}
        self.facts: dict[str, object] = {}
        self.tallies: dict[str, int] = {}

    async def load(self, session_id: str) -> Session | None:
        self._check()
        return self.saved.get(session_id)

    async def save(self, state: SessionState, turns: tuple[SessionTurn, ...]) -> None:
        effect("save a session")
        self._check()
        self.saved[state.session_id] = Session(state, turns)

    async def cached(
        self, key: str, kind: type[F], load: Callable[[], Awaitable[F | None]], keep: float | None = None
    ) -> F | None:
        if self.down:
            return await load()
        if key not in self.facts and (found := await load()) is not None:
            self.facts[key] = found
        return cast("F | None", self.facts.get(key))

    async def tally(self, amounts: Mapping[str, int], keep: float) -> dict[str, int] | None:
        if self.down:
            return None
        for key, amount in amounts.items():
            self.tallies[key] = self.tallies.get(key, 0) + amount
        return {key: self.tallies[key] for key in amounts}

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

    async def unanswered(self, session_ids: Iterable[str], since: datetime) -> tuple[Row, ...]:
        rows = [row for one in set(session_ids) for row in await self.of_session(one)]
        ended = {row.message_id for row in rows if row.sender != "customer"}
        return tuple(row for row in rows if row.message_id not in ended and row.timestamp >= since)

    async def of_message(self, message_id: str) -> tuple[Row, ...]:
        if self.down:
            raise Transient("the history database is not usable")
        return tuple(row for row in self.rows if row.message_id == message_id)

    async def ping(self) -> None:
        await self.of_session("")

    async def beginning(self, session_id: str) -> Row | None:
        return next((row for row in await self.of_session(session_id) if row.sender == "customer"), None)

    async def recent(self, session_id: str, limit: int = 10, before: datetime | None = None) -> tuple[Row, ...]:
        return (await self.of_session(session_id))[-limit:]


class FakeJourneys(Journeys):
    """Journeys that a test opened by hand. With `down` set, Temporal is away."""

    def __init__(self, *messages: Message) -> None:
        self.open = {message.message_id: message for message in messages}
        self.unreadable: set[str] = set()
        self.answers: list[tuple[str, str, Outcome]] = []
        self.unserved: set[str] = set()
        self.mailboxes: dict[str, Mailbox] = {}
        self.down = False

    async def status(self, message_id: str) -> WorkflowExecutionStatus | None:
        self._check()
        return WorkflowExecutionStatus.RUNNING if message_id in self.open else None

    async def message(self, message_id: str) -> Message | None:
        self._check()
        if message_id in self.unreadable:
            raise Unavailable("the workflow could not be asked: FAILED_PRECONDITION")
        return self.open.get(message_id)

    async def at(self, actor: str) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
        self._check()
        for message in self.open.values():
            yield message.message_id, message.facets("working")

    async def complete(self, message: Message, actor: str, outcome: Outcome) -> bool:
        self._check()
        if any(answered == message.message_id for answered, _, _ in self.answers):
            return False
        self.answers.append((message.message_id, actor, outcome))
        return True

    async def pollers(self, queue: str) -> int:
        self._check()
        return 0 if queue in self.unserved else 1

    async def mailbox(self, queue: str) -> Mailbox:
        served = await self.pollers(queue)
        return self.mailboxes.get(queue, Mailbox(pollers=served, workers=served))

    async def ping(self) -> None:
        self._check()

    def _check(self) -> None:
        if self.down:
            raise Unavailable("Temporal does not answer")


class MemoryRegisters(MemoryBuckets):
    """Keys and fences that live as long as the test. `between` runs once, before the next reply."""

    def __init__(self) -> None:
        self.kept: dict[str, Register] = {}
        self.revision = 0
        self.between: Callable[[], Awaitable[object]] | None = None

    async def read(self, bucket: str, key: str) -> Register:
        return self.kept.get(f"{bucket}.{key}", Register(None, 0))

    async def write(self, bucket: str, key: str, value: bytes, revision: int) -> bool:
        effect("write a register")
        if (await self.read(bucket, key)).revision != revision:
            return False
        self.revision += 1
        self.kept[f"{bucket}.{key}"] = Register(value, self.revision, await self.now())
        return True

    async def now(self) -> datetime:
        return datetime.now(UTC)

    async def fence(self, stream: str, session_id: str) -> int:
        return (await self.read("fence", session_id)).revision

    async def raise_fence(self, session_id: str) -> None:
        await self.write("fence", session_id, b"", await self.fence("", session_id))


class FakeBus(MemoryRegisters, Bus):
    """Keeps what it is given. With `down` set it confirms nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Reply] = []
        self.events: list[Progress] = []
        self.buried: list[tuple[str, dict[str, str]]] = []
        self.published: list[Message] = []
        self.down = False

    async def publish(self, message: Message) -> None:
        if self.down:
            raise Unavailable("NATS did not confirm the message")
        self.published.append(message)

    async def newest_reply(self) -> int:
        return len(self.replies)

    async def depth(self) -> dict[str, int]:
        return {}

    async def intakes(self) -> int:
        return 1

    async def reply(self, reply: Reply) -> None:
        if self.down:
            raise Unavailable("NATS did not confirm the message")
        if reply.reply_id not in {known.reply_id for known in self.replies}:
            self.replies.append(reply)

    async def reply_behind(self, reply: Reply, fence: int) -> bool:
        if (between := self.between) is not None:
            self.between = None
            await between()
        if await self.fence("", reply.session_id) != fence:
            return False
        await self.reply(reply)
        return True

    async def replies_after(self, session_id: str, sequence: int) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies if reply.session_id == session_id)

    async def progress(self, event: Progress) -> None:
        self.events.append(event)

    async def bury(self, data: bytes, *, kind: str, reason: str, key: str, **about: str) -> None:
        self.buried.append((key, {"kind": kind, "reason": reason, "data": data.decode(), **about}))


class Sent(NamedTuple):
    letter: Letter
    words: Words
    key: str
    automatic: bool


class FakePost(Post):
    """Keeps what it is given to send, and fetches this mail."""

    def __init__(self, mail: Mail | None = None) -> None:
        self.sent: list[Sent] = []
        self.mail = mail

    async def reply(self, letter: Letter, words: Words, *, key: str, automatic: bool) -> str:
        self.sent.append(Sent(letter, words, key, automatic))
        return f"<sent-{len(self.sent)}>"

    async def fetch(self, letter: Letter) -> Mail | None:
        return self.mail
