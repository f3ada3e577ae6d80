"""Whatever changes anything says so first: a visit that may change nothing is stopped there."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import BaseModel

from mesh.bus import Bus
from mesh.effects import MayNotRide, effect, watched
from mesh.llm import LLM, Prompt
from mesh.mail.letter import Letter
from mesh.mail.post import Post
from mesh.mail.writing import Words
from mesh.replies import Reply
from mesh.sessions import Sessions, SessionState
from mesh.shop import Shop
from mesh.store import History
from tests.fakes import a_message, settings


def a_reply() -> Reply:
    return Reply(
        reply_id="m-1:0", message_id="m-1", session_id="s-1", text="Hello", status="resolved", at=datetime.now(UTC)
    )


def bare(kind: type) -> object:
    """One of this kind that is connected to nothing: whatever it reached for would fail in another way."""
    return object.__new__(kind)


async def a_mail() -> object:
    async with httpx.AsyncClient() as http:
        letter = Letter.model_construct(inbox_id="i", message_id="m", thread_id="t", sender="a@example.com")
        words = Words(text="Hello", html="")
        return await Post(settings(), http).reply(letter, words, key="k", automatic=True)


EFFECTS: dict[str, Callable[[], Awaitable[object]]] = {
    "shop": lambda: Shop({}).change("orders", "POST", "/", message=a_message(), action="x", body=a_reply()),
    "model": lambda: LLM(settings(llm_model="m")).ask(BaseModel, prompt=Prompt("p", 1, "Say hello."), text="Hello"),
    "publish": lambda: Bus.publish(bare(Bus), a_message()),  # type: ignore[arg-type]
    "reply": lambda: Bus.reply(bare(Bus), a_reply()),  # type: ignore[arg-type]
    "bury": lambda: Bus.bury(bare(Bus), b"", kind="k", reason="r", key="k"),  # type: ignore[arg-type]
    "register": lambda: Bus.write(bare(Bus), "B", "k", b"", 0),  # type: ignore[arg-type]
    "put": lambda: Bus.put(bare(Bus), "B", "k", b""),  # type: ignore[arg-type]
    "fence": lambda: Bus.raise_fence(bare(Bus), "s-1"),  # type: ignore[arg-type]
    "behind a fence": lambda: Bus.reply_behind(bare(Bus), a_reply(), 0),  # type: ignore[arg-type]
    "several registers": lambda: Bus.write_together(bare(Bus), "B", ()),  # type: ignore[arg-type]
    "tell": lambda: Bus.tell(bare(Bus), "s", b""),  # type: ignore[arg-type]
    "session": lambda: Sessions.save(bare(Sessions), SessionState(session_id="s-1"), ()),  # type: ignore[arg-type]
    "history": lambda: History.add(bare(History), ()),  # type: ignore[arg-type]
    "amend": lambda: History.amend(bare(History), "r", "resolved"),  # type: ignore[arg-type]
    "mail": a_mail,
}


@pytest.mark.parametrize("name", EFFECTS)
async def test_a_visit_that_may_change_nothing_is_stopped_before_its_first_effect(name: str) -> None:
    with watched(forbidden=True) as deeds, pytest.raises(MayNotRide):
        await EFFECTS[name]()
    assert len(deeds.tried) == 1


async def test_what_a_visit_does_is_known_whichever_of_its_tasks_and_threads_did_it() -> None:
    async def work() -> None:
        effect("in a task")
        await asyncio.to_thread(effect, "in a thread")

    with watched() as deeds:
        await asyncio.gather(work(), work())
    assert sorted(deeds.tried) == ["in a task", "in a task", "in a thread", "in a thread"]


def test_outside_of_any_visit_and_after_one_nothing_is_noted() -> None:
    with watched(forbidden=True) as deeds:
        pass
    effect("change the shop")
    assert deeds.tried == []
