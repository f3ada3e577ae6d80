"""Deliveries: signed as Svix signs, tried again by its schedule, never lost."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import agentmail
import pytest
from agentmail.errors import NotFoundError, ValidationError
from agentmail.webhooks import Webhook
from pydantic import BaseModel
from svix.webhooks import WebhookVerificationError

from mock_services.agentmail import signing
from mock_services.agentmail.courier import LARGEST, SCHEDULE
from mock_services.agentmail.models import Delivery, Retired, now
from tests.mock_services.agentmail.bureau import ANA, AWAY, HOOK, INBOX, Bureau, Receiver, open_bureau
from tests.mock_services.agentmail.conftest import EVENTS

SPAM = "message.received.spam"
TYPES: dict[str, type[BaseModel]] = {
    "message.received": agentmail.MessageReceivedEvent,
    "message.sent": agentmail.MessageSentEvent,
    "message.delivered": agentmail.MessageDeliveredEvent,
    "message.bounced": agentmail.MessageBouncedEvent,
    "message.complained": agentmail.MessageComplainedEvent,
    "message.rejected": agentmail.MessageRejectedEvent,
}


async def test_a_delivery_is_signed_as_svix_verifies_it(bureau: Bureau, webhook: Webhook) -> None:
    written = await bureau.written()
    await bureau.settled()
    bureau.receiver.verified(0, webhook.secret)
    event = agentmail.MessageReceivedEvent.model_validate_json(bureau.receiver.seen[0][1])
    assert (event.event_id, event.message.message_id) == (written["event_id"], written["message_id"])
    assert event.thread.thread_id == written["thread_id"]


async def test_a_changed_body_or_another_secret_is_not_verified(bureau: Bureau, webhook: Webhook) -> None:
    await bureau.written()
    await bureau.settled()
    headers, body = bureau.receiver.seen[0]
    bureau.receiver.seen.append((headers, body.replace(b"My order", b"My money")))
    with pytest.raises(WebhookVerificationError):
        bureau.receiver.verified(1, webhook.secret)
    with pytest.raises(WebhookVerificationError):
        bureau.receiver.verified(0, signing.new_secret())


async def test_an_old_signature_is_not_verified(webhook: Webhook) -> None:
    receiver, old = Receiver(), datetime.now(UTC) - timedelta(minutes=6)
    receiver.seen.append((signing.headers([webhook.secret], "msg_1", old, "{}"), b"{}"))
    with pytest.raises(WebhookVerificationError, match="too old"):
        receiver.verified(0, webhook.secret)


async def test_what_failed_is_tried_again_with_the_same_id_and_body(bureau: Bureau, webhook: Webhook) -> None:
    bureau.receiver.statuses += [500, 302, 404]
    await bureau.written()
    (delivery,) = await bureau.settled()
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 302, 404, 200]
    assert (len(set(bureau.receiver.ids())), len({body for _, body in bureau.receiver.seen})) == (1, 1)
    bureau.receiver.verified(3, webhook.secret)


async def test_after_the_last_attempt_it_is_given_up(bureau: Bureau, webhook: Webhook) -> None:
    bureau.receiver.statuses += [503] * 20
    await bureau.written()
    (delivery,) = await bureau.settled()
    assert (delivery["state"], len(bureau.receiver.seen)) == ("given_up", 8)
    assert SCHEDULE == (0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)


async def test_a_receiver_that_is_away_counts_as_an_attempt(bureau: Bureau, webhook: Webhook) -> None:
    bureau.receiver.statuses += [AWAY, AWAY]
    await bureau.written()
    (delivery,) = await bureau.settled()
    assert [attempt["status"] for attempt in delivery["attempts"]] == [None, None, 200]


async def test_a_wait_ends_when_time_is_made_faster(bureau: Bureau, webhook: Webhook) -> None:
    await bureau.api.put("/_mock/pace", json={"time_scale": 1})
    bureau.receiver.statuses.append(503)
    await bureau.written()
    (waiting,) = await bureau.when(lambda found: bool(found[0]["attempts"]))
    assert waiting["state"] == "pending"
    await bureau.api.put("/_mock/pace", json={"time_scale": 0})
    (delivery,) = await bureau.settled()
    assert delivery["state"] == "delivered"
    assert (await bureau.api.get("/_mock/pace")).json() == {"time_scale": 0}


async def test_what_was_not_delivered_survives_the_process(tmp_path: Path) -> None:
    async with open_bureau(tmp_path, Receiver([503])) as before:
        hook = await before.mail.webhooks.create(url=HOOK, event_types=EVENTS)
        await before.api.put("/_mock/pace", json={"time_scale": 1})
        written = await before.written()
        await before.when(lambda found: bool(found[0]["attempts"]))
    async with open_bureau(tmp_path) as after:
        await after.settled()
        after.receiver.verified(0, hook.secret)
        assert after.receiver.ids() == before.receiver.ids()
        assert (await after.message(written["message_id"])).text == "Where is it?"


async def test_a_duplicate_can_be_sent_on_demand(bureau: Bureau, webhook: Webhook) -> None:
    await bureau.written()
    (delivery,) = await bureau.settled()
    assert (await bureau.api.post(f"/_mock/deliveries/{delivery['svix_id']}/resend")).status_code == 202
    await bureau.settled()
    assert bureau.receiver.ids() == [delivery["svix_id"]] * 2
    assert (await bureau.api.post("/_mock/deliveries/msg_none/resend")).status_code == 404


async def test_every_webhook_hears_of_an_event_under_its_one_id(bureau: Bureau, webhook: Webhook) -> None:
    other = await bureau.mail.inboxes.webhooks.create(INBOX, url=HOOK, event_types=EVENTS)
    written = await bureau.written()
    found = await bureau.settled()
    assert {delivery["event_id"] for delivery in found} == {written["event_id"]}
    assert {delivery["webhook_id"] for delivery in found} == {webhook.webhook_id, other.webhook_id}
    assert len(set(bureau.receiver.ids())) == 2


async def test_spam_reaches_only_webhooks_that_name_it(bureau: Bureau) -> None:
    everything = await bureau.api.post(
        "/v0/webhooks", json={"url": HOOK}, headers={"Authorization": "Bearer am_0123456789"}
    )
    named = await bureau.mail.webhooks.create(url=HOOK, event_types=[SPAM])
    await bureau.written(spam=True)
    await bureau.written()
    heard = {(one["webhook_id"], one["event_type"]) for one in await bureau.settled()}
    assert heard == {(named.webhook_id, SPAM), (everything.json()["webhook_id"], "message.received")}


async def test_a_webhook_is_changed_switched_off_and_deleted(bureau: Bureau, webhook: Webhook) -> None:
    hooks, number = bureau.mail.webhooks, webhook.webhook_id
    assert (await hooks.update(number, event_types=["message.sent"])).event_types == ["message.sent"]
    assert (await hooks.update(number, event_types=[], add_inbox_ids=[INBOX])).event_types == ["message.sent"]
    assert (await hooks.get(number)).inbox_ids == [INBOX]
    await hooks.update(number, enabled=False)
    await bureau.mail.inboxes.messages.send(INBOX, to=ANA, text="Hello")
    assert await bureau.told() == []
    await hooks.delete(number)
    assert (await hooks.list()).count == 0
    with pytest.raises(NotFoundError):
        await hooks.get(number)


async def test_a_webhook_is_made_once_for_each_client_id(bureau: Bureau) -> None:
    first = await bureau.mail.webhooks.create(url=HOOK, event_types=EVENTS, client_id="mesh")
    again = await bureau.mail.webhooks.create(url=f"{HOOK}/2", event_types=EVENTS, client_id="mesh")
    assert again == first
    with pytest.raises(ValidationError):
        await bureau.mail.webhooks.create(url="mesh.test", event_types=EVENTS)


async def test_headers_of_a_webhook_go_out_and_are_never_told(bureau: Bureau) -> None:
    hooks = bureau.mail.webhooks
    made = await hooks.create(url=HOOK, event_types=EVENTS, headers={"X-Gate": "1", "X-Old": "2"})
    await hooks.update_headers(made.webhook_id, headers={"x-gate": "3"}, remove_headers=["x-old"])
    assert (await hooks.get_headers(made.webhook_id)).header_names == ["x-gate"]
    await bureau.written()
    await bureau.settled()
    headers = bureau.receiver.seen[0][0]
    assert (headers["x-gate"], headers.get("x-old")) == ("3", None)
    assert "headers" not in (await bureau.api.post(f"/_mock/webhooks/{made.webhook_id}/rotate")).json()


async def test_a_rotated_secret_and_the_old_one_both_sign(bureau: Bureau, webhook: Webhook) -> None:
    await bureau.api.put("/_mock/pace", json={"time_scale": 1})
    turned = (await bureau.api.post(f"/_mock/webhooks/{webhook.webhook_id}/rotate")).json()
    await bureau.written()
    await bureau.settled()
    assert turned["secret"] != webhook.secret
    bureau.receiver.verified(0, turned["secret"])
    bureau.receiver.verified(0, webhook.secret)


async def test_a_retired_secret_no_longer_signs(bureau: Bureau, webhook: Webhook) -> None:
    over = now() - timedelta(seconds=1)
    old = Retired(webhook_id=webhook.webhook_id, secret=signing.new_secret(), until=over)
    bureau.office.store.put(old, "old_1", over, parent=webhook.webhook_id)
    await bureau.written()
    await bureau.settled()
    bureau.receiver.verified(0, webhook.secret)
    with pytest.raises(WebhookVerificationError):
        bureau.receiver.verified(0, old.secret)


@pytest.mark.parametrize("slot", ["text", "html"])
async def test_above_one_megabyte_the_words_stay_away_and_can_be_fetched(
    bureau: Bureau, webhook: Webhook, slot: str
) -> None:
    words = {"text": "Where is it?", "html": "<p>Where is it?</p>", slot: "x" * LARGEST}
    written = await bureau.written(**words)
    await bureau.settled()
    message = json.loads(bureau.receiver.seen[0][1])["message"]
    assert {"text", "html"} & set(message) == set()
    assert (message["subject"], message["size"] > LARGEST) == ("My order", True)
    whole = await bureau.message(written["message_id"])
    assert (whole.text, whole.html) == (words["text"], words["html"])


async def test_below_one_megabyte_the_words_are_there(bureau: Bureau, webhook: Webhook) -> None:
    await bureau.written(text="x" * (LARGEST - 5_000))
    await bureau.settled()
    assert len(json.loads(bureau.receiver.seen[0][1])["message"]["text"]) == LARGEST - 5_000


@pytest.mark.parametrize(
    ("fate", "events"),
    [
        ("deliver", ["message.sent", "message.delivered"]),
        ("bounce", ["message.sent", "message.bounced"]),
        ("complain", ["message.sent", "message.delivered", "message.complained"]),
        ("reject", ["message.rejected"]),
    ],
)
async def test_a_message_meets_its_fate_once_and_the_types_of_the_library_fit(
    bureau: Bureau, webhook: Webhook, fate: str, events: list[str]
) -> None:
    await bureau.api.put("/_mock/fates", json={"address": ANA.upper(), "fate": fate, "times": 1})
    sent = await bureau.mail.inboxes.messages.send(INBOX, to=f"Ana <{ANA}>", text="Hello")
    assert sorted(await bureau.told()) == sorted(events)
    for delivery in await bureau.deliveries():
        event = TYPES[delivery["event_type"]].model_validate_json(delivery["body"])
        part = next(value for name, value in event if name not in {"type", "event_type", "event_id"})
        assert (part.message_id, part.thread_id) == (sent.message_id, sent.thread_id)
    await bureau.mail.inboxes.messages.send(INBOX, to="ben@example.com", text="Hello")
    assert len(await bureau.settled()) == len(events) + 2


@pytest.mark.parametrize("fate", ["bounce", "complain", "reject"])
async def test_an_address_that_failed_is_sent_nothing_until_it_is_pardoned(bureau: Bureau, fate: str) -> None:
    messages = bureau.mail.inboxes.messages
    await bureau.api.put("/_mock/fates", json={"address": "*", "fate": fate, "times": 1})
    await messages.send(INBOX, to=ANA, text="Hello")
    with pytest.raises(agentmail.messages.MessageRejectedError) as refused:
        await messages.send(INBOX, to=ANA, text="Hello?")
    assert refused.value.body.code == "message_rejected"
    await bureau.api.put("/_mock/fates", json={"address": ANA, "fate": "deliver"})
    await messages.send(INBOX, to=ANA, text="Hello?")


async def test_what_is_rolled_back_is_told_to_nobody(bureau: Bureau, webhook: Webhook) -> None:
    def half_done() -> None:
        with bureau.office.store.together():
            bureau.office.courier.tell("message.sent", INBOX, "<1@example.com>", send="{}")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    await asyncio.sleep(0.01)
    assert (bureau.office.store.all(Delivery), bureau.receiver.seen) == ([], [])


async def test_journeys_say_when_mail_was_told_of_and_replied_to(bureau: Bureau, webhook: Webhook) -> None:
    bureau.receiver.statuses.append(503)
    first, second = await bureau.written(), await bureau.written()
    await bureau.settled()
    await bureau.mail.inboxes.messages.reply(INBOX, first["message_id"], text="On its way.")
    found = (await bureau.api.get("/_mock/journeys", params={"inbox_id": INBOX})).json()
    one, two = found
    assert [one["message_id"], two["message_id"]] == [first["message_id"], second["message_id"]]
    assert one["told_at"][0] <= one["replied_at"][0]
    assert (len(one["replied_at"]), two["replied_at"], two["statuses"][-1]) == (1, [], 200)
