"""Stand-ins for what an actor is given, so that it can be rehearsed: they read, and change nothing."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Literal, TypeVar

from activities.context_retriever import Context
from activities.execution_coordinator import ActionResult, ExecutionResult
from mesh.bus import Bus
from mesh.mail.events import Mail
from mesh.mail.letter import Letter
from mesh.mail.post import Post
from mesh.mail.writing import Words
from mesh.protocol import Message
from mesh.registers import Register
from mesh.replies import Progress, Reply
from mesh.route import Wire
from mesh.sessions import Session, Sessions, SessionState, SessionTurn
from mesh.shop import Change, Order, Service, Shop, Tracking
from mesh.store import History, Row

T = TypeVar("T")


class StubbedShop(Shop):
    """Reads from what is recorded, then from the shop; changes are answered as they were then, or as if done."""

    def __init__(self, shop: Shop, recorded: Message) -> None:
        super().__init__(shop._clients)  # noqa: SLF001 - the same kind of thing
        self._context = recorded.get(Context) or Context()
        executed = recorded.get(ExecutionResult)
        self._results: list[ActionResult] = list(executed.results) if executed else []
        self.changes: list[str] = []

    async def order(self, order_id: str) -> Order | None:
        return self._context.order(order_id) or await super().order(order_id)

    async def tracking(self, number: str) -> Tracking | None:
        known = (found for found in self._context.tracking if found.tracking_number == number)
        return next(known, None) or await super().tracking(number)

    async def change(  # noqa: PLR0913 - as the shop's own
        self, service: Service, method: Literal["POST", "PUT"], path: str, *, message: Message, action: str, body: Wire
    ) -> Change:
        self.changes.append(f"{service} {method} {path} {message.key(action)}")
        name = action.rsplit("-", 1)[-1]
        then = next((result for result in self._results if result.action.name == name), None)
        if then is None:
            return Change(done=True, status=200, receipt=_plausible(name, body))
        self._results.remove(then)
        done = then.outcome == "done"
        return Change(done=done, status=200 if done else 409, detail=then.detail, receipt=then.receipt)


def _plausible(name: str, body: Wire) -> dict[str, object]:
    """A receipt as the shop might write it: what later actions of a plan need from it, and the money."""
    made = {"return_id": "RET-REHEARSED"} if name == "process_return" else {}
    amount = getattr(body, "amount", None)
    return {"done": f"{name} would be asked of the shop.", **made, **({"amount": amount} if amount else {})}


class QuietBus(Bus):
    """Keeps what would have been sent."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []

    async def reply(self, reply: Reply) -> None:
        self.replies.append(reply)

    async def reply_behind(self, reply: Reply, _: int) -> bool:
        self.replies.append(reply)
        return True

    async def fence(self, *_: str) -> int:
        return 0

    async def read(self, *_: str) -> Register:
        """Nobody has taken a rehearsed conversation over."""
        return Register(None, 0)

    async def write(self, *_: object) -> bool:
        """A rehearsed message answers itself, and what it followed."""
        return True

    async def progress(self, event: Progress) -> None: ...

    async def publish(self, message: Message) -> None: ...

    async def bury(self, data: bytes, *, kind: str, reason: str, key: str, **about: str) -> None: ...


class QuietHistory(History):
    """The history, read only."""

    def __init__(self, history: History) -> None:
        super().__init__(history._engine)  # noqa: SLF001 - the same kind of thing

    async def add(self, _: Iterable[Row]) -> set[str]:
        return set()


class QuietPost(Post):
    """Sends nothing, and fetches nothing."""

    def __init__(self) -> None: ...

    async def reply(self, _: Letter, __: Words, *, key: str, automatic: bool) -> str:  # noqa: ARG002 - as the real one
        return f"<{key}@rehearsed>"

    async def fetch(self, _: Letter) -> Mail | None:
        return None


class QuietSessions(Sessions):
    """The sessions, read only, and no cache."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def load(self, session_id: str) -> Session | None:
        return await self._sessions.load(session_id)

    async def save(self, state: SessionState, turns: tuple[SessionTurn, ...]) -> None: ...

    async def cached(
        self, _key: str, _kind: type[T], load: Callable[[], Awaitable[T | None]], _keep: float | None = None
    ) -> T | None:
        return await load()

    async def forget(self, *keys: str) -> None: ...
