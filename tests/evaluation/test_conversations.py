"""The conversations hold as they did at the last release, and the set is what it is said to be."""

import asyncio
from collections import Counter
from typing import get_args

import pytest

from activities._intent_names import IntentName
from bench.evaluation.figures import Results
from bench.evaluation.run import Verdict, errors, judged
from bench.evaluation.scenario import WORDINGS, scenarios

PLAYED = (0, 4)
"""The plain wording and the annoyed one; `make eval` plays all eight."""

OPERATIONS = {
    "expedite_order": "expedite ORD-00033303", "expedite_delivery": "expedite ORD-00067890",
    "process_return": "return ", "process_refund": "refund ", "cancel_order": "cancel ",
    "update_delivery_address": "redirect_parcel ", "add_customer_note": "add_customer_note ",
    "add_order_note": "add_order_note ", "update_customer_tier": "update_tier ",
    "generate_return_label": "return_label ", "contact_carrier": "carrier_issue ", "schedule_callback": "callback ",
    "escalate_to_supervisor": "escalation ", "issue_store_credit": "store_credit ", "exchange_item": "exchange ",
    "resend_invoice": "resend_invoice ",
}  # fmt: skip


@pytest.fixture(scope="module")
def verdicts() -> tuple[Verdict, ...]:
    return asyncio.run(judged(wordings=PLAYED))


def test_every_wording_that_held_at_the_last_release_holds(verdicts: tuple[Verdict, ...]) -> None:
    open_wordings = Results.read().open_wordings
    fallen = [
        verdict
        for verdict in verdicts
        if set(verdict.open_wordings) - set(open_wordings.get(verdict.scenario.name, ()))
    ]
    assert not fallen, "\n".join(errors(fallen, replies=True))


def test_no_wording_ends_in_a_promise_foreign_data_or_an_unapproved_action_where_none_did(
    verdicts: tuple[Verdict, ...],
) -> None:
    known = Results.read().harmful_wordings
    harmful = [one for one in verdicts if set(one.harmful_wordings) - set(known.get(one.scenario.name, ()))]
    assert not harmful, "\n".join(errors(harmful))


def test_the_set_covers_every_intent_and_every_language() -> None:
    found = scenarios()
    assert len(found) >= 60
    assert {intent for one in found for intent in one.intents} == set(get_args(IntentName))
    assert min(Counter(one.language for one in found)[language] for language in ("en", "de", "es", "fr")) >= 3


@pytest.mark.parametrize("action", OPERATIONS)
def test_the_set_covers_every_action_that_changes_the_shop(action: str) -> None:
    wanted = [effect for one in scenarios() for turn in one.turns for effect in turn.effects]
    assert any(effect.startswith(OPERATIONS[action]) for effect in wanted)


def test_no_wording_is_said_twice_in_a_turn_that_begins_a_conversation() -> None:
    said = {one.name: {" ".join(text.lower().split()) for text in one.turns[0].say} for one in scenarios()}
    assert [name for name, texts in said.items() if len(texts) < WORDINGS] == []
