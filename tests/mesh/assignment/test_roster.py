"""Who is there, as one process hears it: by a clock that the test turns."""

import pytest

from mesh.assignment import roster
from mesh.assignment.roster import GOODBYE, MARGIN, Roster
from mesh.assignment.table import DEFAULT
from mesh.floor import GONE, Presence, State
from mesh.registers import PRESENT


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(roster, "monotonic", made)
    return made


def says(person: str = "ann", state: State = "available", **more: object) -> bytes:
    return Presence.model_validate({"person": person, "state": state, **more}).model_dump_json().encode()


def test_only_what_is_new_is_news(clock: Clock) -> None:
    people = Roster()
    assert people.hear("ann.w", says()) is True
    assert people.hear("ann.w", says()) is False
    assert people.hear("ann.w", says(state="away")) is True
    assert people.hear("ann.w", says(state="away", looking="s-1")) is True


def test_who_says_nothing_for_twelve_seconds_is_gone_and_who_repeats_it_stays(clock: Clock) -> None:
    people = Roster()
    people.hear("ann.w", says())
    people.hear("bob.w", says("bob"))
    clock.now += PRESENT - 2
    people.hear("bob.w", says("bob"))
    assert people.next_silence == pytest.approx(2 + MARGIN)
    assert people.forget() is False
    clock.now += 2 + MARGIN
    assert people.forget() is True
    assert people.here() == {"bob"}
    assert people.last_heard("bob") == pytest.approx(2 + MARGIN)
    assert people.hear("ann.w", says()) is True
    assert people.here() == {"ann", "bob"}


def test_who_closes_a_window_is_asked_nothing_more_and_gone_a_little_later(clock: Clock) -> None:
    people = Roster()
    people.hear("ann.w", says())
    people.hear("ann.w", GONE)
    assert people.candidates(DEFAULT) == []
    assert people.here() == {"ann"}
    clock.now += GOODBYE / 2
    people.hear("ann.w", GONE)
    clock.now += GOODBYE / 2
    people.forget()
    assert people.here() == set()


def test_who_loads_the_page_anew_was_never_gone(clock: Clock) -> None:
    people = Roster()
    people.hear("ann.w", says())
    people.hear("ann.w", GONE)
    people.hear("ann.v", says())
    clock.now += GOODBYE
    people.forget()
    assert [one.person for one in people.candidates(DEFAULT)] == ["ann"]


def test_before_everybody_could_be_heard_nobody_counts_as_gone(clock: Clock) -> None:
    people = Roster()
    begun = people.sure
    clock.now += PRESENT + MARGIN
    assert (begun, people.sure) == (False, True)
    people.hear("ann.w", says())
    clock.now += PRESENT - 1
    # The connection was away: she may have said so all the time.
    people.doubt()
    doubtful = people.sure
    assert not doubtful
    clock.now += 2
    assert people.forget() is False
    clock.now += PRESENT
    assert (people.forget(), people.sure) == (True, True)


def test_those_who_would_take_one_are_available_and_have_what_they_said_or_what_is_usual(clock: Clock) -> None:
    people = Roster()
    people.hear("ann.w", says(skills=("billing",), languages=("de",), capacity=2))
    people.hear("bob.w", says("bob", state="away"))
    people.hear("sue.w", says("sue", supervisor=True))
    ann, sue = people.candidates(DEFAULT)
    assert (ann.person, ann.skills, ann.languages, ann.capacity) == ("ann", ("billing",), ("de",), 2)
    assert (sue.person, sue.supervisor, sue.capacity) == ("sue", True, DEFAULT.capacity)
    assert people.here() == {"ann", "bob", "sue"}


def test_nobody_makes_nobody_wake(clock: Clock) -> None:
    assert Roster().next_silence is None
