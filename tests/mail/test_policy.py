"""Which mails are never answered, and which are although they look a little like it."""

from typing import Any

import pytest

from mesh.mail.policy import failed, unanswerable
from tests.mail.test_reading import a_mail

US = "support@shop.example.com"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"from": f"Support <{US.upper()}>"}, "own"),
        ({"from": "other@in.example", "inbox_id": "Other@in.example"}, "own"),
        ({"labels": ["sent"]}, "own"),
        ({"labels": ["received", "spam"]}, "spam"),
        ({"headers": {"X-Spam-Flag": "YES"}}, "spam"),
        ({"headers": {"Return-Path": "<>"}}, "returned"),
        ({"headers": {"Content-Type": "multipart/report; report-type=delivery-status"}}, "returned"),
        ({"headers": {"X-Failed-Recipients": "ann@example.com"}}, "returned"),
        ({"subject": "Undeliverable: your order"}, "returned"),
        ({"headers": {"Auto-Submitted": "auto-replied; owner-email=x"}}, "automatic"),
        ({"headers": {"AUTO-SUBMITTED": "auto-generated"}}, "automatic"),
        ({"headers": {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"}}, "automatic"),
        ({"headers": {"X-Autoreply": "yes"}}, "automatic"),
        ({"headers": {"List-Id": "News <news.example.com>"}}, "list"),
        ({"headers": {"Precedence": "Bulk"}}, "list"),
        ({"headers": {"List-Unsubscribe": "<mailto:x@example.com>"}}, "list"),
        ({"subject": "Automatic reply: your order"}, "vacation"),
        ({"subject": "Out of the office until Monday"}, "vacation"),
        ({"subject": "Abwesenheitsnotiz: Bestellung"}, "vacation"),
        ({"subject": "Réponse automatique"}, "vacation"),
        ({"subject": "Respuesta automática: pedido"}, "vacation"),
        ({"from": "MAILER-DAEMON@example.com"}, "nobody"),
        ({"from": "no-reply@example.com"}, "nobody"),
        ({"from": "donotreply-orders@example.com"}, "nobody"),
        ({"from": "noreply+123@example.com"}, "nobody"),
        ({"from": "bounces+abc=example.com@lists.example.com"}, "nobody"),
    ],
)
def test_machines_lists_spam_and_ourselves_get_no_answer(fields: dict[str, Any], why: str) -> None:
    assert unanswerable(a_mail(**fields), "message.received", (US,)) == why


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"headers": {"Auto-Submitted": "No"}},
        {"headers": {"X-Auto-Response-Suppress": "DR"}},
        {"headers": {"Precedence": "normal"}, "labels": ["received", "important"]},
        {"headers": {"Return-Path": "<ann@example.com>", "Content-Type": "multipart/alternative"}},
        {"headers": ["no", "mapping"], "labels": "received"},
        {"subject": "I got an automatic reply and no parcel"},
        {"subject": "Autoreplacement parts"},
        {"subject": "Niemand war abwesend"},
        {"from": "noreen@example.com"},
        {"from": "ann.noreply@example.com"},
    ],
)
def test_what_people_write_is_answered(fields: dict[str, Any]) -> None:
    assert unanswerable(a_mail(**fields), "message.received", (US,)) == ""


@pytest.mark.parametrize("event_type", ["message.received.spam", "message.received.blocked"])
def test_what_the_provider_takes_for_spam_is_spam(event_type: str) -> None:
    assert unanswerable(a_mail(), event_type, (US,)) == "spam"


@pytest.mark.parametrize(
    ("told", "fails"),
    [("mx; dmarc=fail (p=reject)", True), ("mx; dmarc=pass; spf=fail", False), ("mx; xdmarc=fail", False), ("", False)],
)
def test_a_failed_proof_in_the_headers_counts_and_a_passed_one_proves_nothing(told: str, *, fails: bool) -> None:
    assert failed(a_mail(headers={"Authentication-Results": told})) is fails
