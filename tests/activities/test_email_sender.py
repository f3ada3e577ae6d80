"""What was said is mailed once, as it was said, to whoever wrote and to nobody else."""

from datetime import UTC, datetime
from typing import Any

import pytest

from activities.email_reader import email_reader
from activities.email_sender import Mailed, email_sender
from mesh.errands import after_delivery
from mesh.errors import Permanent, Transient
from mesh.mail.composing import composed, writer_of
from mesh.mail.events import Mail
from mesh.protocol import Message
from mesh.store import Row
from tests.fakes import FakeBus, FakeHistory, FakePost
from tests.mail.test_reading import a_mail
from workers.compose import mail_routes

REPLY_ID = "mail-1:5"
CARD = {"kind": "order", "order_id": "ORD-1", "status": "in_transit", "items": [{"name": "<Lamp>"}], "total": 12.5}


def mailed(mail: Mail | None = None, *, silent: bool = False) -> Message:
    found = mail or a_mail(text="Where is it?", subject="Order")
    treatment = "person" if silent else "answer"
    return composed(found, writer_of(found, "message.received"), "mail-1", treatment, mail_routes())  # type: ignore[arg-type]


def delivered(message: Message, status: str = "resolved") -> Message:
    return message.enriched({"delivery": {"reply_id": REPLY_ID, "status": status}})


def said(text: str = "It is <here>.", sender: Any = "agent", **payload: Any) -> FakeHistory:
    row = Row(
        row_id=REPLY_ID, message_id="mail-1", session_id="s", timestamp=datetime.now(UTC), sender=sender, content=text,
        status="resolved", payload=payload,
    )  # fmt: skip
    return FakeHistory([row])


async def test_the_words_of_the_history_go_out_in_the_thread_with_a_key_that_the_provider_takes() -> None:
    post = FakePost()
    told = await email_sender(delivered(mailed()), post=post, history=said())
    assert told == Mailed(reply_id=REPLY_ID, message_id="<sent-1>")
    [sent] = post.sent
    assert (sent.letter.message_id, sent.letter.sender) == ("<m>", "ann@example.com")
    assert (sent.words.text, sent.key, sent.automatic) == ("It is <here>.", "mail-1.5", True)
    assert "<p>It is &lt;here&gt;.</p>" in sent.words.html


async def test_a_visit_that_is_repeated_uses_the_same_key() -> None:
    post = FakePost()
    for _ in range(2):
        await email_sender(delivered(mailed()), post=post, history=said())
    assert [sent.key for sent in post.sent] == ["mail-1.5"] * 2


async def test_the_facts_of_a_reply_are_cards_unless_a_check_changed_its_words() -> None:
    post = FakePost()
    for text in ("It is here.", "It was here."):
        await email_sender(
            delivered(mailed()), post=post, history=said("It is here.", response={"text": text, "parts": [CARD]})
        )
    whole, checked = (sent.words.html for sent in post.sent)
    assert "ORD-1 · in transit" in whole
    assert "&lt;Lamp&gt;" in whole
    assert "ORD-1" not in checked


async def test_what_was_left_to_a_person_or_to_a_later_mail_is_not_mailed() -> None:
    post = FakePost()
    told = await email_sender(delivered(mailed(), "superseded"), post=post, history=said())
    assert isinstance(told, Mailed)
    assert (told.message_id, post.sent) == (None, [])


@pytest.mark.parametrize(("sender", "mails"), [("agent", 0), ("human", 1)])
async def test_in_a_silent_thread_only_a_person_is_heard(sender: str, mails: int) -> None:
    post = FakePost()
    await email_sender(delivered(mailed(silent=True)), post=post, history=said(sender=sender))
    assert len(post.sent) == mails
    assert not any(sent.automatic for sent in post.sent)


async def test_a_reply_that_the_history_does_not_have_yet_is_waited_for() -> None:
    with pytest.raises(Transient):
        await email_sender(delivered(mailed()), post=FakePost(), history=FakeHistory())


async def test_a_message_that_came_by_no_mail_is_let_pass() -> None:
    message = delivered(mailed())
    chat = message.model_copy(update={"metadata": {"channel": "web"}})
    assert await email_sender(chat, post=FakePost(), history=said()) is None


async def test_the_errand_of_a_plain_apology_mails_what_was_said_to_the_other_message() -> None:
    errand, post = after_delivery(mailed(), REPLY_ID, "apologised"), FakePost()
    assert errand is not None
    assert errand.route.here == ("email_sender",)
    await email_sender(errand, post=post, history=said("We are sorry."))
    assert [sent.words.text for sent in post.sent] == ["We are sorry."]


async def test_an_errand_has_no_errand_and_neither_has_a_route_without_followers() -> None:
    errand = after_delivery(mailed(), REPLY_ID, "apologised")
    assert errand is not None
    assert after_delivery(errand, "errand:0", "apologised") is None
    plain = mailed().with_route(mail_routes().fetch)
    assert after_delivery(plain, REPLY_ID, "apologised") is None


# -- words that were too large for an event


def large() -> Mail:
    return a_mail(subject="Big", size=2_000_000)


async def test_fetched_words_become_the_message_that_waited_for_them() -> None:
    bus, whole = FakeBus(), a_mail(subject="Big", text="Where is my order 67890?")
    await email_reader(mailed(large()), post=FakePost(whole), bus=bus)
    [message] = bus.published
    assert message.message_id == "mail-1"
    assert message.payload.customer_message == "Big\n\nWhere is my order 67890?"
    assert message.route == mail_routes().answer
    assert message.metadata["identity"] == "mail"
    assert "errand" not in message.metadata


async def test_a_mail_that_the_provider_has_no_longer_is_answered_all_the_same() -> None:
    bus = FakeBus()
    await email_reader(mailed(large()), post=FakePost(), bus=bus)
    assert bus.published[0].payload.customer_message.startswith("Big")


async def test_fetched_words_are_kept_without_card_numbers() -> None:
    bus, whole = FakeBus(), a_mail(text="It is 4111 1111 1111 1111.")
    await email_reader(mailed(large()), post=FakePost(whole), bus=bus)
    assert "4111" not in bus.published[0].model_dump_json()


async def test_a_reader_without_a_mail_gives_up() -> None:
    message = mailed(large())
    with pytest.raises(Permanent):
        await email_reader(message.model_copy(update={"metadata": {}}), post=FakePost(), bus=FakeBus())
