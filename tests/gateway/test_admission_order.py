"""Who comes in before whom, and when the others are told to come back."""

import pytest

from gateway.admission import Gate
from gateway.metrics import Metrics
from tests.fakes import a_message, settings
from tests.gateway.rush import Clock, Rush, answer, comes, fill


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Gate:
    return Gate(settings(), Metrics(), clock, lambda: 0.0)


def test_a_conversation_under_way_comes_in_when_newcomers_no_longer_do(gate: Gate) -> None:
    gate.take_reply(answer("before", "s-talk"))
    fill(gate)
    assert comes(gate, "m-1", session_id="s-new") > 0
    assert comes(gate, "m-2", session_id="s-talk") == 0


def test_a_vip_comes_in_when_conversations_under_way_no_longer_do(gate: Gate) -> None:
    gate.take_reply(answer("before", "s-talk"))
    comes(gate, "vip-1", "gold", "s-vip")
    gate.take_reply(answer("vip-1", "s-vip", tier="vip"))
    fill(gate)
    while not comes(gate, f"t-{len(gate.backlog)}", session_id="s-talk"):
        pass
    assert comes(gate, "m-2", "gold", "s-other") == 0


def test_who_was_told_to_come_back_goes_before_newcomers_and_not_before_the_time(gate: Gate, clock: Clock) -> None:
    fill(gate)
    wait = comes(gate, "m-1")
    gate.take_reply(answer("full-0"))
    gate.take_reply(answer("full-1"))
    assert comes(gate, "m-1") == wait
    clock.now += wait
    while not comes(gate, f"n-{len(gate.backlog)}"):
        pass
    assert comes(gate, "m-1") == 0


def test_newcomers_leave_places_to_those_whose_time_it_is(gate: Gate, clock: Clock) -> None:
    fill(gate)
    waits = [comes(gate, f"m-{number}") for number in range(6)]
    clock.now += max(waits)
    for number in range(6):
        gate.take_reply(answer(f"full-{number}"))
    assert comes(gate, "new") > 0
    assert [comes(gate, f"m-{number}") for number in range(6)] == [0] * 6


def test_newcomers_keep_half_of_the_places_however_many_were_told_to_come(gate: Gate, clock: Clock) -> None:
    for number in range(fill(gate)):
        gate.take_reply(answer(f"full-{number}"))
    for number in range(40):
        gate.took(f"mail-{number}")
    waits = [comes(gate, f"m-{number}") for number in range(200)]
    clock.now += waits[100]
    for number in range(40):
        gate.take_reply(answer(f"mail-{number}"))
    came = 0
    while not comes(gate, f"new-{came}"):
        came += 1
    assert came >= 15


def test_quiet_hours_do_not_make_the_time_to_come_back_longer() -> None:
    rush = Rush(offered=2)
    rush.last(60)
    fill(rush.gate)
    assert 1 <= comes(rush.gate, "fresh") <= 4


def test_every_next_one_is_told_a_later_time(gate: Gate) -> None:
    fill(gate)
    waits = [comes(gate, f"m-{number}") for number in range(200)]
    assert waits == sorted(waits)
    assert waits[-1] > waits[0] + 2


@pytest.mark.parametrize(("chance", "soonest", "latest"), [(0.0, 1, 8), (0.999, 2, 10)])
def test_nobody_is_told_to_come_back_at_once_or_in_more_than_the_longest_time(
    clock: Clock, chance: float, soonest: int, latest: int
) -> None:
    gate = Gate(settings(admission_longest=10), Metrics(), clock, lambda: chance)
    fill(gate)
    waits = {comes(gate, f"m-{number}") for number in range(2_000)}
    assert (min(waits), max(waits)) == (soonest, latest)


def test_times_to_come_back_are_spread(clock: Clock) -> None:
    chances = iter([0.0, 0.999] * 600)
    gate = Gate(settings(), Metrics(), clock, lambda: next(chances))
    fill(gate)
    waits = [comes(gate, f"m-{number}") for number in range(400)]
    assert abs(waits[-1] - waits[-2]) >= 2


def test_one_customer_with_a_hundred_messages_leaves_room_for_others(gate: Gate) -> None:
    for number in range(12):
        comes(gate, f"other-{number}")
    taken = sum(comes(gate, f"many-{number}", "greedy") == 0 for number in range(100))
    assert 2 <= taken <= 8
    assert comes(gate, "m-1") == 0


def test_a_repeated_message_is_never_refused_nor_counted_twice(gate: Gate) -> None:
    count = fill(gate)
    assert comes(gate, "full-0") == 0
    assert comes(gate, "from-before", known=True) == 0
    assert len(gate.backlog) == count


def test_where_it_is_crowded_only_messages_beside_a_first_one_are_marked_with_whose_they_are(gate: Gate) -> None:
    for number in range(16):
        comes(gate, f"other-{number}")
    whose = []
    for message_id, who in (("m-1", "aa"), ("m-2", "aa"), ("m-3", "bb")):
        with gate.admitting(a_message(message_id=message_id), who) as message:
            whose.append(message.fairness)
    assert whose == [None, "aa", None]
    gate.take_reply(answer("m-1"))
    gate.take_reply(answer("m-2"))
    with gate.admitting(a_message(message_id="m-4"), "aa") as message:
        assert message.fairness is None


def test_where_there_is_room_nothing_is_marked(gate: Gate) -> None:
    for number in range(3):
        with gate.admitting(a_message(message_id=f"m-{number}"), "aa") as message:
            assert message.fairness is None
