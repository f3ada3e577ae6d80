import json

import pytest
from click.testing import CliRunner

from workers.understand import understand


def answers(what: str, *lines: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(understand, [what], input="\n".join(lines) + "\n")
    return result.exit_code, [json.loads(line) for line in result.output.splitlines()]


def test_each_line_is_answered_with_its_id() -> None:
    code, found = answers("pii", '{"id": 7, "text": "I am polly@example.com"}', "", '{"id": "b", "text": "no"}')
    assert code == 0
    assert found == [
        {
            "id": 7,
            "label": "pii",
            "redacted": "I am [e-mail address]",
            "entities": [{"type": "EMAIL_ADDRESS", "value": "polly@example.com", "start": 5, "end": 22}],
        },
        {"id": "b", "label": "clean", "redacted": "no", "entities": []},
    ]


def test_a_bad_line_is_named_and_the_next_is_answered_all_the_same() -> None:
    code, found = answers("pii", "nonsense", '{"id": 2}', '{"id": 3, "text": "no"}')
    assert code == 1
    assert [(line["id"], "error" in line) for line in found] == [(None, True), (2, True), (3, False)]


@pytest.mark.parametrize(
    ("what", "label"),
    [("injection", "benign"), ("intent", "order_status"), ("oos", "in_scope"), ("sentiment", "NEUTRAL")],
)
def test_every_sort_of_understanding_answers(what: str, label: str) -> None:
    code, [found] = answers(what, '{"id": 1, "text": "Where is my order 67890?"}')
    assert code == 0
    assert found["label"] == label
