"""How soon a crash is noticed: no heartbeats are sent, so the timeout of one attempt says it."""

from mesh.actor import discover

SOON = 30.0
"""Seconds within which everything is at work again after a crash, as promised."""


def test_every_actor_that_works_itself_is_missed_within_half_a_minute_and_tried_again() -> None:
    working = [one for one in discover().values() if one.policy.state == "working"]
    assert [one.name for one in working if one.policy.timeout > SOON] == []
    assert [one.name for one in working if one.policy.attempts < 2] == []
    assert [one.name for one in working if one.policy.deadline < 2 * one.policy.timeout] == []


def test_who_may_take_longer_waits_for_a_person_and_no_process_waits_with_them() -> None:
    waiting = [one for one in discover().values() if one.policy.state != "working"]
    assert [(one.name, one.policy.state) for one in waiting] == [("human_agent", "waiting for a person")]
