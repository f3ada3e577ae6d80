"""What the provider answers, and what that means: once asked, never asked again by ourselves."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from mesh.actor import actor
from mesh.errors import Later, Permanent, Transient
from mesh.mail.letter import Letter
from mesh.mail.post import Post
from mesh.mail.writing import written
from mesh.protocol import Message
from mesh.temporal import activity_of
from tests.fakes import FakeBus, a_message, settings

LETTER = Letter(inbox_id="in@x.example", thread_id="t", message_id="<a/b?c#d@x.example>", sender="ann@example.com")
SENT = {"message_id": "<new@agentmail.to>", "thread_id": "t"}
Answering = Callable[[httpx.Request], httpx.Response]


@asynccontextmanager
async def a_post(answer: Answering) -> AsyncIterator[tuple[Post, list[httpx.Request]]]:
    asked: list[httpx.Request] = []

    def noted(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(request)

    configured = settings(agentmail_url="https://mail.example", agentmail_api_key="am_secret")
    async with httpx.AsyncClient(transport=httpx.MockTransport(noted)) as http:
        yield Post(configured, http), asked


async def replied(post: Post, *, automatic: bool = True) -> str:
    return await post.reply(LETTER, written("Yes."), key="m-1.5", automatic=automatic)


async def test_a_reply_goes_to_the_sender_alone_with_its_key_and_says_that_a_machine_wrote_it() -> None:
    async with a_post(lambda _: httpx.Response(200, json=SENT)) as (post, asked):
        assert await replied(post) == "<new@agentmail.to>"
        await replied(post, automatic=False)
    by_machine, by_person = asked
    place = b"/v0/inboxes/in%40x.example/messages/%3Ca%2Fb%3Fc%23d%40x.example%3E/reply"
    assert (by_machine.method, by_machine.url.host, by_machine.url.raw_path) == ("POST", "mail.example", place)
    assert by_machine.headers["idempotency-key"] == "m-1.5"
    assert by_machine.headers["authorization"] == "Bearer am_secret"
    body = json.loads(by_machine.content)
    assert (body["to"], body["text"]) == (["ann@example.com"], "Yes.")
    assert body["headers"]["Auto-Submitted"] == "auto-replied"
    assert json.loads(by_person.content).get("headers", {}) == {}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Permanent), (403, Permanent), (404, Permanent), (422, Permanent),
        (401, Transient), (408, Transient), (409, Transient), (429, Transient), (500, Transient), (503, Transient),
    ],
)  # fmt: skip
async def test_an_answer_is_final_or_worth_another_try_and_is_asked_for_once(
    status: int, kind: type[Exception]
) -> None:
    told = {"name": "Error", "code": "some_code", "message": "of ann@example.com", "docs": ""}
    async with a_post(lambda _: httpx.Response(status, json=told)) as (post, asked):
        with pytest.raises(kind, match=f"{status} some_code") as raised:
            await replied(post)
        assert len(asked) == 1
    # What the provider says may quote the mail.
    assert "ann@" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(("told", "wait"), [("7", 7.0), ("99999", 600.0)])
async def test_when_the_provider_says_how_long_to_wait_it_is_heard(told: str, wait: float) -> None:
    async with a_post(lambda _: httpx.Response(429, headers={"Retry-After": told}, json={})) as (post, _):
        with pytest.raises(Later) as raised:
            await replied(post)
    assert raised.value.wait == wait


@pytest.mark.parametrize("answer", [httpx.ConnectError("no"), httpx.ReadTimeout("no")])
async def test_a_provider_that_is_away_is_tried_again(answer: Exception) -> None:
    def fails(_: httpx.Request) -> httpx.Response:
        raise answer

    async with a_post(fails) as (post, asked):
        with pytest.raises(Transient, match=type(answer).__name__):
            await replied(post)
        assert len(asked) == 1


async def test_a_mail_is_fetched_whole_and_one_that_is_gone_is_none() -> None:
    mail = {
        "inbox_id": "in@x.example", "thread_id": "t", "message_id": "<m>", "from": "Ann <ann@example.com>",
        "labels": [], "to": [], "timestamp": "2026-11-20T10:00:00Z", "text": "All of it.", "size": 9,
        "updated_at": "2026-11-20T10:00:00Z", "created_at": "2026-11-20T10:00:00Z",
    }  # fmt: skip
    async with a_post(lambda _: httpx.Response(200, json=mail)) as (post, _):
        found = await post.fetch(LETTER)
    assert found is not None
    assert (found.text, found.sender) == ("All of it.", "ann@example.com")
    for status in (404, 403):
        async with a_post(lambda _, status=status: httpx.Response(status, json={})) as (post, _):  # type: ignore[misc]
            assert await post.fetch(LETTER) is None
    async with a_post(lambda _: httpx.Response(503, json={})) as (post, _):
        with pytest.raises(Transient):
            await post.fetch(LETTER)


@actor("busy")
async def busy(message: Message) -> None:
    raise Later("the provider is busy", 7)


async def test_temporal_waits_as_long_as_it_was_told_to() -> None:
    serve = activity_of(busy, busy.bind({}), FakeBus())
    with pytest.raises(ApplicationError) as raised:
        await ActivityEnvironment().run(serve, a_message())
    assert raised.value.next_retry_delay is not None
    assert (raised.value.next_retry_delay.total_seconds(), raised.value.non_retryable) == (7, False)
