"""Who comes in while more comes than can be answered, and what the others are told."""

import statistics

import pytest

from gateway.admission import Gate
from gateway.congestion import Congestion
from gateway.metrics import Metrics
from tests.fakes import a_message, settings
from tests.gateway.rush import Clock, Rush, answer, comes, fill, working


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Gate:
    return Gate(settings(), Metrics(), clock, lambda: 0.0)


def p95(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[-1]


# -- the limit


@pytest.mark.parametrize("factor", [3, 10])
def test_far_beyond_capacity_what_comes_in_is_answered_soon_and_the_mesh_has_enough_to_do(factor: int) -> None:
    rush = Rush(offered=18 * factor)
    rush.last(120)
    assert p95(rush.sojourns) < 3
    assert len(rush.sojourns) > 0.9 * 18 * 120


def test_without_a_gate_the_same_load_waits_for_minutes() -> None:
    rush = Rush()
    rush.gate = Gate(settings(admission=False), Metrics(), rush.clock)
    rush.last(60)
    assert rush.told == []
    assert p95(rush.sojourns) > 10


def test_below_capacity_nobody_is_refused() -> None:
    rush = Rush(offered=12)
    rush.last(120)
    assert rush.told == []


def test_a_mesh_that_is_faster_gets_more_at_the_same_time() -> None:
    rush = Rush(capacity=300, offered=900, obedient=False)
    rush.last(60)
    assert rush.gate.congestion.limit > 150
    assert p95(rush.sojourns) < 3


def test_a_mesh_that_is_slower_gets_less_at_the_same_time() -> None:
    rush = Rush(capacity=6, offered=30, obedient=False)
    rush.last(20)
    rush.sojourns.clear()
    rush.last(100)
    assert p95(rush.sojourns) < 3


def test_what_was_accepted_before_the_limit_fell_does_not_let_it_fall_again(clock: Clock) -> None:
    congestion = Congestion(1.0, 8, clock)
    before = clock.now
    limits = []
    for _ in range(2):
        clock.now += 3
        congestion.in_hand(30)
        for _ in range(10):
            congestion.served(before)
        congestion.look(30, refused=True)
        limits.append(congestion.limit)
    assert limits[0] < 32
    assert limits[1] == limits[0]


def test_slow_answers_that_no_queue_explains_are_no_reason_to_refuse() -> None:
    rush = Rush(capacity=1_000, offered=4, alone=6.0)
    rush.last(300)
    rush.told.clear()
    rush.last(300)
    assert rush.told == []


def test_who_comes_back_when_told_is_answered_once_the_rush_is_over() -> None:
    rush = Rush()
    rush.last(30)
    rush.offered = 0
    rush.last(200)
    assert set(rush.first_seen) == set(rush.accepted)


def test_those_who_come_back_on_time_come_in_and_the_time_they_were_told_is_true() -> None:
    rush = Rush(offered=30)
    rush.last(60)
    rush.offered = 0
    rush.last(120)
    refusals = len(rush.told)
    refused = sum(rush.accepted[one] - rush.first_seen[one] > 0.5 for one in rush.accepted)
    assert refused > 0
    # Most are refused once, and let in when they come back.
    assert refusals < 2 * refused


def test_who_was_told_to_come_back_and_does_not_keeps_nobody_out() -> None:
    rush = Rush(obedient=False)
    rush.last(60)
    assert len(rush.sojourns) > 0.85 * 18 * 60


def test_the_fewer_come_back_the_sooner_others_may() -> None:
    obedient, gone = Rush(), Rush(obedient=False)
    for rush in (obedient, gone):
        rush.last(60)
    assert statistics.mean(gone.told[-100:]) < statistics.mean(obedient.told[-100:]) / 4


def test_a_burst_from_idle_is_taken_in_as_far_as_it_can_be_answered_soon(gate: Gate) -> None:
    assert 16 <= fill(gate) <= 32


# -- what counts


def test_an_answer_makes_room(gate: Gate) -> None:
    fill(gate)
    gate.take_reply(answer("full-0"))
    assert comes(gate, "next") == 0


def test_what_waits_for_a_person_makes_room(gate: Gate) -> None:
    fill(gate)
    gate.take_progress(working("full-0", "waiting for a person"))
    assert comes(gate, "next") == 0


def test_what_goes_on_after_its_holding_reply_takes_no_place_again(gate: Gate) -> None:
    fill(gate)
    gate.take_reply(answer("full-0", status="escalated"))
    gate.take_progress(working("full-0"))
    assert comes(gate, "next") == 0


def test_what_a_later_message_answers_makes_room(gate: Gate) -> None:
    fill(gate)
    gate.take_progress(working("full-0", "superseded", answered_by="full-1"))
    assert comes(gate, "next") == 0


def test_what_nats_did_not_confirm_makes_room(gate: Gate) -> None:
    with pytest.raises(RuntimeError), gate.admitting(a_message(message_id="m-1"), "c-1"):
        raise RuntimeError
    assert len(gate.backlog) == 0


def test_messages_of_other_gateways_count(gate: Gate) -> None:
    for number in range(40):
        gate.take_progress(working(f"elsewhere-{number}"))
    assert comes(gate, "m-1") > 0
    gate.take_reply(answer("elsewhere-0"))
    assert len(gate.backlog) == 39


def test_messages_that_wait_in_the_stream_count_once(gate: Gate) -> None:
    comes(gate, "m-1")
    gate.look(in_stream=40)
    assert len(gate.backlog) == 40
    assert comes(gate, "m-2") > 0


def test_mails_count_and_are_never_refused(gate: Gate) -> None:
    for number in range(40):
        gate.took(f"mail-{number}")
    assert len(gate.backlog) == 40
    assert comes(gate, "m-1") > 0


def test_a_stuck_message_takes_no_place_while_others_are_answered(gate: Gate, clock: Clock) -> None:
    comes(gate, "stuck")
    clock.now += 20
    comes(gate, "quick")
    gate.look()
    assert len(gate.backlog) == 2
    assert gate.backlog.oldest == 20
    gate.take_reply(answer("quick"))
    gate.look()
    assert len(gate.backlog) == 0


def test_when_nothing_is_answered_everything_counts_and_the_wait_grows(gate: Gate, clock: Clock) -> None:
    fill(gate)
    first = comes(gate, "m-1")
    for _ in range(60):
        clock.now += 1
        gate.look()
    later = comes(gate, "m-2")
    assert later > first
    assert gate.backlog.oldest == 60


# -- what is said of it


def test_a_rush_is_told_once_when_it_is_over(gate: Gate, clock: Clock) -> None:
    fill(gate)
    comes(gate, "m-1")
    assert gate.look() is None
    clock.now += 11
    rush = gate.look()
    assert rush is not None
    assert rush.refused == 2
    assert gate.look() is None


def test_switched_off_it_refuses_nobody_and_still_counts() -> None:
    gate = Gate(settings(admission=False), Metrics())
    assert not any(comes(gate, f"m-{number}") for number in range(500))
    assert len(gate.backlog) == 500
