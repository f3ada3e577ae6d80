"""The rules of a shop, as the file says them."""

import logging
from pathlib import Path
from typing import get_args

import pytest

from activities.intent_analyzer import IntentName
from mesh.assignment.table import DEFAULT, NAME, table_in

KNOWLEDGE = Path(__file__).resolve().parents[3] / "knowledge"


def test_the_file_of_the_demo_shop_says_what_is_usual() -> None:
    assert table_in(KNOWLEDGE) == DEFAULT


def test_every_matter_that_is_named_is_one_that_customers_have() -> None:
    named = {intent for intents in DEFAULT.needs.values() for intent in intents}
    assert named - {"other"} <= set(get_args(IntentName))
    assert set(DEFAULT.needs) <= DEFAULT.known


@pytest.mark.parametrize(
    ("intent", "skill"),
    [("refund_request", "billing"), ("delivery_complaint", "customer"), ("place_order", "pricing"),
     ("smalltalk", "fallback"), (None, "fallback")],
)  # fmt: skip
def test_a_matter_needs_a_skill(intent: str | None, skill: str) -> None:
    assert DEFAULT.skill_for(intent) == skill


def test_what_a_shop_writes_counts_at_once_and_what_it_leaves_out_is_as_usual(tmp_path: Path) -> None:
    assert table_in(tmp_path) == DEFAULT
    file = tmp_path / NAME
    file.write_text("capacity = 2\n[costs]\nlanguage = 50\n")
    found = table_in(tmp_path)
    assert (found.capacity, found.costs.language, found.costs.group) == (2, 50, DEFAULT.costs.group)
    assert found.groups == DEFAULT.groups


@pytest.mark.parametrize("text", ["capacity = 0", "capacities = 4", "[costs]\nlanguage = -1", "capacity =", "\xff"])
def test_a_broken_file_is_told_of_and_the_usual_rules_hold(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_bytes(text.encode("latin-1"))
    with caplog.at_level(logging.WARNING):
        assert table_in(tmp_path) == DEFAULT
    assert "cannot be used" in caplog.text
