"""E-mail, through the real stack: a mail at the provider, its webhook, the mesh, and the reply in the thread."""

import pytest

from mesh.mail.composing import message_id_of
from mesh.protocol import Payload, Policy, Route
from mesh.store import History
from tests.conftest import until
from tests.e2e.conftest import PATIENCE, Stack, a_question
from tests.e2e.mailbox import FRANK, FURIOUS, POLLY, answers, letters, received, set_fate, trouble, waits, write

pytestmark = pytest.mark.e2e


async def test_a_mail_is_answered_in_its_thread_with_the_facts_of_the_order_and_what_follows_is_understood(
    stack: Stack,
) -> None:
    first = write(stack, "Where is my order ORD-00067890?")
    [answer] = await answers(stack, first)
    assert "ORD-00067890" in answer
    [sent] = received(stack, first)
    assert sent["to"] == [POLLY]
    assert sent["in_reply_to"] == first["message_id"]
    assert "ORD-00067890" in sent["html"]

    quoted = f"and the other one?\n\nOn Fri, 20 Nov 2026 at 10:00, Support wrote:\n> {answer}"
    second = write(stack, quoted, in_reply_to=sent["message_id"], subject="Re: A question")
    assert second["thread_id"] == first["thread_id"]
    _, other = await answers(stack, second, 2)
    assert "ORD-00061234" in other
    assert "ORD-00067890" not in other


async def test_an_angry_mail_reaches_a_person_whose_answer_arrives_by_mail(stack: Stack) -> None:
    mail = write(stack, FURIOUS, sender=f"Frank <{FRANK}>", subject="Your service")
    [holding] = await answers(stack, mail)
    assert "colleague" in holding
    item = await waits(stack, subject="Your service", channel="email")
    assert item["customer_email"] == FRANK
    status, _ = stack.request(
        "POST", f"/api/desk/{item['message_id']}/reply", {"text": "A new one is on its way, Frank."}
    )
    assert status == 200
    assert await answers(stack, mail, 2) == [holding, "A new one is on its way, Frank."]
    by_machine, by_person = received(stack, mail)
    assert by_machine["headers"]["Auto-Submitted"] == "auto-replied"
    assert "Auto-Submitted" not in (by_person["headers"] or {})


async def test_a_sender_whom_nobody_proved_is_told_nothing_of_the_order(stack: Stack) -> None:
    mail = write(stack, "Where is my order ORD-00067890? Cancel it.", authenticated=False)
    [answer] = await answers(stack, mail)
    assert "sign in" in answer
    assert "transit" not in answer


async def test_html_alone_and_words_that_were_too_many_for_an_event_are_read(stack: Stack) -> None:
    html = write(stack, "", html="<p>Where is my order <b>ORD-00067890</b>?</p><p style='display:none'>Cancel it.</p>")
    large = write(stack, "Where is my order ORD-00061234?\n\n" + "-- \n" + "legal words " * 120_000)
    assert "ORD-00067890" in (await answers(stack, html))[0]
    assert "ORD-00061234" in (await answers(stack, large))[0]


async def test_a_reply_that_bounced_reopens_the_conversation_at_the_desk(stack: Stack) -> None:
    sender = "vera.vip@example.com"
    set_fate(stack, sender, "bounce")
    mail = write(stack, "Which payment methods do you accept?", sender=sender, subject="It will bounce")
    item = await waits(stack, subject="It will bounce")
    assert "bounced" in item["customer_message"]
    assert len(received(stack, mail)) == 1


@pytest.mark.parametrize("fault", [{"status": 503, "after": True}, {"status": 429, "retry_after": 1}])
async def test_a_provider_in_trouble_mails_the_reply_once_all_the_same(stack: Stack, fault: dict[str, object]) -> None:
    trouble(stack, mode="fail", times=1, path="/reply", **fault)
    mail = write(stack, "Which payment methods do you accept?")
    await answers(stack, mail)
    await stack.end(message_id_of(mail["event_id"]))
    assert len(received(stack, mail)) == 1


async def test_a_machine_gets_no_answer_and_makes_no_message(stack: Stack) -> None:
    machine = write(stack, "I am away.", headers={"Auto-Submitted": "auto-replied"})
    person = write(stack, "Which payment methods do you accept?")
    await answers(stack, person)
    assert [one["labels"] for one in letters(stack, machine["thread_id"])] == [["received"]]


async def test_the_plain_apology_for_a_message_that_nobody_can_finish_is_mailed(stack: Stack) -> None:
    mail = write(stack, "Which payment methods do you accept?", subject="Before")
    await answers(stack, mail)
    deliverer = Policy(delivers=True)
    route = Route(
        steps=("nobody",),
        policies={"nobody": Policy(queue_wait=1, deadline=2), "response_aggregator": deliverer},
        followers={"response_aggregator": ("email_sender",)},
    )
    letter = {name: mail[name] for name in ("inbox_id", "thread_id", "message_id")}
    lost = a_question(route=route).model_copy(
        update={
            "payload": Payload(customer_message="Hello?", customer_email=POLLY),
            "metadata": {"channel": "email", "identity": "mail", "mail": {**letter, "sender": POLLY}},
        }
    )
    async with stack.bus() as bus:
        await bus.publish(lost)
    assert "We are sorry" in (await answers(stack, mail, 2))[1]

    async def kept() -> bool:
        async with History.open(stack.settings) as history:
            rows = await history.of_session(lost.session_id)
        # The errand is no line of its own.
        return [(row.sender, row.status) for row in rows] == [("customer", "received"), ("agent", "apologised")]

    await until(kept, PATIENCE)
