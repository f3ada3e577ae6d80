"""Messages and threads, as the official library sees them."""

import base64

import httpx
import pytest
from agentmail.core.api_error import ApiError
from agentmail.errors import NotFoundError, ValidationError
from agentmail.inboxes import CreateInboxRequest

from tests.mock_services.agentmail.bureau import ANA, INBOX, ONCE, Bureau

FILE = base64.b64encode(b"parcel").decode()


async def test_a_mail_from_outside_begins_a_thread(bureau: Bureau) -> None:
    written = await bureau.written(html="<p>Where is it?</p>")
    thread = await bureau.mail.threads.get(written["thread_id"])
    assert (thread.subject, thread.message_count, thread.labels) == ("My order", 1, ["received"])
    (message,) = thread.messages
    assert (message.from_, message.to, message.text) == (f"Ana <{ANA}>", [INBOX], "Where is it?")
    assert message.html == "<p>Where is it?</p>"


async def test_a_reply_stands_in_the_thread_of_what_it_answers(bureau: Bureau) -> None:
    written = await bureau.written()
    sent = await bureau.mail.inboxes.messages.reply(INBOX, written["message_id"], text="On its way.", html="<p>!</p>")
    assert sent.thread_id == written["thread_id"]
    reply = await bureau.message(sent.message_id)
    assert (reply.from_, reply.to, reply.subject) == (f"Support <{INBOX}>", [f"Ana <{ANA}>"], "Re: My order")
    assert (reply.in_reply_to, reply.references) == (written["message_id"], [written["message_id"]])
    assert (reply.text, reply.html, reply.labels) == ("On its way.", "<p>!</p>", ["sent"])


async def test_an_answer_to_our_reply_stands_in_the_same_thread(bureau: Bureau) -> None:
    first = await bureau.written()
    sent = await bureau.mail.inboxes.messages.reply(INBOX, first["message_id"], text="On its way.")
    second = await bureau.written(in_reply_to=sent.message_id, subject=None, text="And the other one?")
    thread = await bureau.mail.inboxes.threads.get(INBOX, second["thread_id"])
    assert [message.text for message in thread.messages] == ["Where is it?", "On its way.", "And the other one?"]
    assert thread.messages[-1].references == [first["message_id"], sent.message_id]
    assert thread.messages[-1].subject == "Re: My order"


async def test_a_mail_finds_its_thread_by_the_references_alone(bureau: Bureau) -> None:
    first = await bureau.written()
    second = await bureau.written(references=[first["message_id"], "<lost@example.com>"])
    third = await bureau.written(in_reply_to="<lost@example.com>")
    assert second["thread_id"] == first["thread_id"]
    assert third["thread_id"] != first["thread_id"]


async def test_a_reply_goes_where_replies_are_wanted(bureau: Bureau) -> None:
    written = await bureau.written(reply_to="ana@home.example.net")
    sent = await bureau.mail.inboxes.messages.reply(INBOX, written["message_id"], text="On its way.")
    assert (await bureau.message(sent.message_id)).to == ["ana@home.example.net"]


async def test_a_reply_to_all_reaches_the_others_and_not_ourselves(bureau: Bureau) -> None:
    written = await bureau.written(to=[f"Shop <{INBOX}>", "Ben <ben@example.com>"], cc="eve@example.com")
    sent = await bureau.mail.inboxes.messages.reply_all(INBOX, written["message_id"], text="On its way.")
    assert (await bureau.message(sent.message_id)).to == [f"Ana <{ANA}>", "Ben <ben@example.com>", "eve@example.com"]


async def test_a_reply_to_our_own_message_goes_to_whom_that_went(bureau: Bureau) -> None:
    first = await bureau.mail.inboxes.messages.send(INBOX, to=ANA, subject="Your parcel", text="It left.")
    second = await bureau.mail.inboxes.messages.reply(INBOX, first.message_id, text="It arrived.")
    assert (await bureau.message(second.message_id)).to == [ANA]


async def test_nobody_to_send_to_is_unprocessable(bureau: Bureau) -> None:
    with pytest.raises(ApiError) as refused:
        await bureau.mail.inboxes.messages.send(INBOX, subject="Hello", text="Hello?", request_options=ONCE)
    assert (refused.value.status_code, refused.value.body["code"]) == (422, "unprocessable")


async def test_what_is_no_address_is_invalid(bureau: Bureau) -> None:
    with pytest.raises(ValidationError) as refused:
        await bureau.mail.inboxes.messages.send(INBOX, to="Ana", text="Hello?")
    assert refused.value.body.errors[0]["path"] == ["to.0"]


@pytest.mark.parametrize(("inbox", "message"), [("nobody@shop.example.com", None), (INBOX, "<none@example.com>")])
async def test_a_reply_to_nothing_is_not_found(bureau: Bureau, inbox: str, message: str | None) -> None:
    written = await bureau.written()
    with pytest.raises(NotFoundError) as refused:
        await bureau.mail.inboxes.messages.reply(inbox, message or written["message_id"], text="On its way.")
    assert refused.value.body.code == "not_found"


async def test_labels_are_added_and_taken_away_but_never_those_of_the_system(bureau: Bureau) -> None:
    written = await bureau.written()
    update = bureau.mail.inboxes.messages.update
    assert (await update(INBOX, written["message_id"], add_labels=["urgent", "read"])).labels == [
        "received",
        "urgent",
        "read",
    ]
    assert (await update(INBOX, written["message_id"], remove_labels="read")).labels == ["received", "urgent"]
    with pytest.raises(ValidationError):
        await update(INBOX, written["message_id"], remove_labels="received")


async def test_lists_are_newest_first_in_pages_and_without_words(bureau: Bureau) -> None:
    ids = [(await bureau.written(subject=str(number)))["message_id"] for number in range(3)]
    first = await bureau.mail.inboxes.messages.list(INBOX, limit=2)
    second = await bureau.mail.inboxes.messages.list(INBOX, limit=2, page_token=first.next_page_token)
    assert [one.message_id for one in (*first.messages, *second.messages)] == ids[::-1]
    assert (first.count, second.count, second.next_page_token) == (2, 1, None)
    assert not hasattr(first.messages[0], "text")
    assert [one.subject for one in (await bureau.mail.inboxes.threads.list(INBOX, ascending=True)).threads] == [
        "0",
        "1",
        "2",
    ]


@pytest.mark.parametrize(
    ("mail", "label"),
    [({"spam": True}, "spam"), ({"blocked": True}, "blocked"), ({"authenticated": False}, "unauthenticated")],
)
async def test_what_is_doubtful_is_listed_only_when_asked_for(
    bureau: Bureau, mail: dict[str, bool], label: str
) -> None:
    await bureau.written(**mail)
    assert (await bureau.mail.inboxes.messages.list(INBOX)).count == 0
    assert (await bureau.mail.inboxes.threads.list(INBOX)).count == 0
    wanted = {f"include_{label}": True}
    (found,) = (await bureau.mail.inboxes.messages.list(INBOX, **wanted)).messages
    assert found.labels == [label]


async def test_attachments_are_told_of_and_downloaded_separately(bureau: Bureau) -> None:
    file = {"filename": "parcel.txt", "content_type": "text/plain", "content": FILE}
    written = await bureau.written(attachments=[file])
    (told,) = (await bureau.message(written["message_id"])).attachments or []
    assert (told.filename, told.size) == ("parcel.txt", 6)
    where = await bureau.mail.inboxes.messages.get_attachment(INBOX, written["message_id"], told.attachment_id)
    answer = await bureau.api.get(where.download_url)
    assert (answer.content, answer.headers["content-disposition"]) == (b"parcel", "attachment")
    raw = await bureau.mail.inboxes.messages.get_raw(INBOX, written["message_id"])
    eml = (await bureau.api.get(raw.download_url)).text
    assert f"Message-ID: {written['message_id']}" in eml
    assert 'filename="parcel.txt"' in eml


async def test_an_attachment_must_be_base64(bureau: Bureau) -> None:
    answer = await bureau.api.post("/_mock/incoming", json={"from": ANA, "attachments": [{"content": "?"}]})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


@pytest.mark.parametrize(
    ("mail", "status", "words"),
    [
        ({"from": ANA, "to": "nobody@elsewhere.example"}, 404, "No inbox takes mail for nobody@elsewhere.example"),
        ({"from": "Ana", "text": "Hello"}, 400, "Ana is no e-mail address"),
        ({"text": "Hello"}, 400, "Request validation failed"),
    ],
)
async def test_mail_that_cannot_come_in_is_refused_with_the_reason(
    bureau: Bureau, mail: dict[str, str], status: int, words: str
) -> None:
    answer = await bureau.api.post("/_mock/incoming", json=mail)
    assert (answer.status_code, answer.json()["message"]) == (status, words)


async def test_inboxes_are_made_once_for_each_client_id(bureau: Bureau) -> None:
    inboxes = bureau.mail.inboxes
    wish = CreateInboxRequest(username="Sales", domain="shop.example.com", display_name="Sales", client_id="sales")
    made = await inboxes.create(request=wish)
    again = await inboxes.create(request=CreateInboxRequest(username="other", client_id="sales"))
    assert (made.inbox_id, again.inbox_id) == ("sales@shop.example.com", "sales@shop.example.com")
    assert {one.inbox_id for one in (await inboxes.list()).inboxes} == {INBOX, "sales@shop.example.com"}
    assert (await inboxes.update("SALES@shop.example.com", display_name="Offers")).display_name == "Offers"
    with pytest.raises(ApiError) as taken:
        await inboxes.create(
            request=CreateInboxRequest(username="sales", domain="shop.example.com"), request_options=ONCE
        )
    assert (taken.value.status_code, taken.value.body["code"]) == (403, "resource_taken")


async def test_an_inbox_is_deleted_with_its_mail(bureau: Bureau) -> None:
    written = await bureau.written()
    await bureau.mail.inboxes.delete(INBOX)
    with pytest.raises(NotFoundError):
        await bureau.mail.threads.get(written["thread_id"])
    assert (await bureau.mail.inboxes.list()).count == 0


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_authorization"),
        ({"Authorization": "bearer am_0123456789"}, "missing_authorization"),
        ({"Authorization": "Bearer am_wrong"}, "unknown_api_key"),
    ],
)
async def test_nobody_comes_in_without_the_key(bureau: Bureau, headers: dict[str, str], code: str) -> None:
    answer = await bureau.api.get("/v0/inboxes", headers=headers)
    body = answer.json()
    assert (answer.status_code, body["code"], body["docs"].endswith(f"#{code}")) == (401, code, True)


async def test_too_many_requests_say_when_to_come_back(bureau: Bureau) -> None:
    await bureau.fail(429, retry_after=7)
    with pytest.raises(ApiError) as refused:
        await bureau.mail.inboxes.list(request_options=ONCE)
    assert refused.value.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert (refused.value.headers or {})["retry-after"] == "7"
    assert refused.value.body["code"] == "rate_limit_exceeded"


@pytest.mark.parametrize(("status", "code"), [(500, "internal_error"), (503, "service_unavailable")])
async def test_trouble_is_told_in_the_provider_s_words(bureau: Bureau, status: int, code: str) -> None:
    await bureau.fail(status, times=1)
    with pytest.raises(ApiError) as refused:
        await bureau.mail.inboxes.list(request_options=ONCE)
    assert (refused.value.status_code, refused.value.body["code"]) == (status, code)
    assert (await bureau.mail.inboxes.list()).count == 1
