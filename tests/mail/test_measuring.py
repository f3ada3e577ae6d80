"""What the measurement of e-mails counts, and that it can say no."""

from collections import Counter

import pytest

from bench.mail import Findings, found
from mock_services.agentmail.switches import Journey

FINE = Counter({"200": 9})


def journey(name: str, *replied_at: float) -> Journey:
    return Journey(message_id=name, told_at=(10.0, 15.0), statuses=(503, 200), replied_at=replied_at)


def test_a_mail_takes_from_the_first_try_to_the_first_reply() -> None:
    result = found([journey("a", 10.5, 12.0), journey("b", 11.0), journey("warm-up", 99.0)], {"a", "b"}, 0, FINE)
    assert result.latencies == [0.5, 1.0]
    assert (result.mails, result.lost, result.doubled) == (2, 0, 1)


def test_a_mail_without_reply_and_one_without_trace_are_lost() -> None:
    assert found([journey("a"), journey("b", 10.5)], {"a", "b", "c"}, 0, FINE).lost == 2


@pytest.mark.parametrize(
    "trouble",
    [
        {"lost": 1},
        {"doubled": 1},
        {"refused": 1},
        {"tries": Counter({"200": 9, "503": 1})},
        {"tries": Counter({"none": 1})},
        {"latencies": [0.1] * 90 + [2.5] * 10},
        {"latencies": []},
    ],
)
def test_any_trouble_fails_the_measurement(trouble: dict[str, object]) -> None:
    good: dict[str, object] = {"mails": 100, "latencies": [0.1] * 100, "tries": FINE}
    assert Findings(**good).holds  # type: ignore[arg-type]
    assert not Findings(**(good | trouble)).holds  # type: ignore[arg-type]
