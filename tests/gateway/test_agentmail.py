"""The webhook of AgentMail: what is signed and answerable starts once, and nothing else starts at all."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mesh.errands import errand_of
from mesh.mail.letter import letter_of
from tests.gateway.provider import (
    FOREIGN,
    INBOX,
    POLLY,
    RENEWED,
    SIGNED,
    Door,
    Event,
    a_door,
    a_mail,
    a_return,
)

EXAMPLES = {file.stem: file.read_text() for file in (Path(__file__).parents[1] / "mail" / "examples").glob("*.json")}
FOLLOWED = {"response_aggregator": ("email_sender",)}


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with a_door() as found:
        yield found


async def test_a_mail_becomes_a_message_of_its_sender_in_the_session_of_its_thread(door: Door) -> None:
    mail = a_mail()
    assert await door.status(mail) == (200, "started")
    [message] = door.bus.published
    assert message.payload.customer_message == "A parcel\n\nWhere is my order 67890?"
    assert message.payload.customer_email == POLLY
    assert (message.metadata["channel"], message.metadata["identity"]) == ("email", "mail")
    assert message.route.followers == FOLLOWED
    assert message.route.here == ("sentiment_analyzer", "intent_analyzer")
    assert message.facets("")["Channel"] == "email"
    letter = letter_of(message)
    assert letter is not None
    assert (letter.inbox_id, letter.sender, letter.subject) == (INBOX, POLLY, "A parcel")
    assert POLLY not in message.message_id + message.session_id


async def test_a_thread_is_one_session_at_every_gateway_and_another_sender_has_another(door: Door) -> None:
    async with a_door() as other:
        for where, sender in ((door, POLLY), (other, POLLY.upper()), (other, "eve@example.com")):
            await where.tell(a_mail(thread_id="thd_a", **{"from": sender}))
        await other.tell(a_mail(thread_id="thd_b"))
        sessions = [message.session_id for message in (*door.bus.published, *other.bus.published)]
    assert sessions[0] == sessions[1]
    assert len(set(sessions)) == 3


async def test_a_sender_whom_nobody_proved_is_nobody_and_does_not_enter_the_session_of_the_proven_one(
    door: Door,
) -> None:
    unproven: list[dict[str, Any]] = [
        {"event_type": "message.received.unauthenticated"},
        {"labels": ["received", "unauthenticated"]},
        {"headers": {"Authentication-Results": "mx.agentmail.to; spf=pass; dmarc=fail"}},
    ]
    await door.tell(a_mail(thread_id="thd_a"))
    for changes in unproven:
        assert await door.status(a_mail(thread_id="thd_a", **changes)) == (200, "started")
    proven, *others = door.bus.published
    assert proven.payload.customer_email == POLLY
    assert {one.metadata["identity"] for one in others} == {"anonymous"}
    assert {one.payload.customer_email for one in others} == {None}
    assert {one.session_id for one in others}.isdisjoint({proven.session_id})


async def test_card_numbers_are_kept_nowhere(door: Door) -> None:
    await door.tell(a_mail("My card is 4111 1111 1111 1111.", subject="Card 4111 1111 1111 1111"))
    assert "4111 1111" not in door.bus.published[0].model_dump_json()


# -- a thousand of them


def a_thousand() -> list[tuple[str, Event | bytes, dict[str, Any]]]:
    """Deliveries of every sort, with how they are signed; the first word says what they are."""
    made: list[tuple[str, Event | bytes, dict[str, Any]]] = []
    plain = [a_mail(f"Where is order {number}?") for number in range(300)]
    made += [("start", mail, {}) for mail in plain[:200]]
    made += [("start", mail, {"secret": RENEWED}) for mail in plain[200:]]
    html = "<p>Where is my order <b>67890</b>?</p>"
    made += [("start", a_mail(None, html=html), {}) for _ in range(60)]
    made += [("start", a_mail(None, size=2_000_000, preview="Where is"), {}) for _ in range(40)]
    made += [("again", plain[one * 7 % 300], {"svix_id": f"msg_{one % 7}"}) for one in range(150)]
    made += [("stale", a_mail(), {"age": 301}) for _ in range(40)] + [("stale", a_mail(), {"age": -400})] * 10
    made += [("forged", a_mail(), {"secret": FOREIGN}) for _ in range(50)]
    broken = (
        b"",
        b"{",
        b"[]",
        b'{"event_type": 1}',
        b'{"event_type": "message.received"}',
        b'{"event_type": "\\ud800"}',
    )
    made += [("malformed", broken[one % 6], {}) for one in range(60)]
    automatic: tuple[dict[str, str], ...] = (
        {"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List-Id": "<news.example.com>"},
        {"X-Auto-Response-Suppress": "All"}, {"Return-Path": "<>"}, {"x-autoreply": "yes"},
    )  # fmt: skip
    made += [("unanswered", a_mail(headers=automatic[one % 6]), {}) for one in range(90)]
    made += [("unanswered", a_mail(event_type="message.received.spam", labels=["spam"]), {}) for _ in range(30)]
    made += [("unanswered", a_mail(**{"from": f"Shop <{INBOX}>"}), {}) for _ in range(30)]
    made += [("loop", a_mail("Thanks!", thread_id="thd_loop"), {}) for _ in range(60)]
    unknown = {"type": "event", "event_type": "message.opened", "event_id": "evt_opened"}
    made += [("unknown", {**unknown, "event_id": f"evt_opened_{one}"}, {}) for one in range(80)]
    random.Random(6).shuffle(made)  # noqa: S311
    return made


async def test_of_a_thousand_deliveries_each_that_should_start_starts_once_and_none_of_the_others() -> None:
    made = a_thousand()
    assert len(made) == 1_000
    async with a_door(f"{SIGNED}\n{RENEWED}") as door:
        slots = asyncio.Semaphore(50)

        async def one(event: Event | bytes, how: dict[str, Any]) -> int:
            async with slots:
                return (await door.tell(event, **how)).status_code

        codes = await asyncio.gather(*(one(event, how) for _, event, how in made))
        started = await door.taken_in()
        looped = [one for one in door.bus.published if one.payload.customer_message.endswith("Thanks!")]
        counted = door.counted()
    answers = {sort: {code for (name, *_), code in zip(made, codes, strict=True) if name == sort} for sort, *_ in made}
    assert answers == {
        **{sort: {200} for sort in ("start", "again", "unanswered", "loop", "unknown")},
        "stale": {401}, "forged": {401}, "malformed": {422},
    }  # fmt: skip
    # Ten are answered within an hour, and one is read by a person.
    assert len({one.message_id for one in looped}) == 11
    assert sum(letter.silent for letter in map(letter_of, looped) if letter) == 1
    assert len(started) == sum(sort == "start" for sort, *_ in made) + 11
    assert sum(counted.values()) == 1_000
    assert {status for _, status in counted} == {
        "started", "duplicate", "ignored", "limited", "malformed", "unsigned",
    }  # fmt: skip
    assert counted[("unread", "unsigned")] == 100


# -- what came back, and what is no mail


@pytest.mark.parametrize("event_type", ["message.bounced", "message.complained", "message.rejected"])
async def test_a_reply_that_came_back_leads_to_a_person_once_and_nothing_is_mailed_there(
    door: Door, event_type: str
) -> None:
    mail = a_mail()
    await door.tell(mail)
    back = a_return(mail, event_type, type="Permanent", reason="no such mailbox", recipients=[POLLY])
    assert await door.status(back) == (200, "started")
    await door.taken_in()
    assert await door.status(back) == (200, "duplicate")
    asked, told = door.bus.published
    assert told.session_id == asked.session_id
    assert "no such mailbox" in told.payload.customer_message
    assert told.route.steps[:2] == ("context_retriever", "escalation_router")
    letter = letter_of(told)
    assert letter is not None
    assert (letter.silent, letter.message_id) == (True, mail["message"]["message_id"])


async def test_the_conversation_of_whom_it_came_back_from_is_reopened(door: Door) -> None:
    mail, eve = a_mail(thread_id="thd_a"), a_mail(thread_id="thd_a", **{"from": "eve@example.com"})
    for event in (mail, eve, a_return(mail, recipients=[{"address": POLLY.title(), "status": "5.1.1"}])):
        await door.tell(event)
    first, _, told = door.bus.published
    assert told.session_id == first.session_id


async def test_what_came_back_from_a_thread_that_nobody_knows_is_left_alone(door: Door) -> None:
    assert await door.status(a_return(a_mail())) == (200, "ignored")
    assert door.bus.published == []


async def test_events_of_all_names_are_taken_and_counted_under_few(door: Door) -> None:
    names = ["message.sent", "message.delivered", "message.opened", "calendar.event.created", "x" * 900, "a\nb"]
    for name in names:
        event = {"type": "event", "event_type": name, "event_id": f"evt_{name[:9]}", "more": {"new": [1]}}
        assert await door.status(event) == (200, "ignored")
    assert {kind for kind, _ in door.counted()} == {"message.sent", "message.delivered", "other"}


async def test_a_mail_whose_words_were_left_out_is_an_errand_that_fetches_them(door: Door) -> None:
    await door.tell(a_mail(None, size=1_500_000))
    [message] = door.bus.published
    errand = errand_of(message)
    assert errand is not None
    assert message.route.here == ("email_reader",)
    assert errand.then is not None
    assert errand.then.followers == FOLLOWED
    assert errand.of != message.message_id


@pytest.mark.parametrize("name", EXAMPLES)
async def test_what_the_provider_s_documentation_shows_is_taken_as_it_is(door: Door, name: str) -> None:
    event = json.loads(EXAMPLES[name])
    code, status = await door.status(event)
    assert code == 200
    arrives = event["event_type"] in {"message.received", "message.received.unauthenticated"}
    assert status == ("started" if arrives else "ignored")


@pytest.mark.parametrize("missing", ["inbox_id", "thread_id", "message_id", "from"])
async def test_a_mail_without_what_we_need_is_refused_without_quoting_it(door: Door, missing: str) -> None:
    answer = await door.tell(a_mail("a secret", **{missing: None}))
    assert answer.status_code == 422
    assert "secret" not in answer.text
    assert door.counted() == {("message.received", "malformed"): 1}


async def test_a_body_of_megabytes_is_refused_before_anybody_reads_it(door: Door) -> None:
    answer = await door.tell(a_mail("x" * 5_000_000))
    assert answer.status_code == 413
    assert (await door.tell(a_mail("x " * 450_000))).status_code == 200
    assert len(door.bus.published[0].payload.customer_message) <= 8_000
